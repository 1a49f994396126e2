using Optimizer.Alignment;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Tests.Backbones;

public class BackboneFitTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LearningOptions Options = new();

    [Fact]
    public void KnownGains_AreRecoveredWithinTheirErrors()
    {
        var data = Data.Make(seed: 1, rows: 400, noise: 0.4, x => (0.5 * x[0]) - (0.2 * x[1]));
        var fit = BackboneFit.Fit(Design(), data.Rows, data.Targets, Options);

        foreach (var (input, truth) in new[] { (0, 0.5), (1, -0.2) })
        {
            var (value, error) = fit.Gain(input, fit.Center);
            Assert.InRange(Math.Abs(value - truth), 0, 3 * error);
            Assert.InRange(error, 0.005, 0.08);
        }

        Assert.InRange(fit.Noise, 0.36, 0.44);
    }

    [Fact]
    public void GainIntervals_CoverTheTruthAsOftenAsTheySay()
    {
        int covered = 0;
        const int seeds = 200;
        for (int seed = 0; seed < seeds; seed++)
        {
            var data = Data.Make(seed, rows: 120, noise: 0.4, x => (0.5 * x[0]) - (0.2 * x[1]));
            var fit = BackboneFit.Fit(Design(), data.Rows, data.Targets, Options);
            var (value, error) = fit.Gain(0, fit.Center);
            covered += Math.Abs(value - 0.5) < 1.645 * error ? 1 : 0;
        }

        Assert.InRange(covered / (double)seeds, 0.80, 0.97);
    }

    [Fact]
    public void DeclaredGain_RulesWhereDataAreSilentAndYieldsWhereTheyAreLoud()
    {
        var gains = new[] { new DeclaredGain(0, "a", 1.0, 0.1, 0), new DeclaredGain(1, "b", 1.0, 0.1, 0) };
        // Input a hardly moved, input b moved well: both truths are zero.
        var data = Data.Make(seed: 2, rows: 300, noise: 0.2, _ => 0, spreadA: 0.002);
        var fit = BackboneFit.Fit(Design(gains), data.Rows, data.Targets, Options);

        Assert.InRange(fit.Gain(0, fit.Center).Value, 0.5, 1.1);
        Assert.InRange(Math.Abs(fit.Gain(1, fit.Center).Value), 0, 0.1);
    }

    [Fact]
    public void DeclaredSign_IsAContract()
    {
        var faint = Data.Make(seed: 3, rows: 60, noise: 1.0, x => -0.01 * x[0]);
        var held = BackboneFit.Fit(Design([new DeclaredGain(0, "a", 0.01, 0.3, 1)]), faint.Rows, faint.Targets, Options);
        Assert.True(held.Gain(0, held.Center).Value > -0.01, $"{held.Gain(0, held.Center)}");
        Assert.Empty(held.Breaches);

        var loud = Data.Make(seed: 3, rows: 300, noise: 0.2, x => -0.5 * x[0]);
        var breach = BackboneFit.Fit(Design([new DeclaredGain(0, "a", 0.2, 1, 1)]), loud.Rows, loud.Targets, Options);
        Assert.Contains("gain of a is -0.", Assert.Single(breach.Breaches), StringComparison.Ordinal);
        Assert.Contains("declared positive", breach.Breaches[0], StringComparison.Ordinal);
    }

    [Fact]
    public void DriftBesideASteadyWalk_IsNotTakenForItsGain()
    {
        // The input walks up all the time while something unmeasured drives the result up as well; its true gain is zero.
        var data = Data.Make(seed: 4, rows: 300, noise: 0.1, x => 0, trendA: 0.01, drift: 0.004);

        var blocks = BackboneFit.Fit(Design(), data.Rows, data.Targets, Options with { DriftShare = 2 });
        var none = BackboneFit.Fit(Design(), data.Rows, data.Targets, Options with { DriftShare = 1e-6 });

        Assert.InRange(Math.Abs(blocks.Gain(0, blocks.Center).Value), 0, 0.1);
        Assert.True(none.Gain(0, none.Center).Value > 0.15, $"{none.Gain(0, none.Center)}");
    }

    [Fact]
    public void GrossErrors_AreLeftOutAndCounted()
    {
        var data = Data.Make(seed: 5, rows: 200, noise: 0.1, x => 0.5 * x[0]);
        foreach (int n in new[] { 10, 77, 150 })
        {
            data.Targets[n] += 20;
        }

        var fit = BackboneFit.Fit(Design(), data.Rows, data.Targets, Options);

        Assert.Equal(3, fit.Outliers);
        Assert.InRange(fit.Gain(0, fit.Center).Value, 0.45, 0.55);
    }

    [Fact]
    public void CorrelatedNoise_WidensTheErrors()
    {
        var white = Data.Make(seed: 6, rows: 400, noise: 0.4, x => 0.5 * x[0]);
        var red = Data.Make(seed: 6, rows: 400, noise: 0.4, x => 0.5 * x[0], correlation: 0.7);

        var a = BackboneFit.Fit(Design(), white.Rows, white.Targets, Options);
        var b = BackboneFit.Fit(Design(), red.Rows, red.Targets, Options);

        Assert.InRange(a.Correlation, 0, 0.15);
        Assert.InRange(b.Correlation, 0.4, 0.8);
        Assert.True(b.Gain(0, b.Center).StandardError > 1.4 * a.Gain(0, a.Center).StandardError);
    }

    [Fact]
    public void TooFewRows_AreRefusedWithTheirNumber()
    {
        var data = Data.Make(seed: 8, rows: 7, noise: 0.1, x => x[0]);

        Assert.Contains("7 rows", Assert.Throws<ArgumentException>(() => BackboneFit.Fit(Design(), data.Rows, data.Targets, Options)).Message, StringComparison.Ordinal);
    }

    private static SurrogateDesign Design(IReadOnlyList<DeclaredGain>? gains = null) =>
        new("y", [BackboneTerm.Linear("a", 0), BackboneTerm.Linear("b", 1)], gains ?? []);

    internal sealed record Data(List<TrainingRow> Rows, double[] Targets)
    {
        /// <summary>Two inputs that are set anew every ten rows, a row every two hours.</summary>
        public static Data Make(
            int seed, int rows, double noise, Func<double[], double> truth, double spreadA = 1, double trendA = 0, double drift = 0, double correlation = 0)
        {
            var random = new Random(seed);
            double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double a = 0, b = 0, error = 0;
            var made = new List<TrainingRow>();
            for (int n = 0; n < rows; n++)
            {
                (a, b) = n % 10 == 0 ? (spreadA * Gaussian(), Gaussian()) : (a, b);
                double[] x = [10 + a + (trendA * n), 5 + b];
                error = (correlation * error) + (Math.Sqrt(1 - (correlation * correlation)) * noise * Gaussian());
                var at = Start.AddHours(2 * n);
                made.Add(new TrainingRow(at, at.AddHours(1), x, 3 + truth([x[0] - 10, x[1] - 5]) + (drift * n) + error));
            }

            return new Data(made, [.. made.Select(r => r.Target)]);
        }
    }
}
