using System.Numerics;
using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>
/// An <see cref="EnsembleSum"/> on one <see cref="CellBox"/>: what is constant there, steps that depend on one variable only (whatever
/// trees they came from, added up cell by cell, so their minimum is exact), and the trees that depend on several variables as lists
/// of leaves, each a range of cells. The smaller the box, the more trees turn into steps.
/// </summary>
internal sealed class BoxForm
{
    private BoxForm(EnsembleSum sum) => Sum = sum;

    public EnsembleSum Sum { get; }

    public double Constant { get; private set; }

    /// <summary>By variable, one value per cell of the box; the smooth part is not in them.</summary>
    public double[][] Steps { get; private set; } = [];

    /// <summary>Behind the last leaf of each tree.</summary>
    public int[] TreeEnd { get; private set; } = [];

    /// <summary>Bit v: the tree depends on variable v.</summary>
    public uint[] Active { get; private set; } = [];

    public double[] Value { get; private set; } = [];

    /// <summary>First and last cell of each leaf, variables side by side.</summary>
    public ushort[] First { get; private set; } = [];

    public ushort[] Last { get; private set; } = [];

    public long Bytes => 200 + (8L * Steps.Sum(s => s.Length + 4)) + (8L * TreeEnd.Length) + (Value.Length * (8L + (4L * Steps.Length)));

    /// <param name="specialised">The sum's ensembles, specialised to the box.</param>
    public static BoxForm Whole(EnsembleSum sum, IReadOnlyList<TreeEnsemble> specialised, CellGrid grid, CellBox box, double[] fixedAt, FormScratch scratch)
    {
        double constant = sum.Constant;
        for (int i = 0; i < sum.Inputs; i++)
        {
            constant += Array.IndexOf(grid.Variables, i) < 0 ? sum.Smooth(i, fixedAt[i]) : 0;
        }

        var flattened = new FormFlattening(grid, box);
        for (int k = 0; k < specialised.Count; k++)
        {
            constant += sum.Ensembles[k].Weight * specialised[k].Bias;
            flattened.Add(specialised[k], sum.Ensembles[k].Weight);
        }

        var raw = new BoxForm(sum)
        {
            Constant = constant,
            Steps = [.. grid.Variables.Select((_, v) => new double[grid.Cells(v)])],
            TreeEnd = [.. flattened.TreeEnd],
            Value = [.. flattened.Value],
            First = [.. flattened.First],
            Last = [.. flattened.Last],
        };
        return raw.Restrict(box, box, scratch);
    }

    /// <summary>The same form on a part of its box.</summary>
    public BoxForm Restrict(CellBox from, CellBox to, FormScratch scratch)
    {
        int n = Steps.Length;
        scratch.Reserve(Value.Length, n);
        double constant = Constant;
        var steps = new double[n][];
        for (int v = 0; v < n; v++)
        {
            steps[v] = Steps[v].AsSpan(to.First[v] - from.First[v], to.Last[v] - to.First[v] + 1).ToArray();
        }

        int trees = 0, leaves = 0, leaf = 0;
        foreach (int end in TreeEnd)
        {
            int start = leaves;
            uint active = 0;
            for (; leaf < end; leaf++)
            {
                if (Clip(leaf, to, scratch, leaves, ref active))
                {
                    scratch.Value[leaves++] = Value[leaf];
                }
            }

            if (active == 0)
            {
                constant += scratch.Value[start];
                leaves = start;
            }
            else if (BitOperations.IsPow2(active))
            {
                AddSteps(steps, BitOperations.TrailingZeroCount(active), to, scratch, start, leaves);
                leaves = start;
            }
            else
            {
                (scratch.TreeEnd[trees], scratch.Active[trees]) = (leaves, active);
                trees++;
            }
        }

        return new BoxForm(Sum)
        {
            Constant = constant,
            Steps = steps,
            TreeEnd = scratch.TreeEnd.AsSpan(0, trees).ToArray(),
            Active = scratch.Active.AsSpan(0, trees).ToArray(),
            Value = scratch.Value.AsSpan(0, leaves).ToArray(),
            First = scratch.First.AsSpan(0, leaves * n).ToArray(),
            Last = scratch.Last.AsSpan(0, leaves * n).ToArray(),
        };
    }

    /// <summary>The form at cells of the box, with the smooth part at <paramref name="x"/>.</summary>
    public double At(CellBox box, ReadOnlySpan<int> cells, ReadOnlySpan<double> x, int[] variables)
    {
        double sum = Constant;
        for (int v = 0; v < cells.Length; v++)
        {
            sum += Steps[v][cells[v] - box.First[v]] + Sum.Smooth(variables[v], x[v]);
        }

        int leaf = 0;
        foreach (int end in TreeEnd)
        {
            while (!Holds(leaf, cells))
            {
                leaf++;
            }

            sum += Value[leaf];
            leaf = end;
        }

        return sum;
    }

    private bool Holds(int leaf, ReadOnlySpan<int> cells)
    {
        int at = leaf * cells.Length;
        for (int v = 0; v < cells.Length; v++)
        {
            if (cells[v] < First[at + v] || cells[v] > Last[at + v])
            {
                return false;
            }
        }

        return true;
    }

    private bool Clip(int leaf, CellBox to, FormScratch scratch, int target, ref uint active)
    {
        int n = to.First.Length;
        var first = First.AsSpan(leaf * n, n);
        var last = Last.AsSpan(leaf * n, n);
        var clippedFirst = scratch.First.AsSpan(target * n, n);
        var clippedLast = scratch.Last.AsSpan(target * n, n);
        uint limited = 0;
        for (int v = 0; v < first.Length; v++)
        {
            int a = to.First[v], b = to.Last[v];
            if (first[v] > b || last[v] < a)
            {
                return false;
            }

            int lo = Math.Max(first[v], a), hi = Math.Min(last[v], b);
            limited |= lo > a || hi < b ? 1u << v : 0;
            (clippedFirst[v], clippedLast[v]) = ((ushort)lo, (ushort)hi);
        }

        active |= limited;
        return true;
    }

    private static void AddSteps(double[][] steps, int variable, CellBox box, FormScratch scratch, int start, int end)
    {
        int n = steps.Length, offset = box.First[variable];
        for (int leaf = start; leaf < end; leaf++)
        {
            for (int c = scratch.First[(leaf * n) + variable]; c <= scratch.Last[(leaf * n) + variable]; c++)
            {
                steps[variable][c - offset] += scratch.Value[leaf];
            }
        }
    }
}
