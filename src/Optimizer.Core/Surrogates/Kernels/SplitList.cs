using System.Numerics;

namespace Optimizer.Surrogates;

/// <summary>
/// One inner node as a step over byte labels: a row that carries <see cref="Parent"/> and ranks above the threshold
/// takes the label <see cref="Child"/>; every other row keeps its own.
/// </summary>
internal readonly record struct Split(int RankOffset, sbyte Threshold, sbyte Parent, sbyte Child);

/// <summary>
/// A tree as its steps, parents first, and its padded table of leaves by label. <see cref="SplitCount"/> below zero: too many
/// leaves for byte labels.
/// </summary>
internal readonly record struct SplitTree(int FirstSplit, int SplitCount, int FirstLeaf, int LeafCount, int Root)
{
    public bool IsWide => SplitCount < 0;
}

/// <summary>
/// A <see cref="TreeEnsemble"/> compiled to split lists over rank planes. Immutable; serves every vector width.
/// </summary>
internal sealed class SplitList
{
    public const int MaxLeaves = 256;
    public const int BlockRows = 512;

    /// <summary>Trees of at most this many leaves have their table padded to 16, 32 or 64 values for look-up in registers.</summary>
    public const int MaxRegisterLeaves = 64;

    private readonly List<Split> _splits = [];
    private readonly List<double> _leaves = [];
    private readonly RankPlaneSet _planes;

    /// <param name="ensemble">What to compile.</param>
    /// <param name="planes">Rank planes that hold its thresholds, those of other ensembles perhaps beside them.</param>
    public SplitList(TreeEnsemble ensemble, RankPlaneSet planes)
    {
        Ensemble = ensemble;
        _planes = planes;
        Trees = Array.ConvertAll(ensemble.Roots, Compile);
        Splits = [.. _splits];
        Leaves = [.. _leaves];
    }

    public TreeEnsemble Ensemble { get; }

    public SplitTree[] Trees { get; }

    public Split[] Splits { get; }

    public double[] Leaves { get; }

    private SplitTree Compile(int root)
    {
        int firstSplit = _splits.Count;
        int firstLeaf = _leaves.Count;
        if (!TryAppend(root, out List<double> leaves))
        {
            _splits.RemoveRange(firstSplit, _splits.Count - firstSplit);
            return new SplitTree(firstSplit, -1, firstLeaf, 0, root);
        }

        _leaves.AddRange(leaves);
        _leaves.AddRange(new double[PaddedLeafCount(leaves.Count) - leaves.Count]);
        return new SplitTree(firstSplit, _splits.Count - firstSplit, firstLeaf, _leaves.Count - firstLeaf, root);
    }

    private static int PaddedLeafCount(int leaves) =>
        leaves > MaxRegisterLeaves ? leaves : Math.Max(16, (int)BitOperations.RoundUpToPowerOf2((uint)leaves));

    private bool TryAppend(int root, out List<double> leaves)
    {
        leaves = [0];
        var open = new Stack<(int Node, int Label)>();
        open.Push((root, 0));
        while (open.TryPop(out var next))
        {
            if (next.Node < 0)
            {
                leaves[next.Label] = Ensemble.LeafValue[~next.Node];
                continue;
            }

            if (leaves.Count == MaxLeaves)
            {
                return false;
            }

            int child = leaves.Count;
            leaves.Add(0);
            var (plane, index) = _planes.Find(Ensemble, next.Node);
            _splits.Add(new Split(
                plane * BlockRows, (sbyte)(index - RankPlane.RankOffset), unchecked((sbyte)next.Label), unchecked((sbyte)child)));
            open.Push((Ensemble.Right[next.Node], child));
            open.Push((Ensemble.Left[next.Node], next.Label));
        }

        return true;
    }
}
