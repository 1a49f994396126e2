using System.Runtime.InteropServices;

namespace Optimizer.Surrogates;

/// <summary>Compiles ensembles over the same columns into one <see cref="BitSlicedProgram"/>.</summary>
internal sealed class BitSlicedCompiler
{
    private readonly RankPlaneSet _planes;
    private readonly MuxBuilder _builder;
    private readonly List<TreeRun> _runs = [];
    private readonly List<BitSlicedTree> _trees = [];
    private readonly List<int> _labelPlanes = [];
    private readonly List<uint> _leaves = [];
    private int _lastKept;

    private BitSlicedCompiler(IReadOnlyList<TreeEnsemble> ensembles)
    {
        _planes = new RankPlaneSet(ensembles);
        _builder = new MuxBuilder(_planes.Planes.Length);
    }

    public static BitSlicedProgram Compile(IReadOnlyList<TreeEnsemble> ensembles) => new BitSlicedCompiler(ensembles).Run(ensembles);

    private BitSlicedProgram Run(IReadOnlyList<TreeEnsemble> ensembles)
    {
        foreach (var ensemble in ensembles)
        {
            for (int node = 0; node < ensemble.Feature.Length; node++)
            {
                var (plane, index) = _planes.Find(ensemble, node);
                _builder.Above(plane, index);
            }
        }

        int thresholdOps = _builder.OpCount;
        _lastKept = _builder.PlaneCount - 1;
        EnsemblePart[] parts = [.. ensembles.Select(Part)];
        return new BitSlicedProgram
        {
            RankPlanes = _planes.Planes,
            PlaneCount = _builder.PlaneCount,
            Ops = _builder.ToOps(),
            ThresholdOps = thresholdOps,
            Parts = parts,
            Runs = [.. _runs],
            Trees = [.. _trees],
            LabelPlanes = [.. _labelPlanes],
            Leaves = [.. _leaves],
        };
    }

    private EnsemblePart Part(TreeEnsemble ensemble)
    {
        int firstRun = _runs.Count;
        int[] leaves = Array.ConvertAll(ensemble.Roots, root => TreeNetwork.CountLeaves(ensemble, root));
        for (int first = 0; first < leaves.Length;)
        {
            bool registers = Lookup(leaves[first]) <= LeafLookup.Registers64;
            int end = first + 1;
            while (end < leaves.Length && end - first < BitSlicedProgram.MaxRunTrees
                && (registers ? Lookup(leaves[end]) <= LeafLookup.Registers64 : Lookup(leaves[end]) == Lookup(leaves[first])))
            {
                end++;
            }

            AddRun(ensemble, first, leaves.AsSpan(first, end - first));
            first = end;
        }

        return new EnsemblePart(ensemble, firstRun, _runs.Count - firstRun);
    }

    private static LeafLookup Lookup(int leaves) => leaves switch
    {
        <= 32 => LeafLookup.Registers32,
        <= 64 => LeafLookup.Registers64,
        <= TreeNetwork.MaxLeaves => LeafLookup.Table,
        _ => LeafLookup.Walk,
    };

    private void AddRun(TreeEnsemble ensemble, int firstTree, ReadOnlySpan<int> leaves)
    {
        var lookup = LeafLookup.Registers32;
        foreach (int count in leaves)
        {
            lookup = (LeafLookup)Math.Max((int)lookup, (int)Lookup(count));
        }

        int firstOp = _builder.OpCount;
        int first = _trees.Count;
        var labels = new List<int>();
        for (int tree = 0; tree < leaves.Length; tree++)
        {
            int root = ensemble.Roots[firstTree + tree];
            _trees.Add(new BitSlicedTree(_labelPlanes.Count, _leaves.Count, root));
            if (lookup != LeafLookup.Walk)
            {
                var network = TreeNetwork.Compile(ensemble, root, leaves[tree], node => _planes.Find(ensemble, node), _builder, _lastKept);
                labels.AddRange(network.LabelPlanes);
                AddLabelPlanes(network.LabelPlanes);
                AddLeaves(network.Leaves, lookup);
            }
        }

        _runs.Add(new TreeRun(lookup, firstOp, _builder.OpCount - firstOp, first, leaves.Length));
        foreach (int plane in labels)
        {
            _builder.Free(plane, _lastKept);
        }
    }

    private void AddLabelPlanes(int[] planes)
    {
        for (int bit = 0; bit < MuxBuilder.BitsPerRank; bit++)
        {
            _labelPlanes.Add(MuxBuilder.OffsetOf(bit < planes.Length ? planes[bit] : MuxBuilder.Zeros));
        }
    }

    private void AddLeaves(double[] leaves, LeafLookup lookup)
    {
        if (lookup == LeafLookup.Table)
        {
            _leaves.AddRange(MemoryMarshal.Cast<double, uint>(leaves));
            return;
        }

        int size = lookup == LeafLookup.Registers32 ? 32 : 64;
        for (int shift = 0; shift <= 32; shift += 32)
        {
            for (int label = 0; label < size; label++)
            {
                _leaves.Add(label < leaves.Length ? unchecked((uint)(BitConverter.DoubleToUInt64Bits(leaves[label]) >> shift)) : 0);
            }
        }
    }
}
