using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>
/// The box cut at every threshold that is left in it: within a cell no tree changes. Cells of a variable are numbered from 0 upwards
/// and have exact edges: the first and last double that trees, which compare floats, put into it.
/// </summary>
internal sealed class CellGrid
{
    private readonly float[][] _cuts;

    /// <param name="low">Of every input; equal to <paramref name="high"/>: fixed.</param>
    /// <param name="ensembles">Specialised to the box.</param>
    public CellGrid(double[] low, double[] high, IEnumerable<TreeEnsemble> ensembles)
    {
        Variables = [.. Enumerable.Range(0, low.Length).Where(i => low[i] < high[i])];
        var cuts = Variables.ToDictionary(i => i, _ => new SortedSet<float>());
        foreach (var ensemble in ensembles)
        {
            for (int n = 0; n < ensemble.Feature.Length; n++)
            {
                cuts[ensemble.Feature[n]].Add(ensemble.Threshold[n]);
            }
        }

        _cuts = [.. Variables.Select(i => cuts[i].ToArray())];
        Low = [.. Variables.Select((input, v) => (double[])[low[input], .. _cuts[v].Select(FirstAbove)])];
        High = [.. Variables.Select((input, v) => (double[])[.. _cuts[v].Select(c => Math.BitDecrement(FirstAbove(c))), high[input]])];
    }

    /// <summary>Input of each variable that is free to move.</summary>
    public int[] Variables { get; }

    /// <summary>Lowest value of each cell, by variable.</summary>
    public double[][] Low { get; }

    public double[][] High { get; }

    public int Cells(int variable) => _cuts[variable].Length + 1;

    /// <summary>The cell whose values are above the threshold, one of the cuts.</summary>
    public int CellAbove(int variable, float threshold) => Array.BinarySearch(_cuts[variable], threshold) + 1;

    public int CellOf(int variable, double value)
    {
        int at = Array.BinarySearch(_cuts[variable], (float)value);
        return at >= 0 ? at : ~at;
    }

    /// <summary>The smallest double that rounds to a float above <paramref name="threshold"/>.</summary>
    internal static double FirstAbove(float threshold)
    {
        double middle = (threshold + (double)MathF.BitIncrement(threshold)) / 2;
        return (float)middle > threshold ? middle : Math.BitIncrement(middle);
    }
}
