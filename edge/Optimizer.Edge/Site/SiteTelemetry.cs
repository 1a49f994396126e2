using Optimizer.Mqtt;
using Optimizer.Mqtt.Sparkplug;

namespace Optimizer.Edge.Site;

/// <summary>How one source of online values speaks.</summary>
public sealed record TelemetryForm
{
    public required string Path { get; init; }

    /// <summary>With <c>{loc}</c>, and <c>{source}</c> where a topic carries one tag; wildcards where keys tell tags apart.</summary>
    public required string Topic { get; init; }

    public TelemetryDialect Dialect { get; init; }

    public ItemsForm? Items { get; init; }

    public PayloadPath ValuePath { get; init; } = PayloadPath.Parse("$.value");

    public PayloadPath TimePath { get; init; } = PayloadPath.Parse("$.timestamp_ms");

    public TimeUnit TimeUnit { get; init; } = TimeUnit.Milliseconds;

    public PayloadPath? QualityPath { get; init; } = PayloadPath.Parse("$.quality");

    public PayloadPath? UnitPath { get; init; } = PayloadPath.Parse("$.unit");

    public bool Gzip { get; init; }

    public required TimeSpan Period { get; init; }

    /// <summary>The edge node or device, for Sparkplug.</summary>
    public SparkplugSource? Sparkplug { get; init; }

    /// <summary>Values come when they change: a tag without a period of its own has no age limit.</summary>
    public bool ReportsOnChange { get; init; }

    /// <summary>A message carries several tags, told apart by keys.</summary>
    public bool Keyed => Dialect is not (TelemetryDialect.Json or TelemetryDialect.Scalar);

    /// <summary>Whether "42.5" passes for 42.5 where a tag does not say: vendors' gateways write numbers as text; the native contract and typed sources do not.</summary>
    public bool StringNumbers => Dialect is TelemetryDialect.Scalar or TelemetryDialect.Items or TelemetryDialect.UmhClassic
        || (Dialect == TelemetryDialect.Json && (ValuePath.Text, TimePath.Text) is not ("$.value", "$.timestamp_ms"));

    /// <summary>Topic and key of a tag, from its <c>source</c>: what fills <c>{source}</c>, then after # the key; only the key where the topic has no <c>{source}</c>.</summary>
    public (string Topic, string? Key) Resolve(string location, string source)
    {
        string topic = Topic.Replace("{loc}", location, StringComparison.Ordinal);
        if (!topic.Contains("{source}", StringComparison.Ordinal))
        {
            return (topic, source);
        }

        int mark = Keyed ? source.IndexOf('#', StringComparison.Ordinal) : -1;
        return mark < 0
            ? (topic.Replace("{source}", source, StringComparison.Ordinal), null)
            : (topic.Replace("{source}", source[..mark], StringComparison.Ordinal), source[(mark + 1)..]);
    }
}

/// <summary>Reads <c>telemetry</c> and each entry of <c>sources</c>.</summary>
internal static class SiteTelemetry
{
    private const string Template = "{loc}/_raw/{source}";
    private const string Batch = "{loc}/_opt_v1/tel/{source}";

    private static readonly (string, (TelemetryDialect, ItemsForm?))[] Dialects =
    [
        ("json", (TelemetryDialect.Json, null)),
        ("scalar", (TelemetryDialect.Scalar, null)),
        ("items", (TelemetryDialect.Items, null)),
        ("batch", (TelemetryDialect.Items, ItemsForm.Batch)),
        ("kepware", (TelemetryDialect.Items, ItemsForm.Kepware)),
        ("umh-classic", (TelemetryDialect.UmhClassic, null)),
        ("sitewise", (TelemetryDialect.SiteWise, null)),
        ("opcua-pubsub", (TelemetryDialect.OpcUaPubSub, null)),
        ("opcua-samples", (TelemetryDialect.OpcUaSamples, null)),
        ("azure-iot-operations", (TelemetryDialect.AzureIotOperations, null)),
        ("sparkplug-b", (TelemetryDialect.SparkplugB, null)),
    ];

    private static readonly string[] OfSparkplug = ["group", "node", "device", "role", "reorderTimeout"];

    private static readonly (string, TimeUnit)[] Units =
    [
        ("s", TimeUnit.Seconds), ("ms", TimeUnit.Milliseconds), ("us", TimeUnit.Microseconds), ("ns", TimeUnit.Nanoseconds), ("auto", TimeUnit.Auto),
        ("iso", TimeUnit.Iso), ("iso-utc", TimeUnit.IsoUtc), ("arrival", TimeUnit.Arrival),
    ];

    public static TelemetryForm Read(SiteNode? node)
    {
        if (node is null)
        {
            return new TelemetryForm { Path = "$.telemetry", Topic = Template, Period = TimeSpan.FromMinutes(1) };
        }

        var (dialect, items) = node.Choice("dialect", (TelemetryDialect.Json, (ItemsForm?)null), Dialects);
        bool batch = ReferenceEquals(items, ItemsForm.Batch), sparkplug = dialect == TelemetryDialect.SparkplugB;
        var source = Sparkplug(node, sparkplug);
        var itemsNode = node.Object("items", required: dialect == TelemetryDialect.Items && items is null);
        var form = new TelemetryForm
        {
            Path = node.Path,
            Topic = node.Text("topic", sparkplug ? SparkplugTopic.Filter(source.Group, source.Node) : batch ? Batch : Template, required: !batch && !sparkplug),
            Sparkplug = sparkplug ? source : null,
            ReportsOnChange = sparkplug && !node.Has("period"),
            Dialect = dialect,
            Items = items ?? Items(itemsNode),
            ValuePath = PathOf(node, "valuePath", "$.value")!,
            TimePath = PathOf(node, "timePath", "$.timestamp_ms")!,
            TimeUnit = dialect == TelemetryDialect.Scalar ? Arrival(node) : node.Choice("timeUnit", TimeUnit.Milliseconds, Units),
            QualityPath = PathOf(node, "qualityPath", "$.quality"),
            UnitPath = PathOf(node, "unitPath", "$.unit"),
            Gzip = node.Flag("gzip"),
            Period = node.Duration("period", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24), TimeSpan.FromMinutes(1)),
        };
        Check(node, form);
        node.NothingElse();
        return form;
    }

    // A bare value brings no time, whatever is declared.
    private static TimeUnit Arrival(SiteNode node)
    {
        node.Choice("timeUnit", TimeUnit.Arrival, Units);
        return TimeUnit.Arrival;
    }

    private static SparkplugSource Sparkplug(SiteNode node, bool isIt)
    {
        string Level(string property, bool required)
        {
            string text = node.Text(property, required: required);
            if (text.Length > 0 && !SparkplugTopic.IsLevel(text))
            {
                node.WrongAt(property, "a name without + / #, at most 128 characters", $"\"{text}\"");
            }

            return text;
        }

        var source = new SparkplugSource(Level("group", isIt), Level("node", isIt), Level("device", required: false) is { Length: > 0 } device ? device : null)
        {
            Role = node.Choice("role", SparkplugRole.Passive, ("passive", SparkplugRole.Passive), ("active", SparkplugRole.Active)),
            ReorderTimeout = node.Duration("reorderTimeout", TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(2)),
        };
        foreach (string property in OfSparkplug.Where(p => !isIt && node.Has(p)))
        {
            node.WrongAt(property, "nothing: only the dialect sparkplug-b has edge nodes", "a value");
        }

        return source;
    }

    private static void Check(SiteNode node, TelemetryForm form)
    {
        if (form.Sparkplug is not null)
        {
            if (node.Has("topic"))
            {
                node.WrongAt("topic", "nothing: Sparkplug's topics follow from group and node", $"\"{form.Topic}\"");
            }

            return;
        }

        bool perTag = form.Topic.Contains("{source}", StringComparison.Ordinal), wild = form.Topic.AsSpan().IndexOfAny('+', '#') >= 0;
        if (!form.Keyed && !perTag)
        {
            node.WrongAt("topic", "a topic with {source} in it", $"\"{form.Topic}\"");
        }

        if (wild && (perTag || !form.Keyed))
        {
            node.WrongAt("topic", "wildcards only without {source}, in a dialect whose messages name their tags", $"\"{form.Topic}\"");
        }
    }

    private static ItemsForm? Items(SiteNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var form = new ItemsForm(
            PathOf(node, "path", "$")!, PathOf(node, "key", "$.id")!, PathOf(node, "value", "$.value")!, PathOf(node, "time", null), PathOf(node, "messageTime", null))
        {
            QualityPath = PathOf(node, "quality", null),
            UnitPath = PathOf(node, "unit", null),
        };
        node.NothingElse();
        return form;
    }

    private static PayloadPath? PathOf(SiteNode node, string property, string? fallback)
    {
        string? text = node.Has(property) ? node.Text(property) : fallback;
        try
        {
            return text is null ? null : PayloadPath.Parse(text);
        }
        catch (FormatException e)
        {
            node.WrongAt(property, e.Message, $"\"{text}\"");
            return PayloadPath.Parse(fallback ?? "$");
        }
    }
}
