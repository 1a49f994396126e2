using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel.Peers;

/// <summary>The parallel lists that a TreeEnsembleRegressor takes: every node of every tree, leaves included, numbered within its tree from the root on.</summary>
internal sealed class OnnxNodes
{
    public OnnxNodes(TreeEnsemble ensemble)
    {
        for (int tree = 0; tree < ensemble.TreeCount; tree++)
        {
            int next = 0;
            Add(ensemble, tree, ensemble.Roots[tree], ref next);
        }
    }

    public List<int> Trees { get; } = [];

    public List<int> Ids { get; } = [];

    public List<int> Features { get; } = [];

    public List<float> Thresholds { get; } = [];

    public List<string> Modes { get; } = [];

    public List<int> True { get; } = [];

    public List<int> False { get; } = [];

    public List<int> LeafTrees { get; } = [];

    public List<int> LeafIds { get; } = [];

    public List<float> LeafValues { get; } = [];

    private int Add(TreeEnsemble ensemble, int tree, int node, ref int next)
    {
        int id = next++;
        int place = Ids.Count;
        bool leaf = node < 0;
        Trees.Add(tree);
        Ids.Add(id);
        Features.Add(leaf ? 0 : ensemble.Feature[node]);
        Thresholds.Add(leaf ? 0 : ensemble.Threshold[node]);
        Modes.Add(leaf ? "LEAF" : "BRANCH_LEQ");
        True.Add(0);
        False.Add(0);
        if (leaf)
        {
            LeafTrees.Add(tree);
            LeafIds.Add(id);
            LeafValues.Add((float)ensemble.LeafValue[~node]);
        }
        else
        {
            True[place] = Add(ensemble, tree, ensemble.Left[node], ref next);
            False[place] = Add(ensemble, tree, ensemble.Right[node], ref next);
        }

        return id;
    }
}
