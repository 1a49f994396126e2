using Optimizer.Alignment;

namespace Optimizer.Surrogates;

/// <summary>The level of a surrogate from its latest innovations. A pure function of rows, so replay needs no stored state.</summary>
public static class BiasEstimator
{
    /// <summary>How many memories back observations still count: the rest has faded below 2 %.</summary>
    public const double Memories = 4;

    /// <param name="rows">Observations known by now, oldest first.</param>
    public static BiasState Estimate(Surrogate surrogate, IReadOnlyList<TrainingRow> rows)
    {
        var bias = BiasState.None;
        var variable = surrogate.Variable;
        // One gross error (a grip slip, a transposed digit) must not move the level: innovations are cut at 4 sigma.
        double cut = 4 * surrogate.Scatter;
        foreach (var row in rows)
        {
            double innovation = variable.Transform(row.Target) - Predictor.Unbiased(surrogate, row.Inputs);
            double bounded = bias.Weight < 3 ? innovation : Math.Clamp(innovation, bias.Value - cut, bias.Value + cut);
            bias = bias.Add(bounded, row.SampledAt, variable.BiasTime);
        }

        return bias;
    }
}
