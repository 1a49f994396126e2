using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>A JSON document in which each tag has its own paths.</summary>
internal sealed class PathReader(TagBinding[] bindings) : PayloadReader
{
    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        using var document = JsonDocument.Parse(payload, Shallow);
        int samples = 0;
        string? wrong = null;
        foreach (var binding in bindings)
        {
            if (!TryTime(binding, document.RootElement, arrival, out var at, out string? reason))
            {
                wrong = reason;
                continue;
            }

            double value = Value(binding, document.RootElement, out reason);
            wrong ??= reason;
            var trust = Trust(binding, document.RootElement, ref wrong);
            into.Add(SampleRules.Place(binding, value, at, trust, arrival, ref wrong));
            samples++;
        }

        return new DecodeOutcome(samples, wrong, true);
    }

    private static double Value(TagBinding binding, JsonElement root, out string? reason)
    {
        if (!binding.ValuePath.TryFind(root, out var element))
        {
            reason = $"{binding.Tag}: nothing at {binding.ValuePath.Text}, expected a number";
            return double.NaN;
        }

        if (binding.VectorLength is { } length && binding.ValuePath.LengthOfLastArray(root) is var found && found != length)
        {
            reason = $"{binding.Tag}: {found} elements in the array of {binding.ValuePath.Text}, expected {length}";
            return double.NaN;
        }

        return SampleRules.Value(binding, element, binding.ValuePath.Text, out reason);
    }

    private static bool TryTime(TagBinding binding, JsonElement root, in Arrival arrival, out DateTimeOffset at, out string? reason)
    {
        reason = null;
        if (binding.TimeUnit == TimeUnit.Arrival)
        {
            at = arrival.At;
            return true;
        }

        bool found = binding.TimePath.TryFind(root, out var element);
        if (found && SampleRules.TryTime(element, binding.TimeUnit, out at))
        {
            return true;
        }

        at = default;
        reason = $"{binding.Tag}: {(found ? SampleRules.Short(element) : "nothing")} at {binding.TimePath.Text}, expected {SampleRules.ExpectedTime(binding.TimeUnit)}";
        return false;
    }

    private static Quality Trust(TagBinding binding, JsonElement root, ref string? wrong)
    {
        var quality = binding.TimeUnit == TimeUnit.Arrival ? Quality.Uncertain : Quality.Good;
        if (binding.QualityPath is { } path && path.TryFind(root, out var element))
        {
            quality = SampleRules.Worse(quality, SampleRules.Trust(element));
        }

        if (binding.UnitPath is { } unitPath && unitPath.TryFind(root, out var unit) && (unit.ValueKind != JsonValueKind.String || unit.GetString() != binding.EngineeringUnit))
        {
            wrong ??= $"{binding.Tag}: {SampleRules.Short(unit)} at {unitPath.Text}, expected the unit \"{binding.EngineeringUnit}\"";
            quality = Quality.Bad;
        }

        return quality;
    }
}
