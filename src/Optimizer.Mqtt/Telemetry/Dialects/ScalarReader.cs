using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>The payload is one JSON scalar; its time is its arrival, so that it is never better than Uncertain.</summary>
internal sealed class ScalarReader(TagBinding[] bindings) : PayloadReader
{
    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        using var document = JsonDocument.Parse(payload, Shallow);
        string? wrong = null;
        foreach (var binding in bindings)
        {
            double value = SampleRules.Value(binding, document.RootElement, "the payload", out string? reason);
            wrong ??= reason;
            into.Add(SampleRules.Place(binding, value, arrival.At, Quality.Uncertain, arrival, ref wrong));
        }

        return new DecodeOutcome(bindings.Length, wrong, true);
    }
}
