using Optimizer.Core.Tests.Cycle;
using Optimizer.Surrogates;
using Optimizer.Tests.Surrogates.Kernels;

namespace Optimizer.Core.Tests.Surrogates;

public class PredictorTests
{
    private static readonly double[] Reference = [4, 5], Low = [-20, -10], High = [30, 25];

    [Fact]
    public void Columns_AnswerAsTheModelWrittenOut()
    {
        var surrogate = Set().Surrogates[1];
        var predictor = new Predictor(Set(), Reference, SmallLine.Levels(SmallLine.Start), SmallLine.Start, (Low, High));
        double[][] points = [.. Points(700, Low, High, seed: 1).Take(Predictor.BlockRows)];

        var (means, gains, levels) = Predict(predictor, points);

        for (int c = 0; c < points.Length; c++)
        {
            double[] terms = new double[2], reference = new double[2];
            surrogate.Backbone.Standardise(points[c], terms);
            surrogate.Backbone.Standardise(Reference, reference);
            double mean = Predictor.Unbiased(surrogate, points[c], out double spread);
            double change = surrogate.Backbone.VarianceOfDifference(terms, reference) + (spread * spread);
            Assert.Equal(mean, means[c], 1e-12);
            Assert.Equal(Math.Sqrt(change), gains[c], 1e-7);
            Assert.Equal(Math.Sqrt(change + surrogate.LevelVariance(SmallLine.Levels(SmallLine.Start)[1].Bias, SmallLine.Start)), levels[c], 1e-9);
        }
    }

    [Fact]
    public void CandidatesOutsideTheBox_AreAnsweredByTheWholeTrees()
    {
        var set = Set();
        var inBox = new Predictor(set, Reference, SmallLine.Levels(SmallLine.Start), SmallLine.Start, (Low, High));
        var anywhere = new Predictor(set, Reference, SmallLine.Levels(SmallLine.Start), SmallLine.Start);

        foreach (double[][] points in (double[][][])[Points(100, [-90, -90], [90, 90], seed: 2), [[-20, -10], [-20.01, 5]], Points(100, Low, High, seed: 3), [Low, High]])
        {
            var (expected, expectedGains, _) = Predict(anywhere, points);
            var (means, gains, _) = Predict(inBox, points);
            for (int c = 0; c < points.Length; c++)
            {
                Assert.Equal(expected[c], means[c], 1e-12);
                Assert.Equal(expectedGains[c], gains[c], 1e-7);
            }
        }
    }

    [Fact]
    public void Prediction_AllocatesNothing()
    {
        var predictor = new Predictor(Set(), Reference, SmallLine.Levels(SmallLine.Start), SmallLine.Start, (Low, High));
        var candidates = new InputColumns(2, Predictor.BlockRows);
        double[][] points = Points(Predictor.BlockRows, Low, High, seed: 4);
        for (int c = 0; c < points.Length; c++)
        {
            candidates.Set(c, points[c]);
        }

        double[][] a = Table(), b = Table(), d = Table();
        predictor.Predict(candidates, Predictor.BlockRows, a, b, d);
        long before = GC.GetAllocatedBytesForCurrentThread();
        predictor.Predict(candidates, Predictor.BlockRows, a, b, d);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static double[][] Table() => [new double[Predictor.BlockRows], new double[Predictor.BlockRows]];

    private static (double[] Means, double[] Gains, double[] Levels) Predict(Predictor predictor, double[][] points)
    {
        double[][] means = Table(), gains = Table(), levels = Table();
        predictor.Predict(points, means, gains, levels);
        return (means[1], gains[1], levels[1]);
    }

    private static SurrogateSet Set()
    {
        var truth = SmallLine.Truth();
        TreeEnsemble[] bags = [.. Enumerable.Range(1, 4).Select(seed => RandomEnsembles.Create(seed, 2, 30, 12, 40))];
        return truth with { Surrogates = [truth.Surrogates[0], truth.Surrogates[1] with { Bags = bags, ResidualWeight = 0.7 }] };
    }

    private static double[][] Points(int count, double[] low, double[] high, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => low.Zip(high, (l, h) => l + (random.NextDouble() * (h - l))).ToArray())];
    }
}
