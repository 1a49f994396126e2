using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel.Peers;

/// <summary>LightGBM's own predictor through its C API on one thread, with our ensemble as its text model.</summary>
internal static class LightGbmPeer
{
    public const string Name = "LightGBM native, 1 thread";
    private const int Float32 = 0;
    private const int RawScore = 1;

    public static KernelContender For(KernelProblem problem)
    {
        int rows = problem.Rows.Length;
        float[] input = [.. problem.Rows.SelectMany(row => row)];
        var scores = new double[rows];
        Check(LGBM_BoosterLoadModelFromString(Model(problem.Ensemble), out _, out nint booster));
        return new(Name, scores, Exact: false, () =>
            Check(LGBM_BoosterPredictForMat(booster, input, Float32, rows, KernelProblem.Features, 1, RawScore, 0, -1, "num_threads=1", out _, scores)));
    }

    /// <summary>The text model; a tree of one leaf carries the bias.</summary>
    public static string Model(TreeEnsemble ensemble)
    {
        var text = new StringBuilder();
        string features = string.Join(' ', Enumerable.Range(0, ensemble.FeatureCount).Select(f => $"f{f}"));
        string infos = string.Join(' ', Enumerable.Repeat("[-1e30:1e30]", ensemble.FeatureCount));
        text.Append("tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n")
            .Append(CultureInfo.InvariantCulture, $"max_feature_idx={ensemble.FeatureCount - 1}\nobjective=regression\nfeature_names={features}\nfeature_infos={infos}\n\n")
            .Append(CultureInfo.InvariantCulture, $"Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value={ensemble.Bias:R}\nis_linear=0\nshrinkage=1\n\n\n");
        for (int tree = 0; tree < ensemble.TreeCount; tree++)
        {
            AppendTree(text, ensemble, tree);
        }

        return text.Append("end of trees\n").ToString();
    }

    private static void AppendTree(StringBuilder text, TreeEnsemble ensemble, int tree)
    {
        List<int> nodes = [], leaves = [];
        Collect(ensemble, ensemble.Roots[tree], nodes, leaves);
        var place = nodes.Index().ToDictionary(node => node.Item, node => node.Index);
        var leafPlace = leaves.Index().ToDictionary(leaf => leaf.Item, leaf => leaf.Index);
        string Join<T>(IEnumerable<int> all, Func<int, T> of) => string.Join(' ', all.Select(one => string.Create(CultureInfo.InvariantCulture, $"{of(one):R}")));
        string Children(int[] child) => string.Join(' ', nodes.Select(node => child[node] >= 0 ? place[child[node]] : ~leafPlace[child[node]]));
        text.Append(CultureInfo.InvariantCulture, $"Tree={tree + 1}\nnum_leaves={leaves.Count}\nnum_cat=0\n")
            .Append("split_feature=").AppendJoin(' ', nodes.Select(node => ensemble.Feature[node]))
            .Append("\nsplit_gain=").AppendJoin(' ', nodes.Select(_ => 1))
            .Append("\nthreshold=").Append(Join(nodes, node => (double)ensemble.Threshold[node]))
            .Append("\ndecision_type=").AppendJoin(' ', nodes.Select(_ => 0))
            .Append("\nleft_child=").Append(Children(ensemble.Left))
            .Append("\nright_child=").Append(Children(ensemble.Right))
            .Append("\nleaf_value=").Append(Join(leaves, leaf => ensemble.LeafValue[~leaf]))
            .Append("\nleaf_weight=").AppendJoin(' ', leaves.Select(_ => 1))
            .Append("\nleaf_count=").AppendJoin(' ', leaves.Select(_ => 1))
            .Append("\ninternal_value=").AppendJoin(' ', nodes.Select(_ => 0))
            .Append("\ninternal_weight=").AppendJoin(' ', nodes.Select(_ => 1))
            .Append("\ninternal_count=").AppendJoin(' ', nodes.Select(_ => 1))
            .Append("\nis_linear=0\nshrinkage=1\n\n\n");
    }

    private static void Collect(TreeEnsemble ensemble, int node, List<int> nodes, List<int> leaves)
    {
        if (node < 0)
        {
            leaves.Add(node);
            return;
        }

        nodes.Add(node);
        Collect(ensemble, ensemble.Left[node], nodes, leaves);
        Collect(ensemble, ensemble.Right[node], nodes, leaves);
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException("LightGBM: " + Marshal.PtrToStringUTF8(LGBM_GetLastError()));
        }
    }

    [DllImport("lib_lightgbm")]
    private static extern nint LGBM_GetLastError();

    [DllImport("lib_lightgbm")]
    private static extern int LGBM_BoosterLoadModelFromString([MarshalAs(UnmanagedType.LPUTF8Str)] string model, out int iterations, out nint booster);

    [DllImport("lib_lightgbm")]
    private static extern int LGBM_BoosterPredictForMat(
        nint booster, float[] data, int dataType, int rows, int columns, int rowMajor, int predictType, int firstIteration, int iterations,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string parameters, out long length, double[] result);
}
