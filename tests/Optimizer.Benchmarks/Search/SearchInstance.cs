using Optimizer.Search;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Search;

/// <summary>One decision: models, an operating point, a box around it in the first inputs, and what is wanted.</summary>
internal sealed class SearchInstance
{
    private SearchInstance(EnsembleSum objective, EnsembleSum[] constraints, double[] stay, double[] low, double[] high) =>
        (Objective, Constraints, Stay, Low, High) = (objective, constraints, stay, low, high);

    public EnsembleSum Objective { get; }

    public EnsembleSum[] Constraints { get; }

    public double[] Stay { get; }

    public double[] Low { get; }

    public double[] High { get; }

    /// <param name="models">Three.</param>
    /// <param name="variables">Inputs that move, the first ones.</param>
    /// <param name="reach">Half-width of the box as a share of the range.</param>
    /// <param name="constrained">True: one model is minimised and two are held below where they stand, with a margin; false: the sum of all is minimised.</param>
    public static SearchInstance Create(TreeEnsemble[] models, int variables, double reach, bool constrained, int seed)
    {
        var random = new Random(seed);
        double[] stay = [.. Enumerable.Range(0, SearchModels.Features).Select(i => i < variables ? reach + (random.NextDouble() * (1 - (2 * reach))) : random.NextDouble())];
        double[] low = [.. stay.Select((x, i) => i < variables ? x - reach : x)], high = [.. stay.Select((x, i) => i < variables ? x + reach : x)];
        double[] prices = [.. stay.Select((_, i) => i < variables ? (2 * random.NextDouble()) - 1 : 0)], none = new double[stay.Length];
        if (!constrained)
        {
            var all = new EnsembleSum(0, prices, none, [.. models.Select(m => new WeightedEnsemble((2 * random.NextDouble()) - 1, m))]);
            return new SearchInstance(all, [], stay, low, high);
        }

        var objective = new EnsembleSum(0, prices, none, [new WeightedEnsemble(1, models[0])]);
        EnsembleSum[] constraints = [.. models[1..].Select(m =>
        {
            double weight = random.Next(2) == 0 ? 1 : -1;
            double here = new EnsembleSum(0, none, none, [new WeightedEnsemble(weight, m)]).Evaluate(stay);
            return new EnsembleSum(0.02 - here, none, none, [new WeightedEnsemble(weight, m)]);
        })];
        return new SearchInstance(objective, constraints, stay, low, high);
    }

    /// <summary>Best feasible and range of the objective over random points of the box.</summary>
    public (double Best, double Spread) Sample(int points, int seed)
    {
        var random = new Random(seed);
        double best = double.PositiveInfinity, least = double.PositiveInfinity, most = double.NegativeInfinity;
        for (int p = 0; p < points; p++)
        {
            double[] x = [.. Low.Select((l, i) => l + (random.NextDouble() * (High[i] - l)))];
            double value = Objective.Evaluate(x);
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
            if (value < best && Array.TrueForAll(Constraints, c => c.Evaluate(x) <= 0))
            {
                best = value;
            }
        }

        return (best, most - least);
    }
}
