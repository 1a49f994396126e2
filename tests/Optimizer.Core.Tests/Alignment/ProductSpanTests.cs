using Optimizer.Alignment;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Alignment;

public class ProductSpanTests
{
    // A ramp of 1 % per minute for 60 min tells when it was read; its mean over the 30 min that end 5 min before t is t - 20 min (samples stand on both ends).
    private static IEnumerable<Sample> Ramp(double speed, double until = 3) =>
        TeachingLine.Course(until, load: h => 20 + (10 * h)).SelectMany(s => s.Tag == "load" ? new[] { s, Sample.Online("speed", speed, s.SampledAt) } : [s]);

    [Theory]
    [InlineData(10, 6)]
    [InlineData(20, 3)]
    [InlineData(0, 15)]
    public void DeadTime_FollowsTheSpeed(double speed, double minutes)
    {
        var variable = TeachingLine.Strength with { DeadTime = new DeadTime(TimeSpan.FromMinutes(15)) { Distance = 60, SpeedTag = "speed" } };
        var row = Row(variable, Ramp(speed).Append(TeachingLine.Result("strength_lab", 300, 2, 2.5)));

        Assert.Equal(20 + (10 * (2 - ((minutes + 20) / 60))), row.Inputs[1], 9);
    }

    [Fact]
    public void DeadTimeOfACrawlingLine_IsBounded() =>
        Assert.Equal(DeadTime.Longest, new DeadTime(TimeSpan.Zero) { Distance = 60, SpeedTag = "speed" }.At(1e-9));

    [Fact]
    public void ResultOfARoll_StandsForTheMeanOfItsMaking()
    {
        // Setpoint 4, then 5 from 1 h, lag 1 h. Over [1, 2] h the lagged value is 5 - exp(-t): mean 5 - (1 - 1/e) = 4.36788.
        var variable = TeachingLine.Strength with { Covers = new Coverage(TimeSpan.FromHours(1), null) };
        var samples = TeachingLine.Course(3, setpoint: h => h < 1 ? 4 : 5, load: h => 20 + (10 * h)).Append(TeachingLine.Result("strength_lab", 300, 2, 2.5));

        var row = Row(variable, samples);

        Assert.Equal(5 - (1 - Math.Exp(-1)), row.Inputs[0], 9);
        // The load's mean over the hour before 2 h, read 20 min back: 20 + 10 (1.5 - 1/3). A window holds whole minutes, hence the tolerance of half a minute.
        Assert.Equal(20 + (10 * (1.5 - (20 / 60.0))), row.Inputs[1], 0.1);
    }

    [Fact]
    public void ResultOfALot_StandsForTheTimeSinceTheLotBegan()
    {
        var variable = TeachingLine.Strength with { Covers = new Coverage(TimeSpan.FromHours(5), "lot") };
        Sample[] lots = [Sample.Online("lot", 7, TeachingLine.Start), Sample.Online("lot", 8, TeachingLine.Start.AddHours(1)), Sample.Online("lot", 9, TeachingLine.Start.AddHours(2.25))];
        var samples = TeachingLine.Course(3, setpoint: h => h < 1 ? 4 : 5).Concat(lots).Append(TeachingLine.Result("strength_lab", 300, 2, 2.5));

        Assert.Equal(5 - (1 - Math.Exp(-1)), Row(variable, samples).Inputs[0], 9);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 3.7)]
    [InlineData(2.9, 3.1)]
    public void MeanOfTheLaggedSetpoint_IsItsIntegral(double from, double to)
    {
        var path = new SetpointPath(TimeSpan.FromHours(0.7));
        foreach (var (hour, setpoint) in new[] { (0.0, 4.0), (1.0, 6.0), (1.5, 5.0), (3.0, 8.0) })
        {
            path.Append(TeachingLine.Start.AddHours(hour), setpoint);
        }

        const int Steps = 20_000;
        double sum = Enumerable.Range(0, Steps).Sum(i => path.EffectiveAt(TeachingLine.Start.AddHours(from + ((i + 0.5) / Steps * (to - from)))));

        Assert.Equal(sum / Steps, path.MeanEffective(TeachingLine.Start.AddHours(from), TeachingLine.Start.AddHours(to)), 6);
    }

    private static TrainingRow Row(ControlledVariable variable, IEnumerable<Sample> samples)
    {
        var unit = TeachingLine.Unit();
        unit = unit with { ManipulatedVariables = [unit.ManipulatedVariables[0] with { SettledWithin = 1 }] };
        return Assert.Single(TeachingLine.Memory(unit, samples).Training.Build(variable, DateTimeOffset.MinValue, TeachingLine.Start.AddHours(3)).Rows);
    }
}
