using Optimizer.Objectives;
using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>Residual trees on the boxes of a certified search: the range of their mean, and of their spread.</summary>
internal sealed class ResidualBounds
{
    private readonly CellGrid _grid;
    private readonly CellBox _box;
    private readonly Trees[] _root;
    private readonly FormScratch _scratch = new();

    /// <param name="low">Lowest full input vector of the reachable box.</param>
    public ResidualBounds(CandidateAssessor assessor, int[] treed, double[] low, double[] high)
    {
        float[] lowCompared = [.. low.Select(v => (float)v)], highCompared = [.. high.Select(v => (float)v)];
        var surrogates = assessor.Predictor.Surrogates;
        TreeEnsemble[][] bags = [.. treed.Select(k => surrogates[k].Bags.Select(b => PartialEvaluation.Specialise(b, lowCompared, highCompared)).ToArray())];
        _grid = new CellGrid(low, high, bags.SelectMany(b => b));
        _box = CellBox.Whole(_grid);
        double[] none = new double[low.Length];
        _root = [.. bags.Select(own => new Trees(
            BoxForm.Whole(new EnsembleSum(0, none, none, [.. own.Select(b => new WeightedEnsemble(1.0 / own.Length, b))]), own, _grid, _box, none, _scratch),
            [.. own.Select(b => BoxForm.Whole(new EnsembleSum(0, none, none, [new WeightedEnsemble(1, b)]), [b], _grid, _box, none, _scratch))]))];
        Influence = new double[low.Length];
    }

    /// <summary>By input: how much the trees of the box last restricted to can change along it, roughly; 0 when they are constant.</summary>
    public double[] Influence { get; }

    public CellGrid Grid => _grid;

    public (CellBox Box, Trees[] Trees) Root => (_box, _root);

    public (CellBox Box, Trees[] Trees) Restrict((CellBox Box, Trees[] Trees) from, double[] low, double[] high)
    {
        var box = new CellBox(
            [.. _grid.Variables.Select((input, v) => _grid.CellOf(v, low[input]))], [.. _grid.Variables.Select((input, v) => _grid.CellOf(v, high[input]))],
            [.. _grid.Variables.Select(input => low[input])], [.. _grid.Variables.Select(input => high[input])]);
        return (box, [.. from.Trees.Select(t => new Trees(t.Mean.Restrict(from.Box, box, _scratch), [.. t.Bags.Select(b => b.Restrict(from.Box, box, _scratch))]))]);
    }

    /// <summary>Writes mean and spread of each surrogate's trees, low and high.</summary>
    public void Bound(Trees[] trees, Span<double> low, Span<double> high)
    {
        Array.Clear(Influence);
        for (int k = 0; k < trees.Length; k++)
        {
            (low[2 * k], high[2 * k]) = Range(trees[k].Mean);
            AddInfluence(trees[k].Mean);
            (low[(2 * k) + 1], high[(2 * k) + 1]) = Spread([.. trees[k].Bags.Select(Range)]);
        }
    }

    private static (double Low, double High) Range(BoxForm form)
    {
        double low = form.Constant, high = form.Constant;
        foreach (double[] steps in form.Steps)
        {
            low += steps.Min();
            high += steps.Max();
        }

        int leaf = 0;
        foreach (int end in form.TreeEnd)
        {
            double least = double.PositiveInfinity, most = double.NegativeInfinity;
            for (; leaf < end; leaf++)
            {
                (least, most) = (Math.Min(least, form.Value[leaf]), Math.Max(most, form.Value[leaf]));
            }

            low += least;
            high += most;
        }

        return (low, high);
    }

    private void AddInfluence(BoxForm form)
    {
        for (int v = 0; v < form.Steps.Length; v++)
        {
            Influence[_grid.Variables[v]] += form.Steps[v].Max() - form.Steps[v].Min();
        }

        int leaf = 0;
        for (int t = 0; t < form.TreeEnd.Length; t++)
        {
            double least = double.PositiveInfinity, most = double.NegativeInfinity;
            for (; leaf < form.TreeEnd[t]; leaf++)
            {
                (least, most) = (Math.Min(least, form.Value[leaf]), Math.Max(most, form.Value[leaf]));
            }

            for (int v = 0; v < form.Steps.Length; v++)
            {
                Influence[_grid.Variables[v]] += (form.Active[t] >> v & 1) * (most - least);
            }
        }
    }

    // The variance is the least mean square distance to any centre, so the least distances to one centre bound it from below, the greatest
    // to any one from above. The centre that is least is found by halving, and a little is taken off for where it was not hit.
    private static (double Low, double High) Spread((double Low, double High)[] bags)
    {
        double from = bags.Min(b => b.Low), to = bags.Max(b => b.High), middle = bags.Average(b => (b.Low + b.High) / 2);
        double high = bags.Average(b => Square(Math.Max(b.High - middle, middle - b.Low)));
        for (int n = 0; n < 60; n++)
        {
            double centre = (from + to) / 2, slope = bags.Sum(b => Math.Max(0, centre - b.High) - Math.Max(0, b.Low - centre));
            (from, to) = slope > 0 ? (from, centre) : (centre, to);
        }

        double low = bags.Average(b => Square(Math.Max(0, Math.Max(b.Low - from, from - b.High))));
        return (Math.Sqrt(low) * (1 - 1e-9), Math.Sqrt(Math.Max(low, high)));
    }

    private static double Square(double x) => x * x;

    /// <param name="Mean">Of all bags.</param>
    /// <param name="Bags">Each alone, for the spread.</param>
    public sealed record Trees(BoxForm Mean, BoxForm[] Bags);
}
