using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>UMH Classic: <c>{"timestamp_ms":…,"pos":{"x":12.5},"temperature":50}</c>; the keys are <c>pos.x</c> (or <c>pos$x</c>) and <c>temperature</c>.</summary>
internal sealed class UmhClassicReader(TagBinding[] bindings) : KeyedReader(bindings, key => key.Replace('$', '.'))
{
    private const string Time = "timestamp_ms";

    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        using var document = JsonDocument.Parse(payload, Shallow);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new DecodeOutcome(0, $"{SampleRules.Short(root)}, expected an object", true);
        }

        var tally = default(Tally);
        Flatten(ref tally, root, "", root.TryGetProperty(Time, out var time) ? time : default, arrival, into);
        return tally.Outcome;
    }

    private void Flatten(ref Tally tally, JsonElement group, string prefix, JsonElement time, in Arrival arrival, ICollection<Sample> into)
    {
        foreach (var property in group.EnumerateObject())
        {
            string key = prefix + property.Name.Replace('$', '.');
            if (prefix.Length == 0 && property.Name == Time)
            {
                continue;
            }

            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Flatten(ref tally, property.Value, key + ".", time, arrival, into);
                continue;
            }

            Emit(ref tally, key, property.Value, time, Quality.Good, arrival, into, TimeUnit.Milliseconds);
        }
    }
}
