using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>Numbers and instants as recordings write them.</summary>
internal static class RecordingField
{
    /// <summary>The number in a field; null, counted, where there is none.</summary>
    public static double? Number(ReadOnlySpan<byte> field, string where, RecordingFindings findings, bool decimalComma = false)
    {
        if (field.IsEmpty)
        {
            findings.Add(RecordingFindings.Blank, where);
            return null;
        }

        if (decimalComma)
        {
            return Comma(field, where, findings);
        }

        if (Utf8Parser.TryParse(field, out double value, out int used) && used == field.Length)
        {
            return Finite(value, where, findings);
        }

        string text = Encoding.UTF8.GetString(field).Trim();
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            return Finite(value, where, findings);
        }

        // "1,5" is never read: with another meaning of the comma it would be 15.
        bool comma = text.Count(c => c == ',') == 1 && double.TryParse(text.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        findings.Add(comma ? RecordingFindings.DecimalComma : RecordingFindings.NoNumber, $"{where}: \"{Short(text)}\"");
        return null;
    }

    private static double? Comma(ReadOnlySpan<byte> field, string where, RecordingFindings findings)
    {
        string text = Encoding.UTF8.GetString(field).Trim();
        if (!text.Contains('.') && double.TryParse(text.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            return Finite(value, where, findings);
        }

        bool point = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        findings.Add(point ? RecordingFindings.DecimalPoint : RecordingFindings.NoNumber, $"{where}: \"{Short(text)}\"");
        return null;
    }

    public static double? Finite(double value, string where, RecordingFindings findings)
    {
        if (double.IsFinite(value))
        {
            return value;
        }

        findings.Add(RecordingFindings.NotFinite, $"{where}: {value.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    /// <summary>
    /// An instant: ISO 8601 (T or a space between date and time), or seconds, milliseconds, microseconds or nanoseconds since 1970, told
    /// apart by size. Null, counted, where there is none.
    /// </summary>
    public static DateTimeOffset? Instant(ReadOnlySpan<byte> field, string where, RecordingFindings findings)
    {
        if (Utf8Parser.TryParse(field, out long n, out int used) && used == field.Length && Epoch(n) is { } whole)
        {
            return whole;
        }

        string text = Encoding.UTF8.GetString(field).Trim();
        if (text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            if (!text.EndsWith('Z') && text.LastIndexOfAny(['+', '-']) <= 10)
            {
                findings.Add(RecordingFindings.NoZone, $"{where}: \"{text}\"");
            }

            return at;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 1e11)
        {
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }

        findings.Add(RecordingFindings.BadTime, $"{where}: \"{Short(text)}\", expected ISO 8601 or a number since 1970");
        return null;
    }

    /// <summary>Good, uncertain or bad, as a word or an OPC number; empty is good.</summary>
    public static Quality Trust(string text) => text.ToLowerInvariant() switch
    {
        "" or "good" or "192" => Quality.Good,
        "uncertain" or "64" => Quality.Uncertain,
        _ => Quality.Bad,
    };

    private static DateTimeOffset? Epoch(long n)
    {
        Int128 ticks = n switch
        {
            <= 0 => 0,
            < 100_000_000_000 => (Int128)n * TimeSpan.TicksPerSecond,
            < 100_000_000_000_000 => (Int128)n * TimeSpan.TicksPerMillisecond,
            < 100_000_000_000_000_000 => (Int128)n * TimeSpan.TicksPerMicrosecond,
            _ => n / 100,
        };
        ticks += DateTimeOffset.UnixEpoch.Ticks;
        return n > 0 && ticks < DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : null;
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
