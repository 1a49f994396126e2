using Optimizer.Alignment;
using Optimizer.Benchmarks.Learning;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Gains;

/// <summary>Gains as others would get them from the same rows, per engineering unit on the learning scale.</summary>
internal static class PeerGains
{
    // Trees are flat between splits: a step as large as the campaign's moves is what they can answer to.
    private const double TreeStep = 0.04;

    public static IReadOnlyDictionary<string, double[]> Of(ProcessUnit unit, ControlledVariable variable, SurrogateDesign design, TrainingSet set, double[] reference)
    {
        double[][] features = [.. set.Rows.Select(r => r.Inputs)];
        double[] targets = [.. set.Rows.Select(r => variable.Transform(r.Target))];
        int count = unit.ManipulatedVariables.Count;
        var trees = TreePeer.Train(TreePeer.All[0].Create, features, targets, targets.Length);
        return new Dictionary<string, double[]>
        {
            ["ridge"] = RidgePeer.Fit(features, targets, targets.Length).Coefficients[..count],
            ["FastTree"] = [.. unit.ManipulatedVariables.Select((m, i) => Difference(trees, reference, i, TreeStep * m.Span))],
            ["declared alone"] = [.. unit.ManipulatedVariables.Select(m => design.Gains.FirstOrDefault(g => g.ManipulatedVariable == m.Name)?.Value ?? 0)],
        };
    }

    private static double Difference(Func<IEnumerable<double[]>, double[]> model, double[] reference, int input, double step)
    {
        double[] up = (double[])reference.Clone(), down = (double[])reference.Clone();
        up[input] += step;
        down[input] -= step;
        double[] answers = model([up, down]);
        return (answers[0] - answers[1]) / (2 * step);
    }
}
