using System.Text;

namespace Optimizer.Mqtt.Sparkplug;

/// <summary>One metric of a payload. Names and types stand in births only; later messages may have the alias alone.</summary>
public sealed record SparkplugMetric
{
    public string? Name { get; init; }

    public ulong? Alias { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public ulong? Timestamp { get; init; }

    /// <summary>Unknown: not said here, or none of the types a tag can have.</summary>
    public SparkplugType Type { get; init; }

    /// <summary>Must not become the live value.</summary>
    public bool IsHistorical { get; init; }

    /// <summary>The source does not want it stored; we treat it as any other.</summary>
    public bool IsTransient { get; init; }

    public bool IsNull { get; init; }

    /// <summary>Property <c>Quality</c>: 0 bad, 192 good, 500 stale; null: not there, which means good.</summary>
    public long? Quality { get; init; }

    public SparkplugValue Value { get; init; }
}

/// <summary>
/// A Sparkplug B payload: what we need of the proto2 messages Payload, Metric and PropertySet. Data sets, templates, metadata
/// and unknown fields are passed over.
/// </summary>
/// <param name="Timestamp">Milliseconds since 1970; null: none.</param>
/// <param name="Sequence">0 to 255; null: none.</param>
public sealed record SparkplugPayload(ulong? Timestamp, ulong? Sequence, IReadOnlyList<SparkplugMetric> Metrics)
{
    public const int LargestPayload = 256 * 1024;
    public const int MostMetrics = 5000;

    private const string QualityKey = "Quality";

    // A broken text is no text: names must not be repaired into other names.
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    public byte[] Encode()
    {
        var writer = new WireWriter();
        if (Timestamp is { } at)
        {
            writer.Number(1, at);
        }

        foreach (var metric in Metrics)
        {
            writer.Bytes(2, Encode(metric));
        }

        if (Sequence is { } sequence)
        {
            writer.Number(3, sequence);
        }

        return writer.ToArray();
    }

    /// <summary>Decodes or says in one sentence what is wrong; never throws.</summary>
    public static Decoded<SparkplugPayload> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LargestPayload)
        {
            return Decoded<SparkplugPayload>.Wrong($"{bytes.Length} bytes, at most {LargestPayload} are taken");
        }

        ulong? timestamp = null, sequence = null;
        var metrics = new List<SparkplugMetric>();
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    timestamp = reader.Number();
                    break;
                case 2:
                    if (metrics.Count == MostMetrics)
                    {
                        return Decoded<SparkplugPayload>.Wrong($"more than {MostMetrics} metrics");
                    }

                    if (Metric(reader.Bytes(), out string? reason) is not { } metric)
                    {
                        return Decoded<SparkplugPayload>.Wrong($"metric {metrics.Count}: {reason}");
                    }

                    metrics.Add(metric);
                    break;
                case 3:
                    sequence = reader.Number();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Broken ? Decoded<SparkplugPayload>.Wrong("the bytes are no protobuf message")
            : sequence > 255 ? Decoded<SparkplugPayload>.Wrong($"seq {sequence}, expected 0 to 255")
            : Decoded<SparkplugPayload>.Right(new SparkplugPayload(timestamp, sequence, metrics));
    }

    private static SparkplugMetric? Metric(ReadOnlySpan<byte> bytes, out string? reason)
    {
        reason = null;
        string? name = null;
        ulong? alias = null, timestamp = null;
        long? quality = null;
        var type = SparkplugType.Unknown;
        bool isHistorical = false, isTransient = false, isNull = false;
        SparkplugValue value = default;
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = Text(reader.Bytes(), ref reason);
                    break;
                case 2:
                    alias = reader.Number();
                    break;
                case 3:
                    timestamp = reader.Number();
                    break;
                case 4:
                    type = TypeOf(reader.Number());
                    break;
                case 5:
                    isHistorical = reader.Number() != 0;
                    break;
                case 6:
                    isTransient = reader.Number() != 0;
                    break;
                case 7:
                    isNull = reader.Number() != 0;
                    break;
                case 9:
                    quality = QualityOf(reader.Bytes(), ref reason);
                    break;
                case >= 10 and <= 19:
                    value = ValueOf(ref reader, ref reason);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reason ??= reader.Broken ? "the bytes are no protobuf message" : null;
        return reason is not null ? null : new SparkplugMetric
        {
            Name = name,
            Alias = alias,
            Timestamp = timestamp,
            Type = type,
            IsHistorical = isHistorical,
            IsTransient = isTransient,
            IsNull = isNull,
            Quality = quality,
            Value = value,
        };
    }

    private static SparkplugValue ValueOf(ref WireReader reader, ref string? reason)
    {
        var field = (SparkplugField)Math.Min(reader.Field, (int)SparkplugField.Other);
        switch (field)
        {
            case SparkplugField.String:
                return new SparkplugValue(field, 0, Text(reader.Bytes(), ref reason));
            case SparkplugField.Other:
                reader.Skip();
                return new SparkplugValue(field, 0);
            default:
                return new SparkplugValue(field, reader.Number());
        }
    }

    // Keys and values of a property set are two lists of one length.
    private static long? QualityOf(ReadOnlySpan<byte> bytes, ref string? reason)
    {
        int key = 0, value = 0, wanted = -1;
        long? quality = null;
        var keys = new WireReader(bytes);
        while (keys.Next())
        {
            if (keys.Field != 1)
            {
                keys.Skip();
            }
            else if (keys.Bytes().SequenceEqual("Quality"u8))
            {
                wanted = key++;
            }
            else
            {
                key++;
            }
        }

        var values = new WireReader(bytes);
        while (values.Next())
        {
            if (values.Field == 2)
            {
                var one = values.Bytes();
                quality = value++ == wanted ? PropertyNumber(one, ref reason) : quality;
            }
            else
            {
                values.Skip();
            }
        }

        reason ??= keys.Broken || values.Broken ? "the bytes of its properties are no protobuf message"
            : wanted >= value ? $"property {QualityKey} without a value" : null;
        return quality;
    }

    // A quality that is no number is none that is known: bad, not absent.
    private static long PropertyNumber(ReadOnlySpan<byte> bytes, ref string? reason)
    {
        long number = -1;
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            if (reader.Field is 3 or 4)
            {
                number = (long)reader.Number();
            }
            else
            {
                reader.Skip();
            }
        }

        reason ??= reader.Broken ? $"the bytes of its {QualityKey} are no protobuf message" : null;
        return number;
    }

    private static byte[] Encode(SparkplugMetric metric)
    {
        var writer = new WireWriter();
        if (metric.Name is { } name)
        {
            writer.Text(1, name);
        }

        Optional(writer, 2, metric.Alias);
        Optional(writer, 3, metric.Timestamp);
        Optional(writer, 4, metric.Type == SparkplugType.Unknown ? null : (ulong)metric.Type);
        Optional(writer, 5, metric.IsHistorical ? 1 : null);
        Optional(writer, 6, metric.IsTransient ? 1 : null);
        Optional(writer, 7, metric.IsNull ? 1 : null);
        if (metric.Quality is { } quality)
        {
            writer.Bytes(9, Property(quality));
        }

        Value(writer, metric.Value);
        return writer.ToArray();
    }

    private static byte[] Property(long quality)
    {
        var value = new WireWriter();
        value.Number(1, (ulong)SparkplugType.Int32);
        value.Number(3, unchecked((uint)quality));
        var set = new WireWriter();
        set.Text(1, QualityKey);
        set.Bytes(2, value.ToArray());
        return set.ToArray();
    }

    private static void Value(WireWriter writer, SparkplugValue value)
    {
        int field = (int)value.Field;
        switch (value.Field)
        {
            case SparkplugField.Float:
                writer.Fixed32(field, (uint)value.Bits);
                break;
            case SparkplugField.Double:
                writer.Fixed64(field, value.Bits);
                break;
            case SparkplugField.String:
                writer.Text(field, value.Text ?? "");
                break;
            case SparkplugField.Int or SparkplugField.Long or SparkplugField.Boolean:
                writer.Number(field, value.Bits);
                break;
        }
    }

    private static void Optional(WireWriter writer, int field, ulong? value)
    {
        if (value is { } number)
        {
            writer.Number(field, number);
        }
    }

    private static SparkplugType TypeOf(ulong number) => number <= (ulong)SparkplugType.Text ? (SparkplugType)number : SparkplugType.Unknown;

    private static string Text(ReadOnlySpan<byte> bytes, ref string? reason)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (ArgumentException)
        {
            reason ??= "a text that is not UTF-8";
            return "";
        }
    }
}
