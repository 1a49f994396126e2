using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>Trains boosted regression trees with ML.NET FastTree and hands them over as a plain <see cref="TreeEnsemble"/>.</summary>
public static class FastTreeTrainer
{
    /// <summary>
    /// Trains on <paramref name="set"/>. The result predicts what the ML.NET model would, to the last bit, and depends on nothing
    /// but the arguments: the same set and options give the same arrays. Where there is nothing to split (all targets
    /// equal, too few rows, constant features) the ensemble has no tree and its bias is the weighted mean of the targets.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static TreeEnsemble Train(TreeTrainingSet set, FastTreeOptions options)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return IsConstant(set.Targets) ? Constant(set) : FastTreeFlattening.Flatten(FastTreeFit.Fit(set, options).Model, set);
    }

    internal static TreeEnsemble Constant(TreeTrainingSet set) => new()
    {
        FeatureCount = set.FeatureCount,
        Roots = [],
        Feature = [],
        Threshold = [],
        Left = [],
        Right = [],
        LeafValue = [],
        Bias = set.MeanTarget,
    };

    // FastTree splits such a set all the same, at random places, and approaches the constant tree by tree without reaching it.
    private static bool IsConstant(float[] targets) => !targets.AsSpan().ContainsAnyExcept(targets[0]);
}
