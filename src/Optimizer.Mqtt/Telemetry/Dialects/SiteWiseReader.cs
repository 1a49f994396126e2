using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>AWS SiteWise: <c>{"propertyAlias":…,"propertyValues":[{"quality","timestamp":{"timeInSeconds","offsetInNanos"},"value":{"doubleValue"}}]}</c>, or an array of such. The key is the alias.</summary>
internal sealed class SiteWiseReader(TagBinding[] bindings) : KeyedReader(bindings)
{
    private static readonly string[] Kinds = ["doubleValue", "integerValue", "booleanValue", "stringValue"];

    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        using var document = JsonDocument.Parse(payload, Shallow);
        var root = document.RootElement;
        var tally = default(Tally);
        if (root.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in root.EnumerateArray())
            {
                Entry(ref tally, entry, arrival, into);
            }
        }
        else
        {
            Entry(ref tally, root, arrival, into);
        }

        return tally.Outcome;
    }

    private void Entry(ref Tally tally, JsonElement entry, in Arrival arrival, ICollection<Sample> into)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("propertyAlias", out var alias) || alias.ValueKind != JsonValueKind.String
            || !entry.TryGetProperty("propertyValues", out var values) || values.ValueKind != JsonValueKind.Array)
        {
            tally.Reason ??= $"{SampleRules.Short(entry)}, expected propertyAlias and propertyValues";
            return;
        }

        foreach (var value in values.EnumerateArray())
        {
            var time = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("timestamp", out var stamp) ? stamp : default;
            var quality = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("quality", out var word) ? SampleRules.Trust(word) : Quality.Good;
            Emit(ref tally, alias.GetString()!, Number(value), Instant(time), time, quality, arrival, into, TimeUnit.Seconds);
        }
    }

    private static JsonElement Number(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("value", out var kinds) && kinds.ValueKind == JsonValueKind.Object)
        {
            foreach (string kind in Kinds)
            {
                if (kinds.TryGetProperty(kind, out var found))
                {
                    return found;
                }
            }
        }

        return default;
    }

    private static DateTimeOffset? Instant(JsonElement time)
    {
        if (time.ValueKind != JsonValueKind.Object || !time.TryGetProperty("timeInSeconds", out var seconds) || !SampleRules.TryTime(seconds, TimeUnit.Seconds, out var at))
        {
            return null;
        }

        long nanos = time.TryGetProperty("offsetInNanos", out var offset) && offset.ValueKind == JsonValueKind.Number && offset.TryGetInt64(out long n) && n is >= 0 and < 1_000_000_000 ? n : 0;
        return at.AddTicks(nanos / 100);
    }
}
