namespace Optimizer.Surrogates;

/// <summary>Structural checks of a <see cref="TreeEnsemble"/>, made once where an ensemble enters: loading, training, compiling.</summary>
public static class EnsembleChecks
{
    /// <summary>
    /// Checks array lengths, ranges of roots, children and features, that thresholds and leaves are usable numbers,
    /// and that the inner nodes form trees: none loops back, none belongs to two parents. Leaves may be shared.
    /// </summary>
    /// <exception cref="ArgumentException">The ensemble breaks one of these; the message says where, what was found and what is expected.</exception>
    public static void Validate(TreeEnsemble ensemble)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        CheckLengths(ensemble);
        CheckNumbers(ensemble);
        var reachedFrom = new int[ensemble.Feature.Length];
        Array.Fill(reachedFrom, -1);
        var open = new Stack<int>();
        for (int tree = 0; tree < ensemble.TreeCount; tree++)
        {
            CheckReference(ensemble, ensemble.Roots[tree], $"root of tree {tree}");
            WalkTree(ensemble, tree, reachedFrom, open);
        }
    }

    private static void CheckLengths(TreeEnsemble ensemble)
    {
        if (ensemble.FeatureCount < 0)
        {
            throw Broken($"feature count is {ensemble.FeatureCount}, expected 0 or more");
        }

        int nodes = ensemble.Feature.Length;
        CheckLength(ensemble.Threshold.Length, nodes, "thresholds");
        CheckLength(ensemble.Left.Length, nodes, "left children");
        CheckLength(ensemble.Right.Length, nodes, "right children");
    }

    private static void CheckLength(int found, int expected, string what)
    {
        if (found != expected)
        {
            throw Broken($"found {found} {what}, expected {expected}, one per inner node");
        }
    }

    private static void CheckNumbers(TreeEnsemble ensemble)
    {
        for (int node = 0; node < ensemble.Feature.Length; node++)
        {
            if ((uint)ensemble.Feature[node] >= (uint)ensemble.FeatureCount)
            {
                throw Broken($"inner node {node} tests feature {ensemble.Feature[node]}, expected 0 to {ensemble.FeatureCount - 1}");
            }

            if (float.IsNaN(ensemble.Threshold[node]))
            {
                throw Broken($"the threshold of inner node {node} is NaN, expected a number");
            }

            CheckReference(ensemble, ensemble.Left[node], $"left child of inner node {node}");
            CheckReference(ensemble, ensemble.Right[node], $"right child of inner node {node}");
        }

        if (!double.IsFinite(ensemble.Bias))
        {
            throw Broken($"the bias is {ensemble.Bias}, expected a finite number");
        }

        int leaf = Array.FindIndex(ensemble.LeafValue, value => !double.IsFinite(value));
        if (leaf >= 0)
        {
            throw Broken($"leaf {leaf} holds {ensemble.LeafValue[leaf]}, expected a finite number");
        }
    }

    private static void CheckReference(TreeEnsemble ensemble, int reference, string what)
    {
        if (reference >= ensemble.Feature.Length || (reference < 0 && ~reference >= ensemble.LeafValue.Length))
        {
            throw Broken(
                $"the {what} is {reference}, expected an inner node 0 to {ensemble.Feature.Length - 1} or a leaf ~0 to ~{ensemble.LeafValue.Length - 1}");
        }
    }

    private static void WalkTree(TreeEnsemble ensemble, int tree, int[] reachedFrom, Stack<int> open)
    {
        open.Push(ensemble.Roots[tree]);
        while (open.TryPop(out int node))
        {
            if (node < 0)
            {
                continue;
            }

            if (reachedFrom[node] >= 0)
            {
                throw Broken($"inner node {node} is reached twice (tree {reachedFrom[node]}, tree {tree}), expected trees without cycles or shared nodes");
            }

            reachedFrom[node] = tree;
            open.Push(ensemble.Right[node]);
            open.Push(ensemble.Left[node]);
        }
    }

    private static ArgumentException Broken(FormattableString what) =>
        new("Tree ensemble: " + FormattableString.Invariant(what) + ".", "ensemble");
}
