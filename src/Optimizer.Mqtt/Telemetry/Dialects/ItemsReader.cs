using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>A list of items, each with its key: our own batch, Kepware and its templates.</summary>
internal sealed class ItemsReader(TagBinding[] bindings) : KeyedReader(bindings)
{
    private readonly ItemsForm _form = bindings[0].Items ?? throw new ArgumentException($"{bindings[0].Tag}: the items dialect needs the places of an item's parts");
    private readonly Dictionary<string, string> _units = bindings.GroupBy(b => b.Key!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().EngineeringUnit, StringComparer.Ordinal);

    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        using var document = JsonDocument.Parse(payload, Shallow);
        var root = document.RootElement;
        if (!_form.ItemsPath.TryFind(root, out var items) || items.ValueKind != JsonValueKind.Array)
        {
            return new DecodeOutcome(0, $"{SampleRules.Short(items)} at {_form.ItemsPath.Text}, expected an array", true);
        }

        var messageTime = _form.MessageTimePath is { } path && path.TryFind(root, out var found) ? found : default;
        var tally = default(Tally);
        foreach (var item in items.EnumerateArray())
        {
            if (!_form.KeyPath.TryFind(item, out var key) || key.ValueKind != JsonValueKind.String)
            {
                tally.Reason ??= $"{SampleRules.Short(item)}: nothing at {_form.KeyPath.Text}, expected the name of a tag";
                continue;
            }

            string name = key.GetString()!;
            var value = _form.ValuePath.TryFind(item, out var v) ? v : default;
            var time = _form.TimePath is { } own && own.TryFind(item, out var t) ? t : messageTime;
            Emit(ref tally, name, value, time, Trust(item, name, ref tally), arrival, into);
        }

        return tally.Outcome;
    }

    private Quality Trust(JsonElement item, string name, ref Tally tally)
    {
        if (_form.UnitPath is { } path && path.TryFind(item, out var unit) && _units.TryGetValue(name, out string? expected)
            && (unit.ValueKind != JsonValueKind.String || unit.GetString() != expected))
        {
            tally.Reason ??= $"{name} in {SampleRules.Short(unit)}, expected the unit \"{expected}\"";
            return Quality.Bad;
        }

        return _form.QualityPath is { } quality && quality.TryFind(item, out var element) ? SampleRules.Trust(element) : Quality.Good;
    }
}
