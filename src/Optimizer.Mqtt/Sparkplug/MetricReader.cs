using System.Text;

namespace Optimizer.Mqtt.Sparkplug;

/// <summary>Bytes of one metric to what they say; never throws.</summary>
internal static class MetricReader
{
    /// <summary>Name of the one property that is read.</summary>
    public const string QualityKey = "Quality";

    // A broken text is no text: names must not be repaired into other names.
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <returns>Null, with the reason, where the bytes are no metric.</returns>
    public static SparkplugMetric? Read(ReadOnlySpan<byte> bytes, out string? reason)
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
