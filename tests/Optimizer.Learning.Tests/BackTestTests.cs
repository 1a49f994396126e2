using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Tests;

/// <summary>A history is judged by what came later, beside rules that learn nothing.</summary>
public class BackTestTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static readonly ProcessUnit Unit = new()
    {
        Name = "u",
        Gateway = "gw",
        Tags = [new Tag("quality", "MPa", 0, 1000, null) { Noise = 0.5 }],
        ManipulatedVariables = [Mv("a"), Mv("b")],
        DisturbanceVariables = [],
        ControlledVariables = [new ControlledVariable("quality", "quality", "MPa", null, TimeSpan.FromHours(20))],
    };

    private static ManipulatedVariable Mv(string name) => new()
    {
        Name = name,
        SetpointTag = name + ".SP",
        EngineeringUnit = "1",
        EngineeringLow = 0,
        EngineeringHigh = 100,
        OperatorLow = 0,
        OperatorHigh = 100,
        MaxMove = 1,
        MaxTravelPer8Hours = 5,
        MaxTravelPer24Hours = 15,
        Deadband = 0.1,
        Dwell = TimeSpan.FromHours(1),
        RampPerMinute = 1,
        Lag = TimeSpan.Zero,
        Tolerance = 0.1,
    };

    private static TrainingSet Set(double gain, double noise, double spread, int rows = 240, double drift = 0)
    {
        var random = new Random(3);
        double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return new TrainingSet("quality", [.. Enumerable.Range(0, rows).Select(n =>
        {
            double a = 50 + (spread * Gaussian()), b = 50;
            var at = Start.AddHours(2 * n);
            return new TrainingRow(at, at.AddHours(1), [a, b], 300 + (gain * (a - 50)) + (drift * n) + (noise * Gaussian()));
        })], new Dictionary<string, int> { ["quality not good"] = 7 });
    }

    private static (TargetReport Report, IReadOnlyList<Excitation> Excitation) Run(TrainingSet set)
    {
        var options = new LearningOptions();
        SurrogateDesign[] designs = [new("quality", [new BackboneTerm("a", x => x[0]), new BackboneTerm("b", x => x[1])], [])];
        var trainer = new SurrogateTrainer(Unit, designs, options);
        double[] reference = set.Rows[^1].Inputs;
        var judge = new BackTest(Unit, trainer, options);
        return (judge.Run([set], reference, trainer.Train([set], reference, 1, set.Rows[^1].KnownAt))[0], judge.Excitations(set));
    }

    [Fact]
    public void ClearGain_IsPredictedAsWellAsRidge_AndFarBetterThanTheMean()
    {
        var (report, _) = Run(Set(gain: 2, noise: 1, spread: 5));

        Assert.True(report.Usable, report.Reason);
        Assert.Equal((240, 60), (report.Rows, report.Judged));
        Assert.InRange(report.Rmse, 0.8, 1.25);
        Assert.InRange(report.Baselines.Ridge, 0.8, 1.25);
        Assert.True(report.Baselines.Mean > 5 && report.Baselines.LastValue > 5);
        Assert.True(report.R2 > 0.95);
        Assert.InRange(report.Coverage90, 0.8, 1);
        Assert.InRange(report.Gains.Single(g => g.ManipulatedVariable == "a").Value, 1.8, 2.1);
        Assert.Equal(7, report.Excluded["quality not good"]);
    }

    [Fact]
    public void DriftingLevel_IsFollowed_WhereRidgeIsLeftBehind()
    {
        var (report, _) = Run(Set(gain: 2, noise: 1, spread: 5, drift: 0.1));

        Assert.True(report.Rmse < 0.5 * report.Baselines.Ridge, $"{report.Rmse} against {report.Baselines.Ridge}");
        Assert.True(report.Usable, report.Reason);
    }

    [Fact]
    public void JudgedPoints_AreTheResultsTheNumbersRestOn()
    {
        var set = Set(gain: 2, noise: 1, spread: 5);
        var (report, _) = Run(set);

        Assert.Equal(set.Rows.Skip(180).Select(r => (r.SampledAt, r.Target)), report.Points.Select(p => (p.SampledAt, p.Measured)));
        Assert.Equal(report.Rmse, Math.Sqrt(report.Points.Average(p => (p.Measured - p.Predicted) * (p.Measured - p.Predicted))), 1e-9);
        Assert.Equal(report.Coverage90, report.Points.Count(p => p.Measured >= p.Low && p.Measured <= p.High) / 60.0, 1e-9);
        Assert.DoesNotContain("Points", System.Text.Json.JsonSerializer.Serialize(report), StringComparison.Ordinal);
    }

    [Fact]
    public void VariableThatNeverMoved_IsNamedWithNumbers()
    {
        var (_, excitation) = Run(Set(gain: 2, noise: 1, spread: 5));

        Assert.Null(excitation[0].Verdict);
        Assert.Contains("b has moved 0.0 % of its range", excitation[1].Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void ResultNotYetKnown_IsNoPrediction()
    {
        // Results that become known only at the end leave nothing but the earlier model: its level cannot follow the drift.
        var set = Set(gain: 2, noise: 1, spread: 5, drift: 0.1);
        var end = set.Rows[^1].KnownAt;
        var late = set with { Rows = [.. set.Rows.Select((r, n) => n < 180 ? r : r with { KnownAt = end })] };

        Assert.True(Run(late).Report.Rmse > 2 * Run(set).Report.Rmse);
    }
}
