namespace Optimizer.Surrogates;

/// <summary>The rank planes of one or several ensembles over the same columns, and where each inner node finds its threshold in them.</summary>
internal sealed class RankPlaneSet
{
    private readonly Dictionary<int, int> _firstPlane = [];
    private readonly Dictionary<int, float[]> _distinct = [];

    public RankPlaneSet(IEnumerable<TreeEnsemble> ensembles)
    {
        var planes = new List<RankPlane>();
        var nodes = ensembles.SelectMany(ensemble => ensemble.Feature.Zip(ensemble.Threshold, (feature, threshold) => (Feature: feature, Threshold: threshold)));
        foreach (var own in nodes.GroupBy(node => node.Feature, node => node.Threshold).OrderBy(group => group.Key))
        {
            float[] thresholds = DistinctAscending(own);
            _firstPlane[own.Key] = planes.Count;
            _distinct[own.Key] = thresholds;
            for (int start = 0; start < thresholds.Length; start += RankPlane.MaxThresholds)
            {
                int count = Math.Min(RankPlane.MaxThresholds, thresholds.Length - start);
                planes.Add(new RankPlane(own.Key, thresholds.AsSpan(start, count)));
            }
        }

        Planes = [.. planes];
    }

    public RankPlane[] Planes { get; }

    /// <summary>The plane that an inner node of one of the ensembles reads and the place of its threshold there.</summary>
    public (int Plane, int Index) Find(TreeEnsemble ensemble, int node)
    {
        int feature = ensemble.Feature[node];
        int index = Array.BinarySearch(_distinct[feature], Normal(ensemble.Threshold[node]));
        return (_firstPlane[feature] + (index / RankPlane.MaxThresholds), index % RankPlane.MaxThresholds);
    }

    private static float[] DistinctAscending(IEnumerable<float> thresholds)
    {
        float[] distinct = [.. thresholds.Select(Normal).Distinct()];
        Array.Sort(distinct);
        return distinct;
    }

    // Minus zero compares equal to zero but need not hash or sort so.
    private static float Normal(float threshold) => threshold == 0f ? 0f : threshold;
}
