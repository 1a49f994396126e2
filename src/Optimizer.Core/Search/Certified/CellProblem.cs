using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>Objective and constraints on the cells of the whole box. Read only, shared by all threads.</summary>
internal sealed class CellProblem
{
    /// <param name="sums">Objective first, then constraints.</param>
    public CellProblem(IReadOnlyList<EnsembleSum> sums, double[] low, double[] high)
    {
        (Sums, Low, High) = (sums, low, high);
        float[] lowCompared = [.. low.Select(v => (float)v)], highCompared = [.. high.Select(v => (float)v)];
        var specialised = sums.Select(s => s.Ensembles.Select(e => PartialEvaluation.Specialise(e.Ensemble, lowCompared, highCompared)).ToArray()).ToArray();
        Grid = new CellGrid(low, high, specialised.SelectMany(s => s));
        Box = CellBox.Whole(Grid);
        var scratch = new FormScratch();
        Forms = [.. sums.Select((s, k) => BoxForm.Whole(s, specialised[k], Grid, Box, low, scratch))];
        Rounding = [.. sums.Select((s, k) => RoundingOf(s, low, high, specialised[k]))];
    }

    public IReadOnlyList<EnsembleSum> Sums { get; }

    public double[] Low { get; }

    public double[] High { get; }

    public CellGrid Grid { get; }

    public CellBox Box { get; }

    public BoxForm[] Forms { get; }

    /// <summary>By sum: what the order of summation can change.</summary>
    public double[] Rounding { get; }

    public double[] Point(ReadOnlySpan<double> variables)
    {
        var point = (double[])Low.Clone();
        for (int v = 0; v < variables.Length; v++)
        {
            point[Grid.Variables[v]] = variables[v];
        }

        return point;
    }

    private static double RoundingOf(EnsembleSum sum, double[] low, double[] high, TreeEnsemble[] specialised)
    {
        double magnitude = Math.Abs(sum.Constant), terms = 8;
        double inTrees = 0;
        for (int i = 0; i < low.Length; i++)
        {
            magnitude += Math.Max(Math.Abs(sum.Smooth(i, low[i])), Math.Abs(sum.Smooth(i, high[i])));
            terms += 2;
        }

        for (int k = 0; k < specialised.Length; k++)
        {
            // Each tree is added up to three times on the way: in the sum, in steps, and in the differences between cuts.
            inTrees += Math.Abs(sum.Ensembles[k].Weight) * PartialEvaluation.RoundingBound(sum.Ensembles[k].Ensemble);
            terms += specialised[k].TreeCount;
        }

        return (4 * inTrees * Math.Max(1, specialised.Length)) + (4 * terms * Math.ScaleB(1, -53) * magnitude);
    }
}
