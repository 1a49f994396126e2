using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>Lab results of the native contract, with their two times.</summary>
internal sealed class LabReader(TagBinding[] bindings) : PayloadReader
{
    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        var decoded = LabPayload.Decode(payload.Span);
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
            into.Add(new Sample(binding.Tag, value, message.SampledAt, message.ReportedAt, arrival.At, measured ? InstrumentRange.Judge(binding.Low, binding.High, value) : Quality.Bad));
            samples++;
        }

        return new DecodeOutcome(samples, wrong, true);
    }
}
