namespace Optimizer.Search;

/// <summary>
/// A part of the reachable box: a range of cells for each variable, and of values, which are narrower than the cells only where
/// a single cell was halved.
/// </summary>
internal sealed class CellBox(int[] first, int[] last, double[] low, double[] high)
{
    public int[] First { get; } = first;

    public int[] Last { get; } = last;

    public double[] Low { get; } = low;

    public double[] High { get; } = high;

    public static CellBox Whole(CellGrid grid) => new(
        new int[grid.Variables.Length],
        [.. grid.Variables.Select((_, v) => grid.Cells(v) - 1)],
        [.. grid.Low.Select(l => l[0])],
        [.. grid.High.Select(h => h[^1])]);

    public CellBox Copy() => new((int[])First.Clone(), (int[])Last.Clone(), (double[])Low.Clone(), (double[])High.Clone());

    public bool IsSingle(int variable) => First[variable] == Last[variable];

    public bool IsSingleCell => First.AsSpan().SequenceEqual(Last);

    public void RaiseTo(CellGrid grid, int variable, int cell) => (First[variable], Low[variable]) = (cell, grid.Low[variable][cell]);

    public void LowerTo(CellGrid grid, int variable, int cell) => (Last[variable], High[variable]) = (cell, grid.High[variable][cell]);
}
