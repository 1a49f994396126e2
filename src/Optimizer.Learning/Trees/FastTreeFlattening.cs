using Microsoft.ML.Trainers.FastTree;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>Joins the trees of an ML.NET model into the arrays of one <see cref="TreeEnsemble"/>.</summary>
internal static class FastTreeFlattening
{
    // ML.NET's own prediction adds leaf values from 0 and reads neither its tree weights nor its bias; so does this.
    public static TreeEnsemble Flatten(FastTreeRegressionModelParameters model, TreeTrainingSet set)
    {
        var trees = model.TrainedTreeEnsemble.Trees.Where(IsSplit).ToArray();
        if (trees.Length == 0)
        {
            return FastTreeTrainer.Constant(set);
        }

        int nodes = trees.Sum(tree => tree.NumberOfNodes);
        var ensemble = new TreeEnsemble
        {
            FeatureCount = set.FeatureCount,
            Roots = new int[trees.Length],
            Feature = new int[nodes],
            Threshold = new float[nodes],
            Left = new int[nodes],
            Right = new int[nodes],
            LeafValue = new double[trees.Sum(tree => tree.NumberOfLeaves)],
            Bias = 0,
        };
        CopyTrees(trees, ensemble);
        EnsembleChecks.Validate(ensemble);
        return ensemble;
    }

    // A tree that was never split predicts 0 in ML.NET, whatever its only leaf holds.
    private static bool IsSplit(RegressionTree tree) => tree.NumberOfLeaves > 1;

    private static void CopyTrees(RegressionTree[] trees, TreeEnsemble ensemble)
    {
        int firstNode = 0;
        int firstLeaf = 0;
        for (int index = 0; index < trees.Length; index++)
        {
            RegressionTree tree = trees[index];
            ensemble.Roots[index] = firstNode;
            for (int node = 0; node < tree.NumberOfNodes; node++)
            {
                if (tree.CategoricalSplitFlags[node])
                {
                    throw new InvalidOperationException($"Tree {index} splits by category at node {node}; FastTree was told not to.");
                }

                int target = firstNode + node;
                ensemble.Feature[target] = tree.NumericalSplitFeatureIndexes[node];
                ensemble.Threshold[target] = tree.NumericalSplitThresholds[node];
                ensemble.Left[target] = Shift(tree.LeftChild[node], firstNode, firstLeaf);
                ensemble.Right[target] = Shift(tree.RightChild[node], firstNode, firstLeaf);
            }

            for (int leaf = 0; leaf < tree.NumberOfLeaves; leaf++)
            {
                ensemble.LeafValue[firstLeaf + leaf] = tree.LeafValues[leaf];
            }

            firstNode += tree.NumberOfNodes;
            firstLeaf += tree.NumberOfLeaves;
        }
    }

    private static int Shift(int child, int firstNode, int firstLeaf) => child >= 0 ? child + firstNode : ~(~child + firstLeaf);
}
