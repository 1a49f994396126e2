namespace Optimizer.Surrogates;

/// <summary>The rank planes of an ensemble, and where each inner node finds its threshold in them.</summary>
internal sealed class RankPlaneSet
{
    private readonly Dictionary<int, int> _firstPlane = [];
    private readonly Dictionary<int, float[]> _distinct = [];
    private readonly TreeEnsemble _ensemble;

    public RankPlaneSet(TreeEnsemble ensemble)
    {
        _ensemble = ensemble;
        var planes = new List<RankPlane>();
        foreach (var nodes in Enumerable.Range(0, ensemble.Feature.Length).GroupBy(node => ensemble.Feature[node]).OrderBy(group => group.Key))
        {
            float[] thresholds = DistinctAscending(nodes.Select(node => ensemble.Threshold[node]));
            _firstPlane[nodes.Key] = planes.Count;
            _distinct[nodes.Key] = thresholds;
            for (int start = 0; start < thresholds.Length; start += RankPlane.MaxThresholds)
            {
                int count = Math.Min(RankPlane.MaxThresholds, thresholds.Length - start);
                planes.Add(new RankPlane(nodes.Key, thresholds.AsSpan(start, count)));
            }
        }

        Planes = [.. planes];
    }

    public RankPlane[] Planes { get; }

    /// <summary>The plane an inner node reads and the place of its threshold there.</summary>
    public (int Plane, int Index) Find(int node)
    {
        int feature = _ensemble.Feature[node];
        int index = Array.BinarySearch(_distinct[feature], Normal(_ensemble.Threshold[node]));
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
