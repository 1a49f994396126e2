using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Gains;

/// <summary>
/// What an engineer may have declared: the site file, whose gains come from the same simulator and are close to the truth; the same
/// gains wrong by two and a half times either way; and with the sign of each variable's largest gain wrong and not binding.
/// </summary>
internal sealed record Declarations(string Name, IReadOnlyList<SurrogateDesign> Designs)
{
    private const double Off = 2.5;

    public static IReadOnlyList<Declarations> Of(IReadOnlyList<SurrogateDesign> site) =>
    [
        new("site file", site),
        new("2.5 times off", [.. site.Select(d => d with { Gains = [.. d.Gains.Select((g, i) => g with { Value = g.Value * (i % 2 == 0 ? Off : 1 / Off) })] })]),
        new("largest sign wrong", [.. site.Select(Turned)]),
    ];

    // The largest counted in its own uncertainty: spans are not known to a design.
    private static SurrogateDesign Turned(SurrogateDesign design)
    {
        double largest = design.Gains.Count == 0 ? 0 : design.Gains.Max(g => Math.Abs(g.Value) / g.StandardDeviation);
        return design with { Gains = [.. design.Gains.Select(g => Math.Abs(g.Value) / g.StandardDeviation < largest ? g : g with { Value = -g.Value, Sign = 0 })] };
    }
}
