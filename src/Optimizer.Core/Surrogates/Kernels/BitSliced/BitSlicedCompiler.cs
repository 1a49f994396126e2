using System.Runtime.InteropServices;

namespace Optimizer.Surrogates;

/// <summary>Compiles ensembles over the same columns into one <see cref="BitSlicedProgram"/>.</summary>
internal sealed class BitSlicedCompiler
{
    private readonly RankPlaneSet _planes;
    private readonly int[] _firstThreshold;
    private readonly List<RegionSplit> _splits = [];
    private readonly List<TreeGroup> _groups = [];
    private readonly List<TreeRun> _runs = [];
    private readonly List<BitSlicedTree> _trees = [];
    private readonly List<uint> _leaves = [];

    private BitSlicedCompiler(IReadOnlyList<TreeEnsemble> ensembles)
    {
        _planes = new RankPlaneSet(ensembles);
        _firstThreshold = new int[_planes.Planes.Length + 1];
        for (int plane = 0; plane < _planes.Planes.Length; plane++)
        {
            _firstThreshold[plane + 1] = _firstThreshold[plane] + _planes.Planes[plane].Count;
        }
    }

    public static BitSlicedProgram Compile(IReadOnlyList<TreeEnsemble> ensembles)
    {
        var compiler = new BitSlicedCompiler(ensembles);
        EnsemblePart[] parts = [.. ensembles.Select(compiler.Part)];
        return new BitSlicedProgram
        {
            RankPlanes = compiler._planes.Planes,
            FirstThreshold = compiler._firstThreshold,
            Splits = [.. compiler._splits],
            Groups = [.. compiler._groups],
            Runs = [.. compiler._runs],
            Parts = parts,
            Trees = [.. compiler._trees],
            Leaves = [.. compiler._leaves],
        };
    }

    private EnsemblePart Part(TreeEnsemble ensemble)
    {
        int firstRun = _runs.Count;
        var compiled = Array.ConvertAll(ensemble.Roots, root => LabelledTree.Compile(ensemble, root, Threshold));
        for (int first = 0; first < compiled.Length;)
        {
            var lookup = Lookup(compiled[first]);
            int end = first + 1;
            while (end < compiled.Length && end - first < BitSlicedProgram.MaxRunTrees && Together(lookup, Lookup(compiled[end])))
            {
                lookup = (LeafLookup)Math.Max((int)lookup, (int)Lookup(compiled[end]));
                end++;
            }

            AddRun(lookup, compiled.AsSpan(first, end - first));
            first = end;
        }

        return new EnsemblePart(ensemble, firstRun, _runs.Count - firstRun);
    }

    private int Threshold(TreeEnsemble ensemble, int node)
    {
        var (plane, index) = _planes.Find(ensemble, node);
        return checked((_firstThreshold[plane] + index) * BitSlicedScratch.PlaneBytes);
    }

    private static LeafLookup Lookup(LabelledTree tree) => tree.Leaves.Length switch
    {
        0 => LeafLookup.Walk,
        <= 32 => LeafLookup.Registers32,
        <= 64 => LeafLookup.Registers64,
        _ => LeafLookup.Table,
    };

    // A few small trees among larger ones go along with them: runs cut short cost more.
    private static bool Together(LeafLookup one, LeafLookup other) =>
        one == other || (one <= LeafLookup.Registers64 && other <= LeafLookup.Registers64);

    private void AddRun(LeafLookup lookup, ReadOnlySpan<LabelledTree> trees)
    {
        int firstTree = _trees.Count;
        int firstGroup = _groups.Count;
        foreach (var tree in trees)
        {
            _trees.Add(new BitSlicedTree(tree.Leaves.Length, _leaves.Count, tree.Root));
            AddLeaves(tree.Leaves, lookup);
        }

        for (int first = 0; lookup != LeafLookup.Walk && first < trees.Length; first += BitSlicedProgram.MaxGroupTrees)
        {
            int count = Math.Min(BitSlicedProgram.MaxGroupTrees, trees.Length - first);
            AddGroup(trees.Slice(first, count), firstTree + first, BitSlicedProgram.RegionsFor(lookup));
        }

        _runs.Add(new TreeRun(lookup, firstGroup, _groups.Count - firstGroup, firstTree, trees.Length));
    }

    private void AddGroup(ReadOnlySpan<LabelledTree> trees, int firstTree, int regions)
    {
        int firstSplit = _splits.Count;
        bool more = true;
        for (int step = 0; more; step++)
        {
            more = false;
            for (int tree = 0; tree < trees.Length; tree++)
            {
                if (step < trees[tree].Splits.Length)
                {
                    var split = trees[tree].Splits[step];
                    int shift = tree * regions;
                    _splits.Add(new RegionSplit(split.Threshold, (ushort)(split.Parent + shift), (ushort)(split.Child + shift)));
                    more = true;
                }
            }
        }

        _groups.Add(new TreeGroup(firstSplit, _splits.Count - firstSplit, firstTree, trees.Length));
    }

    private void AddLeaves(double[] leaves, LeafLookup lookup)
    {
        if (lookup >= LeafLookup.Table)
        {
            _leaves.AddRange(MemoryMarshal.Cast<double, uint>(leaves));
            return;
        }

        for (int shift = 0; shift <= 32; shift += 32)
        {
            for (int label = 0; label < BitSlicedProgram.RegionsFor(lookup); label++)
            {
                _leaves.Add(label < leaves.Length ? unchecked((uint)(BitConverter.DoubleToUInt64Bits(leaves[label]) >> shift)) : 0);
            }
        }
    }
}
