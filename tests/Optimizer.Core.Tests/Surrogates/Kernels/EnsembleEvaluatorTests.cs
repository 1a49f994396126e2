using Optimizer.Surrogates;
using Xunit;

namespace Optimizer.Tests.Surrogates.Kernels;

/// <summary>One set of tests for every evaluator, each against a walk written here.</summary>
public class EnsembleEvaluatorTests
{
    private static readonly int[] RowCounts = [0, 1, 3, 16, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1000, 1300];

    public static TheoryData<string> Names => [.. EnsembleEvaluators.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void RowCountsAroundBlockBoundaries_AllRowsEqualTheWalk(string name)
    {
        var ensemble = RandomEnsembles.Create(seed: 1, features: 7, trees: 40, maxLeaves: 40, thresholds: 30);
        foreach (int rows in RowCounts)
        {
            AssertEqualsWalk(ensemble, name, rows, rows + 5, seed: rows);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ThresholdCountsAroundPlaneLimits_AllRowsEqualTheWalk(string name)
    {
        foreach (int thresholds in new[] { 4, 16, 63, 64, 65, 66, 250, 254, 255, 256, 257, 300, 511, 1500 })
        {
            // Two features and many nodes, so that nearly every threshold is used.
            var ensemble = RandomEnsembles.Create(seed: thresholds, features: 2, trees: 100, maxLeaves: 120, thresholds, full: true);
            AssertEqualsWalk(ensemble, name, 600, 600, seed: thresholds);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LeafCountsAroundTableLimits_AllRowsEqualTheWalk(string name)
    {
        foreach (int leaves in new[] { 1, 2, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 128, 129, 255, 256, 257, 700 })
        {
            var ensemble = RandomEnsembles.Create(seed: leaves, features: 5, trees: 6, leaves, thresholds: 90, full: true);
            AssertEqualsWalk(ensemble, name, 300, 300, seed: leaves);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void OnlySmallTrees_AllRowsEqualTheWalk(string name)
    {
        foreach (int trees in new[] { 1, 3, 15, 16, 17, 40 })
        {
            AssertEqualsWalk(RandomEnsembles.Create(seed: trees, features: 5, trees, maxLeaves: 8, thresholds: 40), name, 1300, 1301, seed: trees);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void RandomEnsembles_AllRowsEqualTheWalk(string name)
    {
        // Seeded here: CsCheck fixes only its first case, and a failure must come back on the next run.
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var ensemble = RandomEnsembles.Create(
                seed, random.Next(1, 13), trees: random.Next(31), maxLeaves: random.Next(1, 301), thresholds: random.Next(3, 401));
            int rows = random.Next(1100);
            AssertEqualsWalk(ensemble, name, rows, rows + random.Next(3), seed);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NoTrees_EveryScoreIsTheBias(string name)
    {
        var ensemble = RandomEnsembles.Create(seed: 1, features: 0, trees: 0, maxLeaves: 1, thresholds: 3);
        var scores = new double[300];
        EnsembleEvaluators.Create(ensemble, name).Evaluate([], 300, 300, scores);
        Assert.All(scores, score => Assert.Equal(ensemble.Bias, score));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ScoresBeyondTheRows_StayUntouched(string name)
    {
        var ensemble = RandomEnsembles.Create(seed: 2, features: 3, trees: 5, maxLeaves: 8, thresholds: 9);
        var scores = new double[400];
        Array.Fill(scores, 99);
        EnsembleEvaluators.Create(ensemble, name).Evaluate(RandomEnsembles.Batch(ensemble, 300, 1), 300, 270, scores);
        Assert.All(scores[270..], score => Assert.Equal(99, score));
        Assert.All(scores[..270], score => Assert.NotEqual(99, score));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SecondBatch_IsNotTouchedByTheFirstOne(string name)
    {
        var ensemble = RandomEnsembles.Create(seed: 3, features: 4, trees: 20, maxLeaves: 20, thresholds: 90);
        var evaluator = EnsembleEvaluators.Create(ensemble, name);
        for (int seed = 0; seed < 4; seed++)
        {
            AssertEqualsWalk(evaluator, 700 - (seed * 190), 700, seed);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void RepeatedEvaluation_AllocatesNothing(string name)
    {
        var ensemble = RandomEnsembles.Create(seed: 4, features: 4, trees: 20, maxLeaves: 300, thresholds: 300);
        var evaluator = EnsembleEvaluators.Create(ensemble, name);
        float[] columns = RandomEnsembles.Batch(ensemble, 600, 1);
        var scores = new double[600];
        evaluator.Evaluate(columns, 600, 600, scores);
        long before = GC.GetAllocatedBytesForCurrentThread();
        evaluator.Evaluate(columns, 600, 600, scores);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void OneInstanceOnSeveralThreads_AllRowsEqualTheWalk(string name)
    {
        var ensemble = RandomEnsembles.Create(seed: 5, features: 6, trees: 30, maxLeaves: 32, thresholds: 70);
        var evaluator = EnsembleEvaluators.Create(ensemble, name);
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 4 }, seed => AssertEqualsWalk(evaluator, 900, 900, seed));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void BatchShorterThanItsShape_IsRefusedWithWhatWasFound(string name)
    {
        var evaluator = EnsembleEvaluators.Create(RandomEnsembles.Create(seed: 6, features: 3, trees: 2, maxLeaves: 4, thresholds: 5), name);
        Assert.Contains("Found 29 values, expected at least 30", Refusal(29, 10, 10, 10));
        Assert.Contains("Found a stride of 9, expected at least the 10 rows", Refusal(30, 9, 10, 10));
        Assert.Contains("Found -1 rows", Refusal(30, 10, -1, 10));
        Assert.Contains("Found room for 9 scores, expected at least 10", Refusal(30, 10, 10, 9));
        Assert.Contains("expected at least 4000000010", Refusal(30, 2_000_000_000, 10, 10));

        string Refusal(int values, int stride, int rows, int scores) => Assert.Throws<ArgumentException>(
            () => evaluator.Evaluate(new float[values], stride, rows, new double[scores])).Message;
    }

    private static void AssertEqualsWalk(TreeEnsemble ensemble, string name, int rows, int stride, int seed)
    {
        var evaluator = EnsembleEvaluators.Create(ensemble, name);
        Assert.Equal(name, evaluator.Name);
        Assert.Same(ensemble, evaluator.Ensemble);
        AssertEqualsWalk(evaluator, rows, stride, seed);
    }

    private static void AssertEqualsWalk(IEnsembleEvaluator evaluator, int rows, int stride, int seed)
    {
        float[] columns = RandomEnsembles.Batch(evaluator.Ensemble, stride, seed);
        var scores = new double[rows];
        evaluator.Evaluate(columns, stride, rows, scores);
        for (int row = 0; row < rows; row++)
        {
            double expected = Walk(evaluator.Ensemble, feature => columns[(feature * stride) + row]);
            if (BitConverter.DoubleToInt64Bits(expected) != BitConverter.DoubleToInt64Bits(scores[row]))
            {
                Assert.Fail($"{evaluator.Name}, row {row} of {rows}: found {scores[row]:R}, expected {expected:R}");
            }
        }
    }

    private static double Walk(TreeEnsemble ensemble, Func<int, float> value)
    {
        double sum = ensemble.Bias;
        foreach (int root in ensemble.Roots)
        {
            int node = root;
            while (node >= 0)
            {
                bool left = value(ensemble.Feature[node]) <= ensemble.Threshold[node];
                node = left ? ensemble.Left[node] : ensemble.Right[node];
            }

            sum += ensemble.LeafValue[~node];
        }

        return sum;
    }
}
