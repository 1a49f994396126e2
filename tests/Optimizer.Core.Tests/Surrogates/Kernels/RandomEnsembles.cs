using Optimizer.Surrogates;

namespace Optimizer.Tests.Surrogates.Kernels;

/// <summary>Seeded ensembles and the batches that are hardest on them.</summary>
internal static class RandomEnsembles
{
    /// <param name="seed">The same seed gives the same ensemble.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="trees">Number of trees.</param>
    /// <param name="maxLeaves">Each tree has 1 to this many leaves; <paramref name="full"/> gives all of them exactly this many.</param>
    /// <param name="thresholds">Distinct thresholds to draw from, per feature.</param>
    /// <param name="full">Whether every tree has the greatest number of leaves.</param>
    public static TreeEnsemble Create(int seed, int features, int trees, int maxLeaves, int thresholds, bool full = false)
    {
        var random = new Random(seed);
        var builder = new EnsembleBuilder(features);
        var pool = Enumerable.Range(0, features).Select(_ => Thresholds(random, thresholds)).ToArray();
        for (int tree = 0; tree < trees; tree++)
        {
            builder.AddTree(full ? maxLeaves : random.Next(1, maxLeaves + 1), random, pool);
        }

        return builder.Build((random.NextDouble() * 4) - 2);
    }

    /// <summary>A column batch: values on thresholds, just beside them, anywhere, NaN, infinities and zeros of both signs.</summary>
    public static float[] Batch(TreeEnsemble ensemble, int stride, int seed)
    {
        var random = new Random(seed);
        var columns = new float[ensemble.FeatureCount * stride];
        for (int feature = 0; feature < ensemble.FeatureCount; feature++)
        {
            float[] own = [.. ensemble.Threshold.Where((_, node) => ensemble.Feature[node] == feature)];
            for (int row = 0; row < stride; row++)
            {
                columns[(feature * stride) + row] = Value(random, own);
            }
        }

        return columns;
    }

    private static float Value(Random random, float[] thresholds)
    {
        float anywhere = (float)((random.NextDouble() * 220) - 110);
        float near = thresholds.Length == 0 ? anywhere : thresholds[random.Next(thresholds.Length)];
        return random.Next(12) switch
        {
            0 => float.NaN,
            1 => float.PositiveInfinity,
            2 => float.NegativeInfinity,
            3 => -0f,
            4 => 0f,
            5 => MathF.BitIncrement(near),
            6 => MathF.BitDecrement(near),
            7 or 8 => anywhere,
            _ => near,
        };
    }

    private static float[] Thresholds(Random random, int count)
    {
        var values = new HashSet<float> { 0f };
        while (values.Count < count)
        {
            values.Add((float)((random.NextDouble() * 200) - 100));
        }

        float[] pool = [.. values, -0f];
        pool[1 % pool.Length] = float.PositiveInfinity;
        pool[2 % pool.Length] = float.NegativeInfinity;
        return pool;
    }
}
