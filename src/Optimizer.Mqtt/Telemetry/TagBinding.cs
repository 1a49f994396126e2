using Optimizer.Mqtt.Sparkplug;

namespace Optimizer.Mqtt;

public enum TimeUnit
{
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,

    /// <summary>A whole number whose size tells: below 1e11 seconds, 1e14 milliseconds, 1e17 microseconds, else nanoseconds.</summary>
    Auto,

    /// <summary>ISO 8601 text with a zone.</summary>
    Iso,

    /// <summary>The same; without a zone it is UTC.</summary>
    IsoUtc,

    /// <summary>The payload carries no time: a value has the time it arrived, and is Uncertain.</summary>
    Arrival,
}

/// <summary>How a topic speaks. Declared, never guessed from the payload.</summary>
public enum TelemetryDialect
{
    /// <summary>A JSON document; each tag has its paths in it. UMH Core is the default of these paths.</summary>
    Json,

    /// <summary>The payload is the value and nothing else: <c>182.4</c>, <c>true</c>, <c>"182.4"</c>.</summary>
    Scalar,

    /// <summary>A list of items, each with its key, value and perhaps time, quality and unit.</summary>
    Items,

    /// <summary>UMH Classic <c>_historian</c>: one object, one time, every other property a tag; groups are flattened with dots.</summary>
    UmhClassic,

    /// <summary>AWS SiteWise: a property alias with its values.</summary>
    SiteWise,

    /// <summary>OPC UA PubSub JSON network messages.</summary>
    OpcUaPubSub,

    /// <summary>OPC Publisher's samples mode: node id and data value.</summary>
    OpcUaSamples,

    /// <summary>Azure IoT Operations: a flat object of data values.</summary>
    AzureIotOperations,

    /// <summary>Sparkplug B: sessions of edge nodes, see <see cref="SparkplugHost"/>; no dialect of <see cref="TelemetryDecoder"/>.</summary>
    SparkplugB,
}

/// <summary>Where the parts of one item stand in a message of the <see cref="TelemetryDialect.Items"/> dialect.</summary>
/// <param name="ItemsPath">The array of items.</param>
/// <param name="KeyPath">Within an item; text.</param>
/// <param name="ValuePath">Within an item.</param>
/// <param name="TimePath">Within an item; null: none there.</param>
/// <param name="MessageTimePath">Within the message: the time of items without their own.</param>
public sealed record ItemsForm(PayloadPath ItemsPath, PayloadPath KeyPath, PayloadPath ValuePath, PayloadPath? TimePath, PayloadPath? MessageTimePath)
{
    public PayloadPath? QualityPath { get; init; }

    public PayloadPath? UnitPath { get; init; }

    /// <summary>The batch of our own contract: <c>tel/{source}</c>.</summary>
    public static ItemsForm Batch { get; } = Of("$.points", "$.tag", "$.value", "$.timestamp_ms", "$.timestamp_ms") with
    {
        QualityPath = PayloadPath.Parse("$.quality"),
        UnitPath = PayloadPath.Parse("$.unit"),
    };

    /// <summary>Kepware's IoT Gateway as it comes.</summary>
    public static ItemsForm Kepware { get; } = Of("$.values", "$.id", "$.v", "$.t", "$.timestamp") with { QualityPath = PayloadPath.Parse("$.q") };

    private static ItemsForm Of(string items, string key, string value, string time, string messageTime) =>
        new(PayloadPath.Parse(items), PayloadPath.Parse(key), PayloadPath.Parse(value), PayloadPath.Parse(time), PayloadPath.Parse(messageTime));
}

/// <summary>Where one tag's values stand on the wire. Bound by configuration, never guessed.</summary>
public sealed record TagBinding
{
    public required string Tag { get; init; }

    /// <summary>Full topic; a filter with wildcards where the key tells tags apart.</summary>
    public required string Topic { get; init; }

    public required string EngineeringUnit { get; init; }

    /// <summary>Range of the instrument; values far outside are Uncertain or Bad.</summary>
    public required double Low { get; init; }

    public required double High { get; init; }

    public TelemetryDialect Dialect { get; init; }

    /// <summary>Name of the tag within a message that carries several: item key, property alias, field or node id.</summary>
    public string? Key { get; init; }

    /// <summary>For the items dialect.</summary>
    public ItemsForm? Items { get; init; }

    /// <summary>When set, the topic carries lab results and this is the analyte.</summary>
    public string? Analyte { get; init; }

    public PayloadPath ValuePath { get; init; } = PayloadPath.Parse("$.value");

    public PayloadPath TimePath { get; init; } = PayloadPath.Parse("$.timestamp_ms");

    public TimeUnit TimeUnit { get; init; } = TimeUnit.Milliseconds;

    public PayloadPath? QualityPath { get; init; }

    /// <summary>Where the unit stands; a value in another unit than the tag's is Bad.</summary>
    public PayloadPath? UnitPath { get; init; }

    /// <summary>Takes "42.5" for 42.5.</summary>
    public bool AllowStringNumbers { get; init; }

    /// <summary>States and switches as numbers, such as <c>running</c> 1, <c>true</c> 1; empty: they are no numbers.</summary>
    public IReadOnlyDictionary<string, double> States { get; init; } = new Dictionary<string, double>();

    /// <summary>Length the array must have that the value is taken from; null: the value is no element of a vector.</summary>
    public int? VectorLength { get; init; }

    /// <summary>The edge node or device it lives at, for Sparkplug.</summary>
    public SparkplugSource? Sparkplug { get; init; }

    /// <summary>The payload is compressed with gzip.</summary>
    public bool Gzip { get; init; }
}
