using System.Globalization;
using System.Text.Json;

namespace Optimizer.Edge.Site;

/// <summary>A place in the site file that knows its path and collects mistakes instead of throwing at the first.</summary>
internal sealed class SiteNode(JsonElement element, string path, List<SiteError> errors)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public string Path => path;

    public JsonElement Element => element;

    public void Wrong(string expected, string? found = null) => errors.Add(new SiteError(path, found ?? Show(element), expected));

    /// <summary>A mistake of one property, found by what it must be together with others.</summary>
    public void WrongAt(string property, string expected, string found) => errors.Add(new SiteError($"{path}.{property}", found, expected));

    /// <summary>Whether the property is there (and not null).</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether the property is an object: some may be written short, as a text.</summary>
    public bool IsObject(string name) => Find(name) is { Element.ValueKind: JsonValueKind.Object };

    public SiteNode? Object(string name, bool required = true)
    {
        if (Need(name, "an object", required) is not { } node)
        {
            return null;
        }

        if (node.Element.ValueKind == JsonValueKind.Object)
        {
            return node;
        }

        node.Wrong("an object");
        return null;
    }

    public IReadOnlyList<SiteNode> List(string name, bool required = true, bool empty = false)
    {
        if (Need(name, "an array", required) is not { } node)
        {
            return [];
        }

        if (node.Element.ValueKind != JsonValueKind.Array)
        {
            node.Wrong("an array");
            return [];
        }

        if (!empty && node.Element.GetArrayLength() == 0)
        {
            node.Wrong("at least one element", "an empty array");
        }

        return [.. node.Element.EnumerateArray().Select((e, i) => new SiteNode(e, $"{node.Path}[{i}]", errors))];
    }

    /// <summary>The properties of an object with free names.</summary>
    public IEnumerable<(string Name, SiteNode Node)> Entries() => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().Select(p => (p.Name, new SiteNode(p.Value, $"{path}.{p.Name}", errors)))
        : [];

    public string Text(string name, string fallback = "", bool required = true)
    {
        if (Need(name, "a text", required) is not { } node)
        {
            return fallback;
        }

        if (node.Element.ValueKind == JsonValueKind.String && node.Element.GetString() is { Length: > 0 } text)
        {
            return text;
        }

        node.Wrong("a text that is not empty");
        return fallback;
    }

    public string AsText()
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return element.GetString()!;
        }

        Wrong("a text");
        return "";
    }

    public double AsNumber()
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value))
        {
            return value;
        }

        Wrong("a number");
        return double.NaN;
    }

    public T Choice<T>(string name, T fallback, params (string Text, T Value)[] choices)
    {
        if (Find(name) is not { } node)
        {
            return fallback;
        }

        string? text = node.Element.ValueKind == JsonValueKind.String ? node.Element.GetString() : null;
        foreach (var (known, value) in choices)
        {
            if (known == text)
            {
                return value;
            }
        }

        node.Wrong("one of " + string.Join(", ", choices.Select(c => $"\"{c.Text}\"")));
        return fallback;
    }

    public double Number(string name, double low, double high, double? fallback = null)
    {
        if (Need(name, $"a number from {Text(low)} to {Text(high)}", fallback is null) is not { } node)
        {
            return fallback ?? double.NaN;
        }

        if (node.Element.ValueKind == JsonValueKind.Number && node.Element.TryGetDouble(out double value) && value >= low && value <= high)
        {
            return value;
        }

        node.Wrong($"a number from {Text(low)} to {Text(high)}");
        // Not the default: what depends on a wrong value must not be reported again.
        return double.NaN;
    }

    public int Integer(string name, int low, int high, int fallback)
    {
        if (Find(name) is not { } node)
        {
            return fallback;
        }

        if (node.Element.ValueKind == JsonValueKind.Number && node.Element.TryGetInt32(out int value) && value >= low && value <= high)
        {
            return value;
        }

        node.Wrong($"a whole number from {low} to {high}");
        return fallback;
    }

    public bool Flag(string name)
    {
        if (Find(name) is not { } node)
        {
            return false;
        }

        if (node.Element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return node.Element.GetBoolean();
        }

        node.Wrong("true or false");
        return false;
    }

    public TimeSpan Duration(string name, TimeSpan low, TimeSpan high, TimeSpan? fallback = null)
    {
        string expected = $"a duration \"[d.]hh:mm:ss\" from {low:c} to {high:c}";
        if (Need(name, expected, fallback is null) is not { } node)
        {
            return fallback ?? low;
        }

        if (node.Element.ValueKind == JsonValueKind.String
            && TimeSpan.TryParseExact(node.Element.GetString(), "c", CultureInfo.InvariantCulture, out var value) && value >= low && value <= high)
        {
            return value;
        }

        node.Wrong(expected);
        return fallback ?? low;
    }

    /// <summary>Two numbers, the first below the second.</summary>
    public (double Low, double High) Range(string name)
    {
        if (Need(name, "[low, high] with low below high", true) is not { } node)
        {
            return (double.NaN, double.NaN);
        }

        if (node.Element.ValueKind == JsonValueKind.Array && node.Element.GetArrayLength() == 2
            && node.Element[0].ValueKind == JsonValueKind.Number && node.Element[1].ValueKind == JsonValueKind.Number
            && node.Element[0].GetDouble() is var low && node.Element[1].GetDouble() is var high && low < high && double.IsFinite(high - low))
        {
            return (low, high);
        }

        node.Wrong("[low, high] with low below high");
        return (double.NaN, double.NaN);
    }

    /// <summary>Reports every property nobody asked for: a misspelt option must not be silently ignored.</summary>
    public void NothingElse()
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in element.EnumerateObject().Where(p => !_asked.Contains(p.Name)))
        {
            errors.Add(new SiteError($"{path}.{property.Name}", $"the unknown property \"{property.Name}\"", "one of " + string.Join(", ", _asked.Order())));
        }
    }

    private SiteNode? Need(string name, string expected, bool required)
    {
        var node = Find(name);
        if (node is null && required)
        {
            errors.Add(new SiteError($"{path}.{name}", "nothing", expected));
        }

        return node;
    }

    private SiteNode? Find(string name)
    {
        _asked.Add(name);
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new SiteNode(value, $"{path}.{name}", errors)
            : null;
    }

    private static string Show(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => $"an array of {element.GetArrayLength()}",
        _ => element.GetRawText() is { Length: <= 60 } text ? text : element.GetRawText()[..60] + "…",
    };

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
