namespace Optimizer.Surrogates;

/// <summary>
/// A tree as steps over labels: all rows begin with label 0; a split leaves its left branch the parent's label and gives its right
/// branch the next free one. Level by level, so that a step seldom waits for the one just before. No leaves: there were more than
/// <see cref="BitSlicedProgram.MaxLeaves"/>.
/// </summary>
internal sealed record LabelledTree(int Root, RegionSplit[] Splits, double[] Leaves)
{
    /// <param name="ensemble">Where the tree stands.</param>
    /// <param name="root">Its root.</param>
    /// <param name="threshold">Byte offset of the threshold plane of an inner node.</param>
    public static LabelledTree Compile(TreeEnsemble ensemble, int root, Func<TreeEnsemble, int, int> threshold)
    {
        var splits = new List<RegionSplit>();
        var leaves = new List<double> { 0 };
        var open = new Queue<(int Node, int Label)>([(root, 0)]);
        while (open.TryDequeue(out var next))
        {
            if (next.Node < 0)
            {
                leaves[next.Label] = ensemble.LeafValue[~next.Node];
                continue;
            }

            int child = leaves.Count;
            if (child == BitSlicedProgram.MaxLeaves)
            {
                return new LabelledTree(root, [], []);
            }

            leaves.Add(0);
            splits.Add(new RegionSplit(threshold(ensemble, next.Node), (ushort)next.Label, (ushort)child));
            open.Enqueue((ensemble.Left[next.Node], next.Label));
            open.Enqueue((ensemble.Right[next.Node], child));
        }

        return new LabelledTree(root, [.. splits], [.. leaves]);
    }
}
