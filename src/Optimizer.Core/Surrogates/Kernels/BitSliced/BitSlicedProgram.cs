namespace Optimizer.Surrogates;

/// <summary>How the leaves of a run of trees are looked up.</summary>
internal enum LeafLookup
{
    /// <summary>At most 32 leaves: a table of 32 that stays in registers.</summary>
    Registers32,

    /// <summary>At most 64 leaves: a table of 64 in registers.</summary>
    Registers64,

    /// <summary>At most 256 leaves: one load per row.</summary>
    Table,

    /// <summary>More: row by row from the root, without labels.</summary>
    Walk,
}

/// <summary>
/// Consecutive trees of one ensemble that are scored together: first their gates, then their leaves.
/// <see cref="FirstTree"/> counts within <see cref="BitSlicedProgram.Trees"/>.
/// </summary>
internal readonly record struct TreeRun(LeafLookup Lookup, int FirstOp, int OpCount, int FirstTree, int TreeCount);

/// <summary>
/// Where a tree finds the planes of its label (eight byte offsets from <see cref="FirstPlane"/> on in
/// <see cref="BitSlicedProgram.LabelPlanes"/>), its leaves in <see cref="BitSlicedProgram.Leaves"/>, and its root in the ensemble.
/// </summary>
internal readonly record struct BitSlicedTree(int FirstPlane, int FirstLeaf, int Root);

/// <summary>One ensemble's share of a program.</summary>
internal readonly record struct EnsemblePart(TreeEnsemble Ensemble, int FirstRun, int RunCount);

/// <summary>
/// Ensembles compiled to gates over bit planes. Thresholds that several trees or ensembles share are decided once per
/// block. Immutable.
/// </summary>
internal sealed class BitSlicedProgram
{
    /// <summary>Trees whose gates run before their leaves are looked up: enough to keep sums in registers meanwhile, few enough for the nearest cache.</summary>
    public const int MaxRunTrees = 16;

    public required RankPlane[] RankPlanes { get; init; }

    /// <summary>Bit planes in the work space.</summary>
    public required int PlaneCount { get; init; }

    public required MuxOp[] Ops { get; init; }

    /// <summary>How many of <see cref="Ops"/>, from the first on, decide thresholds.</summary>
    public required int ThresholdOps { get; init; }

    public required EnsemblePart[] Parts { get; init; }

    public required TreeRun[] Runs { get; init; }

    public required BitSlicedTree[] Trees { get; init; }

    public required int[] LabelPlanes { get; init; }

    /// <summary>Leaf tables. Those looked up in registers hold the lower halves of all doubles first, then the upper halves.</summary>
    public required uint[] Leaves { get; init; }
}
