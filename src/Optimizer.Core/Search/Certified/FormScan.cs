using System.Numerics;

namespace Optimizer.Search;

/// <summary>
/// Lower bounds of one form: on its box, and on both sides of every cut through it. The bound adds the least of each variable's
/// steps and the least leaf of each tree that the box reaches; it never exceeds the form anywhere in the box but for rounding.
/// </summary>
internal sealed class FormScan
{
    private readonly double[][] _smooth;
    private readonly double[] _cells;
    private double[] _leastOfTree = [];
    private int[] _order = [];

    public FormScan(EnsembleSum sum, CellGrid grid)
    {
        int n = grid.Variables.Length;
        _smooth = [.. Enumerable.Range(0, n).Select(v => Enumerable.Range(0, grid.Cells(v)).Select(c => Least(sum, grid.Variables[v], grid.Low[v][c], grid.High[v][c])).ToArray())];
        Below = [.. _smooth.Select(s => new double[s.Length])];
        Above = [.. _smooth.Select(s => new double[s.Length])];
        _cells = new double[_smooth.Max(s => s.Length)];
        BestCell = new int[n];
    }

    public double Bound { get; private set; }

    /// <summary>By variable and cell, counted from the first of the box: bound of the part up to that cell, and of the part behind it.</summary>
    public double[][] Below { get; }

    public double[][] Above { get; }

    /// <summary>Cell in which each variable's steps and smooth part are least.</summary>
    public int[] BestCell { get; }

    public void Run(BoxForm form, CellBox box, CellGrid grid, bool cuts = true)
    {
        int n = BestCell.Length;
        double bound = form.Constant + LeastLeaves(form);
        for (int v = 0; v < n; v++)
        {
            var steps = form.Steps[v];
            int first = box.First[v];
            if (steps.Length == 1)
            {
                bound += steps[0] + Least(form.Sum, grid.Variables[v], box.Low[v], box.High[v]);
                BestCell[v] = first;
                continue;
            }

            for (int c = 0; c < steps.Length; c++)
            {
                _cells[c] = steps[c] + _smooth[v][first + c];
            }

            int best = LeastAt(_cells.AsSpan(0, steps.Length));
            bound += _cells[best];
            BestCell[v] = first + best;
            if (cuts)
            {
                Spread(v, steps.Length, _cells[best]);
            }
        }

        Bound = bound;
        for (int v = 0; cuts && v < n; v++)
        {
            if (form.Steps[v].Length > 1)
            {
                AddTrees(form, v, box);
            }
        }
    }

    private static double Least(EnsembleSum sum, int input, double low, double high) => sum.Smooth(input, sum.Lowest(input, low, high));

    private static int LeastAt(ReadOnlySpan<double> values)
    {
        int at = 0;
        for (int c = 1; c < values.Length; c++)
        {
            at = values[c] < values[at] ? c : at;
        }

        return at;
    }

    private double LeastLeaves(BoxForm form)
    {
        if (_leastOfTree.Length < form.TreeEnd.Length || _order.Length < form.Value.Length)
        {
            (_leastOfTree, _order) = (new double[form.TreeEnd.Length], new int[form.Value.Length]);
        }

        double sum = 0;
        int leaf = 0;
        for (int t = 0; t < form.TreeEnd.Length; t++)
        {
            double least = form.Value[leaf];
            for (leaf++; leaf < form.TreeEnd[t]; leaf++)
            {
                least = Math.Min(least, form.Value[leaf]);
            }

            _leastOfTree[t] = least;
            sum += least;
        }

        return sum;
    }

    // What the steps of the variable add when only one side of a cut is left.
    private void Spread(int variable, int cells, double least)
    {
        double[] below = Below[variable], above = Above[variable];
        double running = double.PositiveInfinity;
        for (int c = 0; c < cells - 1; c++)
        {
            running = Math.Min(running, _cells[c]);
            below[c] = running - least;
        }

        running = double.PositiveInfinity;
        for (int c = cells - 1; c > 0; c--)
        {
            running = Math.Min(running, _cells[c]);
            above[c - 1] = running - least;
        }
    }

    // A tree's least leaf up to a cut changes only where a leaf begins: the changes are collected, then summed up over the cuts.
    private void AddTrees(BoxForm form, int variable, CellBox box)
    {
        int n = BestCell.Length, offset = box.First[variable], cuts = form.Steps[variable].Length - 1;
        Span<double> rises = _cells.AsSpan(0, cuts);
        rises.Clear();
        CollectBelow(form, variable, n, offset, cuts, rises);
        double sum = Bound;
        for (int c = 0; c < cuts; c++)
        {
            sum += rises[c];
            Below[variable][c] += sum;
        }

        rises.Clear();
        CollectAbove(form, variable, n, offset, rises);
        sum = Bound;
        for (int c = cuts - 1; c >= 0; c--)
        {
            sum += rises[c];
            Above[variable][c] += sum;
        }
    }

    private void CollectBelow(BoxForm form, int variable, int n, int offset, int cuts, Span<double> rises)
    {
        int start = 0;
        for (int t = 0; t < form.TreeEnd.Length; start = form.TreeEnd[t], t++)
        {
            if ((form.Active[t] >> variable & 1) == 0)
            {
                continue;
            }

            Sort(form.First, start, form.TreeEnd[t], variable, n, 1);
            double least = _leastOfTree[t], running = double.PositiveInfinity, counted = 0;
            for (int k = 0; running > least;)
            {
                int cell = form.First[(_order[k] * n) + variable];
                for (; k < form.TreeEnd[t] - start && form.First[(_order[k] * n) + variable] == cell; k++)
                {
                    running = Math.Min(running, form.Value[_order[k]]);
                }

                if (cell - offset >= cuts)
                {
                    break;
                }

                rises[cell - offset] += running - least - counted;
                counted = running - least;
            }
        }
    }

    private void CollectAbove(BoxForm form, int variable, int n, int offset, Span<double> rises)
    {
        int start = 0;
        for (int t = 0; t < form.TreeEnd.Length; start = form.TreeEnd[t], t++)
        {
            if ((form.Active[t] >> variable & 1) == 0)
            {
                continue;
            }

            Sort(form.Last, start, form.TreeEnd[t], variable, n, -1);
            double least = _leastOfTree[t], running = double.PositiveInfinity, counted = 0;
            for (int k = 0; running > least;)
            {
                int cell = form.Last[(_order[k] * n) + variable];
                for (; k < form.TreeEnd[t] - start && form.Last[(_order[k] * n) + variable] == cell; k++)
                {
                    running = Math.Min(running, form.Value[_order[k]]);
                }

                if (cell == offset)
                {
                    break;
                }

                rises[cell - offset - 1] += running - least - counted;
                counted = running - least;
            }
        }
    }

    private void Sort(ushort[] edges, int start, int end, int variable, int n, int sign)
    {
        for (int leaf = start; leaf < end; leaf++)
        {
            int key = sign * edges[(leaf * n) + variable], k = leaf - start;
            for (; k > 0 && sign * edges[(_order[k - 1] * n) + variable] > key; k--)
            {
                _order[k] = _order[k - 1];
            }

            _order[k] = leaf;
        }
    }
}
