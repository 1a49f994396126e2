using Optimizer.Surrogates;
using Optimizer.Tests.Surrogates.Kernels;

namespace Optimizer.Core.Tests.Surrogates;

public class PartialEvaluationTests
{
    private const int Features = 6;

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void PointsOfTheBox_ScoreAsOnTheWholeEnsemble(int seed, bool keepOrder)
    {
        var random = new Random(seed);
        for (int n = 0; n < 60; n++)
        {
            var whole = RandomEnsembles.Create((100 * seed) + n, Features, trees: 40, maxLeaves: 24, thresholds: 20);
            var (low, high) = Box(random, whole);
            var rest = PartialEvaluation.Specialise(whole, low, high, keepOrder);
            EnsembleChecks.Validate(rest);
            double allowed = keepOrder ? 0 : PartialEvaluation.RoundingBound(whole);
            for (int p = 0; p < 50; p++)
            {
                float[] x = Point(random, whole, low, high);
                Assert.Equal(Score(whole, x), Score(rest, x), allowed);
            }
        }
    }

    [Fact]
    public void BoundsThatStandOnAThreshold_AreDecidedAsTheTreesCompare()
    {
        // x <= 2 goes left: at most 2 is all left, just above 2 is all right, and 2 itself inside the box leaves the test open.
        var stump = new TreeEnsemble { FeatureCount = 1, Roots = [0], Feature = [0], Threshold = [2], Left = [~0], Right = [~1], LeafValue = [10, 20], Bias = 1 };

        Assert.Equal(11, Constant(stump, 0, 2));
        Assert.Equal(21, Constant(stump, MathF.BitIncrement(2), 5));
        Assert.Equal(21, Constant(stump, float.NaN, float.NaN));
        Assert.Single(PartialEvaluation.Specialise(stump, [2], [3]).Feature);
    }

    [Fact]
    public void NodesThatOneSideCannotReach_AreGone()
    {
        var whole = RandomEnsembles.Create(7, 16, trees: 300, maxLeaves: 32, thresholds: 200, full: true);
        float[] low = [.. Enumerable.Repeat(1f, 16)], high = [.. low];
        (low[0], high[0], low[1], high[1]) = (-10, 10, -10, 10);

        var rest = PartialEvaluation.Specialise(whole, low, high);

        Assert.InRange(rest.Feature.Length, 1, whole.Feature.Length / 20);
        Assert.All(rest.Feature, f => Assert.InRange(f, 0, 1));
        Assert.True(rest.TreeCount < whole.TreeCount);
    }

    [Fact]
    public void BoxThatIsNone_IsRefused()
    {
        var whole = RandomEnsembles.Create(7, 2, 3, 8, 10);
        Assert.Throws<ArgumentException>(() => PartialEvaluation.Specialise(whole, [0f], [1f]));
        Assert.Throws<ArgumentException>(() => PartialEvaluation.Specialise(whole, [0, 2], [1, 1]));
        Assert.Throws<ArgumentException>(() => PartialEvaluation.Specialise(whole, [0, float.NaN], [1, 1]));
    }

    private static double Constant(TreeEnsemble ensemble, float low, float high)
    {
        var rest = PartialEvaluation.Specialise(ensemble, [low], [high]);
        Assert.Empty(rest.Roots);
        return rest.Bias;
    }

    // Bounds on thresholds, beside them, anywhere; features fixed, also at NaN.
    private static (float[] Low, float[] High) Box(Random random, TreeEnsemble ensemble)
    {
        float[] low = new float[Features], high = new float[Features];
        for (int f = 0; f < Features; f++)
        {
            float a = Value(random, ensemble), b = random.Next(3) == 0 ? a : Value(random, ensemble);
            (low[f], high[f]) = random.Next(8) == 0 ? (float.NaN, float.NaN) : (Math.Min(a, b), Math.Max(a, b));
        }

        return (low, high);
    }

    private static float[] Point(Random random, TreeEnsemble ensemble, float[] low, float[] high) => [.. low.Select((l, f) => random.Next(4) switch
    {
        0 => l,
        1 => high[f],
        2 when !float.IsNaN(l) => Math.Clamp(Value(random, ensemble), l, high[f]),
        _ => float.IsNaN(l) ? l : Math.Clamp(l + (float)(random.NextDouble() * (high[f] - l)), l, high[f]),
    })];

    private static float Value(Random random, TreeEnsemble ensemble)
    {
        float near = ensemble.Threshold[random.Next(ensemble.Threshold.Length)];
        near = float.IsFinite(near) ? near : 0;
        return random.Next(4) switch { 0 => near, 1 => MathF.BitIncrement(near), 2 => MathF.BitDecrement(near), _ => (random.NextSingle() * 200) - 100 };
    }

    private static double Score(TreeEnsemble ensemble, float[] x)
    {
        Span<double> score = stackalloc double[1];
        new ScalarEvaluator(ensemble).Evaluate(x, 1, 1, score);
        return score[0];
    }
}
