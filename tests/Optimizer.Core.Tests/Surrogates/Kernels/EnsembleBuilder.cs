using Optimizer.Surrogates;

namespace Optimizer.Tests.Surrogates.Kernels;

/// <summary>Grows random trees leaf by leaf into the flat arrays.</summary>
internal sealed class EnsembleBuilder(int features)
{
    private readonly List<int> _roots = [];
    private readonly List<int> _feature = [];
    private readonly List<float> _threshold = [];
    private readonly List<int> _left = [];
    private readonly List<int> _right = [];
    private readonly List<double> _leaves = [];

    public void AddTree(int leaves, Random random, float[][] thresholds)
    {
        _leaves.Add(random.NextDouble() - 0.5);
        int firstLeaf = _leaves.Count - 1;
        _roots.Add(~firstLeaf);
        int root = _roots.Count - 1;
        var parentOf = new List<(int Node, bool Right)> { (-1, false) };
        while (parentOf.Count < leaves)
        {
            int leaf = random.Next(parentOf.Count);
            int node = AddSplit(firstLeaf + leaf, random, thresholds);
            var (parent, right) = parentOf[leaf];
            if (parent < 0)
            {
                _roots[root] = node;
            }
            else
            {
                (right ? _right : _left)[parent] = node;
            }

            parentOf[leaf] = (node, false);
            parentOf.Add((node, true));
        }
    }

    public TreeEnsemble Build(double bias) => new()
    {
        FeatureCount = features,
        Roots = [.. _roots],
        Feature = [.. _feature],
        Threshold = [.. _threshold],
        Left = [.. _left],
        Right = [.. _right],
        LeafValue = [.. _leaves],
        Bias = bias,
    };

    private int AddSplit(int leaf, Random random, float[][] thresholds)
    {
        int feature = random.Next(features);
        _feature.Add(feature);
        _threshold.Add(thresholds[feature][random.Next(thresholds[feature].Length)]);
        _left.Add(~leaf);
        _leaves.Add(random.NextDouble() - 0.5);
        _right.Add(~(_leaves.Count - 1));
        return _feature.Count - 1;
    }
}
