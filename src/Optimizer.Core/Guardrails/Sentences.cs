using System.Globalization;

namespace Optimizer.Guardrails;

/// <summary>Numbers as people read them, the same on every machine.</summary>
internal static class Sentences
{
    public static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);

    public static string Text(TimeSpan time) => time.TotalHours >= 2
        ? Text($"{time.TotalHours:0.#} h")
        : time.TotalMinutes >= 2 ? Text($"{time.TotalMinutes:0.#} min") : Text($"{time.TotalSeconds:0.#} s");
}
