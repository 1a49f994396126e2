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
/// One inner node as a step over regions, planes of the rows that carry a label: of the rows in <see cref="Parent"/>, those above the
/// threshold move to <see cref="Child"/>, empty until then. <see cref="Threshold"/> is a byte offset among the threshold planes, the others count regions.
/// </summary>
internal readonly record struct RegionSplit(int Threshold, ushort Parent, ushort Child);

/// <summary>
/// Consecutive trees of one ensemble that are labelled together, their splits interleaved, each tree's regions
/// <see cref="BitSlicedProgram.RegionsFor"/> after the last one's.
/// </summary>
internal readonly record struct TreeGroup(int FirstSplit, int SplitCount, int FirstTree, int TreeCount);

/// <summary>Consecutive groups whose leaves are looked up together.</summary>
internal readonly record struct TreeRun(LeafLookup Lookup, int FirstGroup, int GroupCount, int FirstTree, int TreeCount);

/// <summary>Number of leaves, first entry of <see cref="BitSlicedProgram.Leaves"/>, and root in the ensemble.</summary>
internal readonly record struct BitSlicedTree(int LeafCount, int FirstLeaf, int Root);

/// <summary>One ensemble's share of a program.</summary>
internal readonly record struct EnsemblePart(TreeEnsemble Ensemble, int FirstRun, int RunCount);

/// <summary>
/// Ensembles compiled to steps over bit planes. A threshold that several trees or ensembles share is decided once per block.
/// Immutable.
/// </summary>
internal sealed class BitSlicedProgram
{
    public const int MaxLeaves = 256;

    /// <summary>Trees whose labels are made before their leaves are looked up: many keep the sums in registers for longer, few fit the nearest cache.</summary>
    public const int MaxRunTrees = 16;

    /// <summary>Trees whose splits are interleaved: a split waits for the one that made its parent's region, other trees fill the wait.</summary>
    public const int MaxGroupTrees = 4;

    public required RankPlane[] RankPlanes { get; init; }

    /// <summary>By rank plane: number of its first threshold plane; the others follow. One entry more than rank planes: the total.</summary>
    public required int[] FirstThreshold { get; init; }

    public required RegionSplit[] Splits { get; init; }

    public required TreeGroup[] Groups { get; init; }

    public required TreeRun[] Runs { get; init; }

    public required EnsemblePart[] Parts { get; init; }

    public required BitSlicedTree[] Trees { get; init; }

    /// <summary>Leaf tables as halves of doubles. Those looked up in registers hold all lower halves first, then the upper ones.</summary>
    public required uint[] Leaves { get; init; }

    /// <summary>Regions per tree: labels that its look-up distinguishes.</summary>
    public static int RegionsFor(LeafLookup lookup) => lookup switch
    {
        LeafLookup.Registers32 => 32,
        LeafLookup.Registers64 => 64,
        _ => MaxLeaves,
    };
}
