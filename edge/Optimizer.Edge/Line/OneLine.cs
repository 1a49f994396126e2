using System.Globalization;
using System.Text;

namespace Optimizer.Edge.Line;

/// <summary>
/// Text from the wire as one line of a log: nothing in it ends a line, moves the cursor, or turns the reading direction.
/// </summary>
internal static class OneLine
{
    private const int Longest = 2000;

    public static string Of(string text)
    {
        if (text.Length <= Longest && !text.Any(IsUnsafe))
        {
            return text;
        }

        var line = new StringBuilder(Math.Min(text.Length, Longest) + 16);
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            _ = IsUnsafe(c) ? line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : line.Append(c);
        }

        return text.Length > Longest ? line.Append('…').ToString() : line.ToString();
    }

    private static bool IsUnsafe(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
