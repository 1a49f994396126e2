using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <param name="Weight">What its score is multiplied by.</param>
/// <param name="Ensemble">Over all inputs of the sum.</param>
public readonly record struct WeightedEnsemble(double Weight, TreeEnsemble Ensemble);

/// <summary>
/// An objective or constraint that can be minimised with a proof: <c>f(x) = c + sum_i (a_i x_i + q_i x_i^2) + sum_k w_k E_k(x)</c>,
/// x the inputs in engineering units, E_k tree ensembles which compare x as float. A pessimistic constraint puts its margin into c.
/// </summary>
public sealed class EnsembleSum
{
    /// <param name="constant">c.</param>
    /// <param name="linear">a, one per input.</param>
    /// <param name="quadratic">q, one per input; of either sign.</param>
    /// <param name="ensembles">Each over as many features as there are inputs.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a number is not finite.</exception>
    public EnsembleSum(double constant, double[] linear, double[] quadratic, IReadOnlyList<WeightedEnsemble> ensembles)
    {
        if (quadratic.Length != linear.Length || ensembles.Any(e => e.Ensemble.FeatureCount != linear.Length))
        {
            throw new ArgumentException($"Found {linear.Length} linear and {quadratic.Length} quadratic coefficients and ensembles of {string.Join(", ", ensembles.Select(e => e.Ensemble.FeatureCount))} features, expected one number of inputs.", nameof(linear));
        }

        if (!double.IsFinite(constant) || !linear.All(double.IsFinite) || !quadratic.All(double.IsFinite) || !ensembles.All(e => double.IsFinite(e.Weight)))
        {
            throw new ArgumentException("Found a coefficient that is not finite, expected finite numbers.", nameof(linear));
        }

        (Constant, Linear, Quadratic, Ensembles) = (constant, linear, quadratic, ensembles);
    }

    public double Constant { get; }

    public IReadOnlyList<double> Linear { get; }

    public IReadOnlyList<double> Quadratic { get; }

    public IReadOnlyList<WeightedEnsemble> Ensembles { get; }

    public int Inputs => Linear.Count;

    /// <summary>f at one point, each ensemble summed as its evaluators do.</summary>
    public double Evaluate(ReadOnlySpan<double> inputs)
    {
        Span<float> compared = stackalloc float[inputs.Length];
        double sum = Constant;
        for (int i = 0; i < inputs.Length; i++)
        {
            compared[i] = (float)inputs[i];
            sum += Smooth(i, inputs[i]);
        }

        foreach (var (weight, ensemble) in Ensembles)
        {
            sum += weight * ScalarEvaluator.Score(ensemble, compared, 1, 0);
        }

        return sum;
    }

    internal double Smooth(int input, double x) => x * (Linear[input] + (Quadratic[input] * x));

    /// <summary>Where the smooth part of one input is least in [low, high].</summary>
    internal double Lowest(int input, double low, double high)
    {
        double a = Linear[input], q = Quadratic[input];
        if (q > 0)
        {
            return Math.Clamp(-a / (2 * q), low, high);
        }

        return Smooth(input, low) <= Smooth(input, high) ? low : high;
    }
}
