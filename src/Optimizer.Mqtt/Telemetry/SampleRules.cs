using System.Globalization;
using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <param name="At">When the message arrived, by our clock.</param>
/// <param name="Retained">Kept by the broker from before.</param>
/// <param name="SourceClock">Time comes from the data: a source clock ahead of ours is no mistake.</param>
internal readonly record struct Arrival(DateTimeOffset At, bool Retained, bool SourceClock);

/// <summary>What every dialect does alike: numbers, states, times, trust.</summary>
internal static class SampleRules
{
    public static readonly DateTimeOffset Earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan SuspectSkew = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WrongSkew = TimeSpan.FromSeconds(60);

    /// <summary>The number an element stands for; NaN with a reason where it stands for none.</summary>
    /// <param name="where">Such as a path, for the reason.</param>
    public static double Value(TagBinding binding, JsonElement element, string where, out string? reason)
    {
        double value = element.ValueKind switch
        {
            JsonValueKind.Number => element.GetDouble(),
            JsonValueKind.True => binding.States.GetValueOrDefault("true", double.NaN),
            JsonValueKind.False => binding.States.GetValueOrDefault("false", double.NaN),
            JsonValueKind.String => Text(binding, element.GetString()!),
            _ => double.NaN,
        };
        reason = double.IsFinite(value) ? null : $"{binding.Tag}: {Short(element)} at {where}, expected {Expected(binding)}";
        return double.IsFinite(value) ? value : double.NaN;
    }

    /// <summary>An instant in a declared unit; false: it is none. Whether to believe it is for <see cref="Place"/> to say.</summary>
    public static bool TryTime(JsonElement element, TimeUnit unit, out DateTimeOffset at)
    {
        at = default;
        if (unit is TimeUnit.Iso or TimeUnit.IsoUtc)
        {
            string? text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
            bool zoned = text is not null && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10);
            return text is not null && text.Contains('T', StringComparison.Ordinal) && (zoned || unit == TimeUnit.IsoUtc)
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out at);
        }

        // As whole numbers: nanoseconds since 1970 do not fit a double.
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long n) && Instant(n, unit) is { } instant)
        {
            at = instant;
            return true;
        }

        return false;
    }

    /// <summary>Milliseconds since 1970; false: none, or before 2020.</summary>
    public static bool TryMilliseconds(ulong? number, out DateTimeOffset at)
    {
        var instant = number is <= long.MaxValue ? Instant((long)number, TimeUnit.Milliseconds) : null;
        at = instant ?? default;
        return instant >= Earliest;
    }

    public static string ExpectedTime(TimeUnit unit) => unit switch
    {
        TimeUnit.Iso => "an ISO 8601 instant with T and zone",
        TimeUnit.IsoUtc => "an ISO 8601 instant with T",
        TimeUnit.Auto => "a whole number of seconds, milliseconds, microseconds or nanoseconds since 1970",
        _ => $"whole {unit.ToString().ToLowerInvariant()} since 1970",
    };

    /// <summary>The sample, with the trust that its range, its source, its clock and a retaining broker leave it.</summary>
    /// <remarks>
    /// More than 5 s ahead of our clock: Uncertain. More than 60 s ahead or before 2020: Bad, at its arrival. On a site whose
    /// time comes from the data only the year is judged. Retained by the broker: Uncertain, and Bad without a time of its own, since its
    /// arrival says nothing about its age.
    /// </remarks>
    /// <param name="reason">Set when the time was not believed and nothing else was wrong before.</param>
    public static Sample Place(TagBinding binding, double value, DateTimeOffset at, Quality source, in Arrival arrival, ref string? reason)
    {
        var quality = Worse(InstrumentRange.Judge(binding.Low, binding.High, value), source);
        quality = arrival.Retained ? Worse(quality, binding.TimeUnit == TimeUnit.Arrival ? Quality.Bad : Quality.Uncertain) : quality;
        if (at < Earliest || (!arrival.SourceClock && at > arrival.At + WrongSkew))
        {
            reason ??= $"{binding.Tag}: sampled {at:O} by its own clock and received {arrival.At:O} by ours, expected between 2020 and {WrongSkew.TotalSeconds:F0} s ahead";
            (at, quality) = (arrival.At, Quality.Bad);
        }
        else if (!arrival.SourceClock && at > arrival.At + SuspectSkew)
        {
            quality = Worse(quality, Quality.Uncertain);
        }

        return new Sample(binding.Tag, value, at, at, arrival.At, quality);
    }

    public static Quality Worse(Quality a, Quality b) => a < b ? a : b;

    /// <summary>Words and numbers that sources use for trust; anything else is Bad.</summary>
    public static Quality Trust(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => Quality.Good,
        JsonValueKind.Number => element.TryGetInt64(out long n) ? n switch { 192 => Quality.Good, 64 => Quality.Uncertain, _ => Quality.Bad } : Quality.Bad,
        JsonValueKind.String => element.GetString()!.ToLowerInvariant() switch { "good" => Quality.Good, "uncertain" => Quality.Uncertain, _ => Quality.Bad },
        _ => Quality.Bad,
    };

    public static string Short(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? "nothing"
        : element.GetRawText() is { Length: <= 40 } text ? text : element.GetRawText()[..40] + "…";

    /// <summary>The number a text stands for; NaN: none.</summary>
    public static double Text(TagBinding binding, string text)
    {
        if (binding.States.TryGetValue(text, out double state))
        {
            return state;
        }

        // Not NumberStyles.Any: it reads "1,5" as 15.
        return binding.AllowStringNumbers && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) ? parsed : double.NaN;
    }

    public static string Expected(TagBinding binding) => binding.States.Count == 0
        ? "a finite number"
        : $"a finite number or one of {string.Join(", ", binding.States.Keys)}";

    private static DateTimeOffset? Instant(long n, TimeUnit unit)
    {
        if (unit == TimeUnit.Auto)
        {
            unit = n switch { < 100_000_000_000 => TimeUnit.Seconds, < 100_000_000_000_000 => TimeUnit.Milliseconds, < 100_000_000_000_000_000 => TimeUnit.Microseconds, _ => TimeUnit.Nanoseconds };
        }

        Int128 ticks = unit switch
        {
            TimeUnit.Seconds => (Int128)n * TimeSpan.TicksPerSecond,
            TimeUnit.Milliseconds => (Int128)n * TimeSpan.TicksPerMillisecond,
            TimeUnit.Microseconds => (Int128)n * TimeSpan.TicksPerMicrosecond,
            _ => n / 100,
        };
        ticks += DateTimeOffset.UnixEpoch.Ticks;
        return ticks > 0 && ticks < DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : null;
    }
}
