using Optimizer.Surrogates;
using Optimizer.Testing.Shapes;
using Xunit;

namespace Optimizer.Learning.Tests.Shapes;

/// <summary>Three kinds of plant data, each of which a wrong choice fails: no lags, trees on few rows, one level for all time. Pooled over seeds, so that no lucky draw decides.</summary>
public class ShapeTests
{
    private static readonly int[] Seeds = [1, 2, 3];
    private static readonly LearningOptions Options = new();

    [Fact]
    public void LagDriven_LagsRemoveMostOfTheError_AndNoSimpleRuleIsBetter()
    {
        var lagged = Judge(s => LagDriven.Make(s, 400));
        var last = Judge(s => LagDriven.Make(s, 400, lagged: false));

        double ours = Pooled(lagged, r => r.Rmse);
        Assert.True(ours < 0.6 * Pooled(last, r => r.Rmse), $"{ours} with lags, {Pooled(last, r => r.Rmse)} without");
        Assert.True(ours <= 1.1 * Pooled(lagged, r => r.Baselines.Ridge), $"{ours} against ridge {Pooled(lagged, r => r.Baselines.Ridge)}");
        Assert.True(ours < 0.3 * Pooled(lagged, r => r.Baselines.LastValue));
        // The noise alone is 0.15: what lies far above it was there to be learned.
        Assert.InRange(ours, 0.14, 0.26);
    }

    [Fact]
    public void SmallSample_TreesGetNoSay_AndTheBackboneBeatsTheMeanByFar()
    {
        var reports = Judge(s => SmallSample.Make(s));

        Assert.All(Seeds, s =>
        {
            var surrogate = Train(SmallSample.Make(s)).Surrogates[0];
            Assert.True(surrogate.Bags.Count == 0 || surrogate.ResidualWeight == 0, $"seed {s}: trees of weight {surrogate.ResidualWeight} on {surrogate.Card.Rows} rows");
        });
        double ours = Pooled(reports, r => r.Rmse);
        Assert.True(ours < 0.5 * Pooled(reports, r => r.Baselines.Mean), $"{ours} against the mean {Pooled(reports, r => r.Baselines.Mean)}");
        Assert.True(ours <= 1.0 * Pooled(reports, r => r.Baselines.Ridge), $"{ours} against ridge {Pooled(reports, r => r.Baselines.Ridge)}");
    }

    [Fact]
    public void SmallSample_GainsAreRightInSignAndWithinTheirErrors()
    {
        foreach (int seed in Seeds)
        {
            var gains = Train(SmallSample.Make(seed)).Surrogates[0].Card.Gains.ToDictionary(g => g.ManipulatedVariable);
            var at = SmallSample.Make(seed).Reference;
            // d/dx1 = 3 - 2 x1 + 0.8 x2, of which the product of two inputs is not declared; d/dx2 = -2 + 0.8 x1.
            double truth = 3 - (2 * at[0]) + (0.8 * at[1]);
            Assert.True(Math.Abs(gains["cement"].Value - truth) < (3 * gains["cement"].StandardError) + (0.8 * Math.Abs(at[1])), $"seed {seed}: cement {gains["cement"]} true {truth:F2}");
            Assert.True(gains["water"].Value < 0, $"seed {seed}: water {gains["water"]}");
            Assert.True(Math.Abs(gains["sand"].Value) < 3 * gains["sand"].StandardError, $"seed {seed}: sand {gains["sand"]} does nothing");
        }
    }

    [Fact]
    public void Drifted_LevelIsFollowed_WhereRidgeAndTheMeanAreLeftBehind()
    {
        var reports = Judge(s => Drifted.Make(s));

        double ours = Pooled(reports, r => r.Rmse);
        Assert.True(ours < 0.3 * Pooled(reports, r => r.Baselines.Ridge), $"{ours} against ridge {Pooled(reports, r => r.Baselines.Ridge)}");
        Assert.True(ours < 0.3 * Pooled(reports, r => r.Baselines.Mean), $"{ours} against the mean {Pooled(reports, r => r.Baselines.Mean)}");
        Assert.True(ours < 0.75 * Pooled(reports, r => r.Baselines.LastValue), $"{ours} against the last value {Pooled(reports, r => r.Baselines.LastValue)}");
    }

    [Fact]
    public void Drifted_FadingGain_IsLearnedAsItIsLateAndNotAsItWasOnAverage()
    {
        // Truth: 0.6 at the end, 0.9 on average over the 80 days, 1.0 declared; seen with a half-life of 20 days 0.78.
        double[] learned = [.. Seeds.Select(s => Train(Drifted.Make(s, rows: 960)).Surrogates[0].Card.Gains.Single(g => g.ManipulatedVariable == "reflux").Value)];

        Assert.InRange(learned.Average(), 0.6, 0.84);
    }

    private static SurrogateSet Train(Shape shape) => new SurrogateTrainer(shape.Unit, shape.Designs, Options).Train(shape.Sets, shape.Reference, 1, shape.Until);

    private static TargetReport[] Judge(Func<int, Shape> make) => [.. Seeds.Select(s =>
    {
        var shape = make(s);
        var trainer = new SurrogateTrainer(shape.Unit, shape.Designs, Options);
        return new BackTest(shape.Unit, trainer, Options).Run(shape.Sets, shape.Reference, trainer.Train(shape.Sets, shape.Reference, 1, shape.Until))[0];
    })];

    private static double Pooled(IEnumerable<TargetReport> reports, Func<TargetReport, double> error) => Math.Sqrt(reports.Average(r => error(r) * error(r)));
}
