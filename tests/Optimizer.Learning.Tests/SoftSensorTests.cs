using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Tests;

/// <summary>A slow result whose level wanders with something unmeasured that a fast signal sees, beside what the setpoint does to both.</summary>
public class SoftSensorTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void SignalThatSeesTheLevelMove_FindsItAndHalvesTheError()
    {
        var with = Train(Rows(seed: 1, seen: 1));
        var without = Train(Rows(seed: 1, seen: 1), signals: false);

        var sensor = with.SoftSensor;
        Assert.NotNull(sensor);
        Assert.True(sensor.Skill > 0.5, $"skill {sensor.Skill:F2}");
        // The signal shows 3 per unit of the level, and 5 per unit of the setpoint, which is no news.
        Assert.InRange(sensor.Weights[0], 0.25, 0.4);
        Assert.InRange(sensor.Slopes[0][0], 4.3, 5.7);
        Assert.True(with.Card.Rmse < 0.6 * without.Card.Rmse, $"{with.Card.Rmse:F3} with, {without.Card.Rmse:F3} without");
        Assert.InRange(with.Card.Coverage90, 0.86, 0.95);
    }

    [Fact]
    public void SignalOfNothing_IsNotUsed()
    {
        int used = Enumerable.Range(10, 12).Count(seed => Train(Rows(seed, seen: 0)).SoftSensor is not null);

        Assert.InRange(used, 0, 1);
    }

    [Fact]
    public void SetpointsEffectOnTheSignal_LeavesTheGainAlone()
    {
        var rows = Rows(seed: 2, seen: 1);

        // A signal among the inputs would take over most of what the setpoint does.
        Assert.Equal(Train(rows, signals: false).Card.Gains, Train(rows).Card.Gains);
    }

    [Fact]
    public void SignalMissingMostOfTheTime_TellsNothingAndHarmsNothing()
    {
        var rows = Rows(seed: 3, seen: 1);
        TrainingRow[] patchy = [.. rows.Select((r, n) => n % 5 == 0 ? r : r with { Signals = [double.NaN] })];

        var surrogate = Train(patchy);

        Assert.Null(surrogate.SoftSensor);
        Assert.True(double.IsFinite(surrogate.Card.Rmse));
    }

    private static Surrogate Train(IReadOnlyList<TrainingRow> rows, bool signals = true)
    {
        var unit = new ProcessUnit
        {
            Name = "U1",
            Gateway = "gw-1",
            Tags = [new Tag("y", "%", 0, 100, null) { Lab = true }, new Tag("f", "1", 0, 1000, TimeSpan.FromMinutes(1))],
            ManipulatedVariables = [SurrogateTrainerTests.Variable("a")],
            DisturbanceVariables = [],
            ControlledVariables =
            [
                new ControlledVariable("y", "y", "%", null, TimeSpan.FromHours(24))
                {
                    Signals = signals ? [new TagWindow("f", "f", TimeSpan.Zero, TimeSpan.FromHours(1), WindowStatistic.Mean)] : [],
                },
            ],
        };
        var trainer = new SurrogateTrainer(unit, [new SurrogateDesign("y", [BackboneTerm.Linear("a", 0)], [])], new LearningOptions());
        return trainer.Train([new TrainingSet("y", rows, new Dictionary<string, int>())], [10], 1, Start).Surrogates[0];
    }

    private static TrainingRow[] Rows(int seed, double seen)
    {
        var random = new Random(seed);
        double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double level = 0, a = 10;
        return [.. Enumerable.Range(0, 400).Select(n =>
        {
            a = n % 10 == 0 ? 10 + Gaussian() : a;
            level = (0.9 * level) + (0.5 * Gaussian());
            var at = Start.AddHours(2 * n);
            // The laboratory needs three hours: the newest result always lags the level.
            return new TrainingRow(at, at.AddHours(3), [a], 50 + a + level + (0.15 * Gaussian())) { Signals = [100 + (5 * a) + (3 * seen * level) + (0.3 * Gaussian())] };
        })];
    }
}
