using System.Globalization;
using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary>What became of a payload.</summary>
/// <param name="Samples">Samples it gave.</param>
/// <param name="Reason">Why it, or a part of it, gave none; null: all well.</param>
/// <param name="IsOurs">False: no tag is bound to the topic.</param>
public readonly record struct DecodeOutcome(int Samples, string? Reason, bool IsOurs);

/// <summary>Payload bytes to samples, by the site's bindings. Pure and total: it never throws, whatever the bytes.</summary>
public sealed class TelemetryDecoder
{
    private const int LargestPayload = 256 * 1024;
    private static readonly DateTimeOffset Earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan SuspectSkew = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WrongSkew = TimeSpan.FromSeconds(60);

    private static readonly JsonDocumentOptions Form = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    private readonly Dictionary<string, TagBinding[]> _bindings;
    private readonly bool _sourceClock;

    /// <param name="sourceClock">Time comes from the data: a source clock ahead of ours is no mistake.</param>
    public TelemetryDecoder(IReadOnlyList<TagBinding> bindings, bool sourceClock)
    {
        _bindings = bindings.GroupBy(b => b.Topic, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _sourceClock = sourceClock;
        Topics = [.. _bindings.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The topics to subscribe to.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <param name="receivedAt">When it arrived, by our clock.</param>
    /// <param name="retained">Kept by the broker from before: it may be old, so it counts as Uncertain.</param>
    public DecodeOutcome Decode(string topic, ReadOnlyMemory<byte> payload, DateTimeOffset receivedAt, bool retained, ICollection<Sample> into)
    {
        if (!_bindings.TryGetValue(topic, out var bindings))
        {
            return new DecodeOutcome(0, $"no tag is bound to {topic}", false);
        }

        if (payload.Length > LargestPayload)
        {
            return new DecodeOutcome(0, $"{payload.Length} bytes, at most {LargestPayload} are taken", true);
        }

        try
        {
            return bindings[0].Analyte is not null ? DecodeLab(bindings, payload.Span, receivedAt, into) : DecodeOnline(bindings, payload, receivedAt, retained, into);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return new DecodeOutcome(0, e.Message, true);
        }
    }

    private DecodeOutcome DecodeOnline(TagBinding[] bindings, ReadOnlyMemory<byte> payload, DateTimeOffset receivedAt, bool retained, ICollection<Sample> into)
    {
        using var document = JsonDocument.Parse(payload, Form);
        int samples = 0;
        string? wrong = null;
        foreach (var binding in bindings)
        {
            if (!TryTime(binding, document.RootElement, out var at, out string? reason))
            {
                wrong = reason;
                continue;
            }

            double value = Value(binding, document.RootElement, out reason);
            wrong ??= reason;
            var quality = Judge(binding, document.RootElement, value, retained);
            if (!_sourceClock && at > receivedAt + SuspectSkew)
            {
                (at, quality) = at > receivedAt + WrongSkew ? (receivedAt, Quality.Uncertain) : (at, Worse(quality, Quality.Uncertain));
            }

            into.Add(new Sample(binding.Tag, value, at, at, receivedAt, quality));
            samples++;
        }

        return new DecodeOutcome(samples, wrong, true);
    }

    private static DecodeOutcome DecodeLab(TagBinding[] bindings, ReadOnlySpan<byte> payload, DateTimeOffset receivedAt, ICollection<Sample> into)
    {
        var decoded = LabPayload.Decode(payload);
        if (decoded.Value is not { } message)
        {
            return new DecodeOutcome(0, decoded.Reason, true);
        }

        int samples = 0;
        string? wrong = null;
        foreach (var result in message.Results)
        {
            var binding = Array.Find(bindings, b => b.Analyte == result.Analyte);
            if (binding is null)
            {
                continue;
            }

            if (result.Unit != binding.EngineeringUnit)
            {
                wrong = $"{result.Analyte} in \"{result.Unit}\", expected \"{binding.EngineeringUnit}\"";
                continue;
            }

            // Censored results are intervals, a cancelled one is none: neither may pass for a measured value.
            bool measured = message.Status != LabStatus.Cancelled && result.Value is { } v && double.IsFinite(v) && result.Qualifier is null or "=";
            double value = result.Value ?? double.NaN;
            into.Add(new Sample(binding.Tag, value, message.SampledAt, message.ReportedAt, receivedAt, measured ? InRange(binding, value) : Quality.Bad));
            samples++;
        }

        return new DecodeOutcome(samples, wrong, true);
    }

    private static double Value(TagBinding binding, JsonElement root, out string? reason)
    {
        reason = null;
        if (!binding.ValuePath.TryFind(root, out var element))
        {
            reason = $"{binding.Tag}: nothing at {binding.ValuePath.Text}, expected a number";
            return double.NaN;
        }

        double value = element.ValueKind switch
        {
            JsonValueKind.Number => element.GetDouble(),
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            JsonValueKind.String when binding.AllowStringNumbers
                && double.TryParse(element.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) => parsed,
            _ => double.NaN,
        };
        if (!double.IsFinite(value))
        {
            reason = $"{binding.Tag}: {Short(element)} at {binding.ValuePath.Text}, expected a finite number";
            return double.NaN;
        }

        return value;
    }

    private static bool TryTime(TagBinding binding, JsonElement root, out DateTimeOffset at, out string? reason)
    {
        at = default;
        reason = null;
        if (binding.TimePath.TryFind(root, out var element))
        {
            if (binding.TimeUnit == TimeUnit.Iso)
            {
                string? text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
                if (text is not null && text.Contains('T', StringComparison.Ordinal) && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
                    && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out at) && at >= Earliest)
                {
                    return true;
                }
            }
            // As whole numbers: nanoseconds since 1970 do not fit a double.
            else if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long n) && Instant(n, binding.TimeUnit) is { } instant && instant >= Earliest)
            {
                at = instant;
                return true;
            }
        }

        reason = $"{binding.Tag}: {(element.ValueKind == JsonValueKind.Undefined ? "nothing" : Short(element))} at {binding.TimePath.Text}, expected "
            + (binding.TimeUnit == TimeUnit.Iso ? "an ISO 8601 instant with T and zone, from 2020 on" : $"whole {binding.TimeUnit.ToString().ToLowerInvariant()} since 1970, from 2020 on");
        return false;
    }

    private static DateTimeOffset? Instant(long n, TimeUnit unit)
    {
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

    private static Quality Judge(TagBinding binding, JsonElement root, double value, bool retained)
    {
        var quality = InRange(binding, value);
        if (binding.QualityPath is { } path && path.TryFind(root, out var element))
        {
            string? text = element.ValueKind == JsonValueKind.String ? element.GetString()?.ToLowerInvariant() : null;
            quality = Worse(quality, text switch { "good" => Quality.Good, "uncertain" => Quality.Uncertain, _ => Quality.Bad });
        }

        return retained ? Worse(quality, Quality.Uncertain) : quality;
    }

    // Shares of the span after NAMUR NE 43: slightly outside is doubtful, further out is a failed instrument.
    private static Quality InRange(TagBinding binding, double value)
    {
        double share = (value - binding.Low) / (binding.High - binding.Low);
        return share is >= -0.0125 and <= 1.031 ? Quality.Good : share is >= -0.025 and <= 1.0625 ? Quality.Uncertain : Quality.Bad;
    }

    private static Quality Worse(Quality a, Quality b) => a < b ? a : b;

    private static string Short(JsonElement element) => element.GetRawText() is { Length: <= 40 } text ? text : element.GetRawText()[..40] + "…";
}
