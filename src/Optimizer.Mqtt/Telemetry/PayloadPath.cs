using System.Globalization;
using System.Text.Json;

namespace Optimizer.Mqtt;

/// <summary>A fixed place in a JSON payload: <c>$</c>, <c>.name</c>, <c>['any name']</c>, <c>[0]</c>. No wildcards: one path, one value.</summary>
public sealed class PayloadPath
{
    private readonly IReadOnlyList<(string? Name, int Index)> _steps;

    private PayloadPath(string text, IReadOnlyList<(string? Name, int Index)> steps) => (Text, _steps) = (text, steps);

    public string Text { get; }

    /// <exception cref="FormatException">The text is no such path; the message shows where and what is expected.</exception>
    public static PayloadPath Parse(string text)
    {
        if (text.Length == 0 || text[0] != '$')
        {
            throw new FormatException($"path \"{text}\": expected it to start with $");
        }

        var steps = new List<(string?, int)>();
        int at = 1;
        while (at < text.Length)
        {
            steps.Add(text[at] switch
            {
                '.' => Name(text, ref at),
                '[' => Bracket(text, ref at),
                _ => throw Wrong(text, at, "\".name\" or \"[\""),
            });
        }

        return new PayloadPath(text, steps);
    }

    /// <summary>Whether the place exists.</summary>
    public bool TryFind(JsonElement root, out JsonElement found)
    {
        found = root;
        foreach (var (name, index) in _steps)
        {
            bool there = name is not null
                ? found.ValueKind == JsonValueKind.Object && found.TryGetProperty(name, out found)
                : found.ValueKind == JsonValueKind.Array && index < found.GetArrayLength();
            if (!there)
            {
                return false;
            }

            found = name is null ? found[index] : found;
        }

        return true;
    }

    /// <summary>Length of the innermost array the path goes through; null: it goes through none, or the payload has none there.</summary>
    internal int? LengthOfLastArray(JsonElement root)
    {
        int? length = null;
        var at = root;
        foreach (var (name, index) in _steps)
        {
            length = name is null && at.ValueKind == JsonValueKind.Array ? at.GetArrayLength() : length;
            if (name is not null ? at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at) : at.ValueKind != JsonValueKind.Array || index >= at.GetArrayLength())
            {
                return length;
            }

            at = name is null ? at[index] : at;
        }

        return length;
    }

    private static (string?, int) Name(string text, ref int at)
    {
        int start = ++at;
        while (at < text.Length && text[at] is not ('.' or '['))
        {
            at++;
        }

        return at > start ? (text[start..at], 0) : throw Wrong(text, start, "a name after the dot");
    }

    private static (string?, int) Bracket(string text, ref int at)
    {
        int close = text.IndexOf(']', at);
        string inside = close < 0 ? throw Wrong(text, at, "a closing ]") : text[(at + 1)..close];
        int start = at;
        at = close + 1;
        if (inside.Length > 2 && inside[0] is '\'' or '"' && inside[^1] == inside[0])
        {
            return (inside[1..^1], 0);
        }

        return int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? (null, index) : throw Wrong(text, start, "['name'] or [index]");
    }

    private static FormatException Wrong(string text, int at, string expected) => new($"path \"{text}\" at character {at + 1}: expected {expected}");
}
