namespace Optimizer.Surrogates;

/// <summary>The rank planes of one or several ensembles over the same columns, and where each inner node finds its threshold in them.</summary>
internal sealed class RankPlaneSet
{
    private readonly int[] _firstPlane;
    private readonly float[][] _distinct;

    public RankPlaneSet(IReadOnlyList<TreeEnsemble> ensembles)
    {
        int features = 1 + ensembles.SelectMany(ensemble => ensemble.Feature).DefaultIfEmpty(-1).Max();
        _firstPlane = new int[features];
        _distinct = DistinctAscending(ensembles, features);
        var planes = new List<RankPlane>();
        for (int feature = 0; feature < features; feature++)
        {
            float[] thresholds = _distinct[feature];
            _firstPlane[feature] = planes.Count;
            for (int start = 0; start < thresholds.Length; start += RankPlane.MaxThresholds)
            {
                int count = Math.Min(RankPlane.MaxThresholds, thresholds.Length - start);
                planes.Add(new RankPlane(feature, thresholds.AsSpan(start, count)));
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

    private static float[][] DistinctAscending(IReadOnlyList<TreeEnsemble> ensembles, int features)
    {
        var found = new List<float>?[features];
        foreach (var ensemble in ensembles)
        {
            for (int node = 0; node < ensemble.Feature.Length; node++)
            {
                (found[ensemble.Feature[node]] ??= []).Add(Normal(ensemble.Threshold[node]));
            }
        }

        return Array.ConvertAll(found, own =>
        {
            own?.Sort();
            return own is null ? [] : own.Where((threshold, place) => place == 0 || threshold != own[place - 1]).ToArray();
        });
    }

    // Minus zero compares equal to zero but need not sort so.
    private static float Normal(float threshold) => threshold == 0f ? 0f : threshold;
}
