namespace Optimizer.Surrogates;

/// <summary>
/// A sum of regression trees as flat arrays. Inner node <c>n</c> tests <c>x[Feature[n]] &lt;= Threshold[n]</c>: true goes
/// to <see cref="Left"/>, false and NaN go to <see cref="Right"/>. A child below zero is the leaf <c>~child</c> of
/// <see cref="LeafValue"/>. Thresholds are float and leaves double, as ML.NET FastTree has them, and leaves are summed
/// in tree order from <see cref="Bias"/>, so results equal ML.NET's to the last bit.
/// </summary>
public sealed class TreeEnsemble
{
    public required int FeatureCount { get; init; }

    /// <summary>Root of each tree, as a child reference: an inner node, or <c>~leaf</c> for a tree of one leaf.</summary>
    public required int[] Roots { get; init; }

    public required int[] Feature { get; init; }

    public required float[] Threshold { get; init; }

    public required int[] Left { get; init; }

    public required int[] Right { get; init; }

    public required double[] LeafValue { get; init; }

    public required double Bias { get; init; }

    public int TreeCount => Roots.Length;
}
