using Optimizer.Alignment;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Alignment;

public class TransientTests
{
    private static readonly Random Noise = new(3);

    [Fact]
    public void ResultSoonAfterAMove_DoesNotTeach_UntilTheLagIsSpent()
    {
        // 9 t/h of operator range, 5 % of it is 0.45: a step of 2 is that near after ln(2 / 0.45) = 1.49 lags of an hour.
        var samples = TeachingLine.Course(30, setpoint: h => h < 10 ? 4 : 6)
            .Concat(Enumerable.Range(1, 19).Select(n => TeachingLine.Result("strength_lab", 300 + n, 9 + (n * 0.25), 29)));

        var set = TeachingLine.Memory(TeachingLine.Unit(), samples).Training.Build(TeachingLine.Strength, DateTimeOffset.MinValue, TeachingLine.Start.AddHours(30));

        var left = Assert.Single(set.Excluded);
        Assert.Equal(("settling after a move of x: more than 5 % of its range to go", 6), (left.Key, left.Value));
        Assert.True(TrainingSetBuilder.IsTransient(left.Key));
        Assert.Equal([9.25, 9.5, 9.75, 11.5], set.Rows.Take(4).Select(r => (r.SampledAt - TeachingLine.Start).TotalHours));
    }

    [Fact]
    public void ResultsWhileAKeyTagKeepsMoving_DoNotTeach()
    {
        var samples = TeachingLine.Course(40, load: h => 50 + (h is > 10 and < 20 ? 20 * Math.Sin((h - 10) * 3) : 0) + (0.1 * (Noise.NextDouble() - 0.5)))
            .Concat(Enumerable.Range(1, 38).Select(n => TeachingLine.Result("strength_lab", 300 + n, n, 39)));

        var set = TeachingLine.Memory(TeachingLine.Unit(), samples).Training.Build(TeachingLine.Strength, DateTimeOffset.MinValue, TeachingLine.Start.AddHours(40));

        int moving = set.Excluded.Where(e => e.Key.StartsWith("in motion by load: R above 1.5 for more than 120 values", StringComparison.Ordinal)).Sum(e => e.Value);
        Assert.InRange(moving, 7, 11);
        Assert.All(set.Rows, r => Assert.False((r.SampledAt - TeachingLine.Start).TotalHours is > 13 and < 20));
        Assert.Equal(38, set.Rows.Count + set.Excluded.Values.Sum());
    }

    [Fact]
    public void OneStepOfAKeyTag_EchoesButExcludesNothing()
    {
        var samples = TeachingLine.Course(30, load: h => (h < 10 ? 50 : 51) + (0.35 * (Noise.NextDouble() - 0.5)))
            .Concat(Enumerable.Range(1, 28).Select(n => TeachingLine.Result("strength_lab", 300 + n, n, 29)));
        var memory = TeachingLine.Memory(TeachingLine.Unit(), samples);

        Assert.Equal(28, memory.Training.Build(TeachingLine.Strength, DateTimeOffset.MinValue, TeachingLine.Start.AddHours(30)).Rows.Count);
    }

    [Fact]
    public void RecordOfSteadiness_TellsWhenItMoved()
    {
        var record = new SteadyRecord("load", new SteadyStateDetector(0.1, TimeSpan.FromMinutes(1)));
        for (int minute = 0; minute < 600; minute++)
        {
            record.Add(TeachingLine.Start.AddMinutes(minute), minute < 200 ? 50 : 50 + (0.5 * (minute - 200)));
        }

        Assert.False(record.InMotion(TeachingLine.Start.AddMinutes(199)));
        // The ramp begins at 200 and must outlast the echo of a step.
        Assert.False(record.InMotion(TeachingLine.Start.AddMinutes(315)));
        Assert.True(record.InMotion(TeachingLine.Start.AddMinutes(345)));
        Assert.True(record.InMotion(TeachingLine.Start.AddMinutes(500)));

        record.Restart(TeachingLine.Start.AddMinutes(600));
        Assert.False(record.InMotion(TeachingLine.Start.AddMinutes(600)));
    }

    [Fact]
    public void TelemetrySlowerThanTheSpacing_EchoesAsManyValues()
    {
        // A value every five minutes: 100 values of echo are more than eight hours.
        var record = new SteadyRecord("load", new SteadyStateDetector(0.1, TimeSpan.FromMinutes(1)));
        for (int n = 0; n < 400; n++)
        {
            record.Add(TeachingLine.Start.AddMinutes(5 * n), (n < 100 ? 50 : 51) + (0.35 * (Noise.NextDouble() - 0.5)));
        }

        Assert.All(Enumerable.Range(0, 400), n => Assert.False(record.InMotion(TeachingLine.Start.AddMinutes(5 * n))));
    }

    [Fact]
    public void ResultOutsideTheInstrumentsRange_IsCounted()
    {
        var samples = TeachingLine.Course(5).Append(TeachingLine.Result("strength_lab", 1200, 3, 4)).Append(TeachingLine.Result("strength_lab", 300, 3.5, 4));

        var set = TeachingLine.Memory(TeachingLine.Unit(), samples).Training.Build(TeachingLine.Strength, DateTimeOffset.MinValue, TeachingLine.Start.AddHours(5));

        Assert.Equal(1, set.Excluded[TrainingSetBuilder.OutOfRange]);
        Assert.Equal(300, Assert.Single(set.Rows).Target);
    }
}
