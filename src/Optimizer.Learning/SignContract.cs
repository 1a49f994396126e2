using Optimizer.Alignment;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>
/// Holds a fitted backbone to the declared gain signs all over the region its data come from, not at their centre only: ratios
/// and squares can turn a gain where the line also runs.
/// </summary>
internal static class SignContract
{
    private const double CertainErrors = 2;

    /// <returns>One sentence for each declared gain that is contradicted beyond two standard errors at some observed point.</returns>
    public static IReadOnlyList<string> Breaches(BackboneFit fit, SurrogateDesign design, IReadOnlyList<TrainingRow> rows)
    {
        var breaches = new List<string>();
        foreach (var declared in design.Gains.Where(g => g.Sign != 0))
        {
            double worst = 0;
            string? sentence = null;
            foreach (double[] point in Corners(rows))
            {
                var (value, error) = fit.Gain(declared.Input, point);
                double against = -declared.Sign * value;
                if (against > CertainErrors * error && against > worst)
                {
                    worst = against;
                    sentence = FormattableString.Invariant(
                        $"gain of {declared.ManipulatedVariable} is {value:G3} +- {error:G2} at {declared.ManipulatedVariable} {point[declared.Input]:G4}, declared {(declared.Sign > 0 ? "positive" : "negative")}");
                }
            }

            if (sentence is not null)
            {
                breaches.Add(sentence);
            }
        }

        return breaches;
    }

    // Observed points that reach farthest in every input, both ways, and the newest.
    private static IEnumerable<double[]> Corners(IReadOnlyList<TrainingRow> rows)
    {
        yield return rows[^1].Inputs;
        for (int i = 0; i < rows[0].Inputs.Length; i++)
        {
            yield return rows.MinBy(r => r.Inputs[i])!.Inputs;
            yield return rows.MaxBy(r => r.Inputs[i])!.Inputs;
        }
    }
}
