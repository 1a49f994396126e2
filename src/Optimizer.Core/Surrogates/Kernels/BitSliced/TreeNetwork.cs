namespace Optimizer.Surrogates;

/// <summary>Compiles one tree of at most 256 leaves into gates that yield the bits of its labels, and the table from label to leaf.</summary>
internal sealed class TreeNetwork
{
    public const int MaxLeaves = 256;

    // Stands for a bit that may be anything, because all labels it tells apart mean the same leaf.
    private const int Any = -1;

    private readonly TreeEnsemble _ensemble;
    private readonly Func<int, (int Plane, int Index)> _find;
    private readonly MuxBuilder _builder;
    private readonly Dictionary<int, int> _leafCounts = [];
    private readonly int _lastKept;
    private readonly int _bits;

    private TreeNetwork(TreeEnsemble ensemble, int root, int leaves, Func<int, (int Plane, int Index)> find, MuxBuilder builder, int lastKept)
    {
        (_ensemble, _find, _builder, _lastKept) = (ensemble, find, builder, lastKept);
        _bits = LabelCodes.BitsFor(leaves);
        Leaves = new double[1 << _bits];
        LabelPlanes = [.. Build(root, [new LabelCube(0, _bits)]).Select(plane => plane == Any ? MuxBuilder.Zeros : plane)];
    }

    /// <summary>The planes of the label's bits, lowest first.</summary>
    public int[] LabelPlanes { get; }

    /// <summary>Leaf value by label, a power of two of them.</summary>
    public double[] Leaves { get; }

    /// <param name="ensemble">Where the tree stands.</param>
    /// <param name="root">Its root.</param>
    /// <param name="leaves">Its number of leaves.</param>
    /// <param name="find">The rank plane and index of an inner node's threshold; the planes of all thresholds exist already.</param>
    /// <param name="builder">Receives the gates.</param>
    /// <param name="lastKept">The last plane that outlives the trees.</param>
    public static TreeNetwork Compile(
        TreeEnsemble ensemble, int root, int leaves, Func<int, (int Plane, int Index)> find, MuxBuilder builder, int lastKept) =>
        new(ensemble, root, leaves, find, builder, lastKept);

    /// <summary>Leaves below <paramref name="root"/>, or one more than <see cref="MaxLeaves"/> where there are more.</summary>
    public static int CountLeaves(TreeEnsemble ensemble, int root)
    {
        int leaves = 0;
        var open = new Stack<int>([root]);
        while (leaves <= MaxLeaves && open.TryPop(out int node))
        {
            if (node < 0)
            {
                leaves++;
                continue;
            }

            open.Push(ensemble.Left[node]);
            open.Push(ensemble.Right[node]);
        }

        return leaves;
    }

    private int LeafCount(int node)
    {
        if (node < 0)
        {
            return 1;
        }

        if (!_leafCounts.TryGetValue(node, out int count))
        {
            count = LeafCount(_ensemble.Left[node]) + LeafCount(_ensemble.Right[node]);
            _leafCounts.Add(node, count);
        }

        return count;
    }

    private int[] Build(int node, List<LabelCube> labels)
    {
        if (node < 0)
        {
            return Leaf(_ensemble.LeafValue[~node], labels);
        }

        int left = _ensemble.Left[node];
        int right = _ensemble.Right[node];
        var (leftLabels, rightLabels) = LabelCodes.Share(labels, LeafCount(left), LeafCount(right));
        int[] leftBits = Build(left, leftLabels);
        int[] rightBits = Build(right, rightLabels);
        var (plane, index) = _find(node);
        int above = _builder.Above(plane, index);
        for (int bit = 0; bit < _bits; bit++)
        {
            leftBits[bit] = Join(above, leftBits[bit], rightBits[bit]);
        }

        return leftBits;
    }

    private int[] Leaf(double value, List<LabelCube> labels)
    {
        var widest = labels.MaxBy(cube => cube.Width);
        Leaves.AsSpan(widest.First, widest.Count).Fill(value);
        var bits = new int[_bits];
        for (int bit = 0; bit < _bits; bit++)
        {
            bits[bit] = bit < widest.Width ? Any : (widest.First >> bit) & 1;
        }

        return bits;
    }

    private int Join(int above, int left, int right)
    {
        if (left == Any || right == Any)
        {
            return left == Any ? right : left;
        }

        int joined = _builder.Mux(above, left, right);
        if (joined != left && joined != right)
        {
            _builder.Free(left, _lastKept);
            _builder.Free(right, _lastKept);
        }

        return joined;
    }
}
