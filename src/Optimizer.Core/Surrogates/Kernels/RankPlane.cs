namespace Optimizer.Surrogates;

/// <summary>
/// Up to 255 ascending thresholds of one feature. The rank of a value is how many of them it is not at or below, so
/// <c>x &lt;= Thresholds[i]</c> and <c>rank(x) &lt;= i</c> are the same test; NaN is at or below none and ranks highest.
/// Ranks are stored minus 128: signed byte compares exist on every vector unit, unsigned ones do not.
/// A feature with more thresholds gets several planes, each ranking against its own slice only.
/// </summary>
internal sealed class RankPlane
{
    public const int MaxThresholds = 255;
    public const int RankOffset = 128;
    public const int GroupSize = 16;

    public RankPlane(int feature, ReadOnlySpan<float> thresholds)
    {
        Feature = feature;
        Count = thresholds.Length;
        Thresholds = thresholds.ToArray();

        // One group more than thresholds need: NaN passes every pivot and looks into the group after the last.
        Groups = new float[(GroupSize + 1) * GroupSize];
        Array.Fill(Groups, float.PositiveInfinity);
        thresholds.CopyTo(Groups);
        Pivots = new float[GroupSize];
        for (int group = 0; group < GroupSize; group++)
        {
            Pivots[group] = Groups[(group * GroupSize) + GroupSize - 1];
        }

        SearchTables = RankSearch.Tables(thresholds);
    }

    public int Feature { get; }

    public int Count { get; }

    public float[] Thresholds { get; }

    /// <summary>The thresholds in groups of 16, padded with +infinity, which every number is at or below.</summary>
    public float[] Groups { get; }

    /// <summary>The largest threshold of each group.</summary>
    public float[] Pivots { get; }

    /// <summary>See <see cref="RankSearch"/>.</summary>
    public byte[] SearchTables { get; }
}
