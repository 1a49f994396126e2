using Optimizer.Alignment;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Alignment;

/// <summary>Nothing that was not yet known has any effect, whatever came late, out of order or corrected.</summary>
public class KnownTests
{
    private static readonly string[] Late = ["load", "strength_lab", "acid_lab", "grade", "meter", "speed", "lot"];

    private static readonly ProcessUnit Unit = WithAcid(TeachingLine.Unit(new CampaignTag("grade", TimeSpan.FromHours(1))));

    private static readonly ControlledVariable Strength = TeachingLine.Strength with
    {
        DeadTime = new DeadTime(TimeSpan.FromMinutes(2)) { Distance = 20, SpeedTag = "speed" },
        Covers = new Coverage(TimeSpan.FromHours(2), "lot"),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhatIsNotYetKnown_AffectsNothing(int seed)
    {
        var random = new Random(seed);
        var samples = History(random);
        for (int trial = 0; trial < 8; trial++)
        {
            var then = TeachingLine.Start.AddHours(10 + (50 * random.NextDouble()));
            var truth = TeachingLine.Memory(Unit, samples);
            var forged = TeachingLine.Memory(Unit, samples.Select(s => s.KnownAt > then && s.Tag != "x.SP" ? s with { Value = 0.3 * s.Value, SampledAt = s.SampledAt } : s));
            var never = TeachingLine.Memory(Unit, samples.Where(s => s.KnownAt <= then));
            foreach (var variable in new[] { Strength, TeachingLine.Meter })
            {
                string seen = TeachingLine.Text(truth.Training.Build(variable, DateTimeOffset.MinValue, then));

                Assert.Equal(seen, TeachingLine.Text(never.Training.Build(variable, DateTimeOffset.MinValue, then)));
                Assert.Equal(seen, TeachingLine.Text(forged.Training.Build(variable, DateTimeOffset.MinValue, then)));
            }

            Assert.Equal(truth.Training.Inputs(then, then, out _), forged.Training.Inputs(then, then, out _));
            Assert.Equal(truth.Training.Signals(Strength, then, then), forged.Training.Signals(Strength, then, then));
        }
    }

    [Fact]
    public void WhatIsKnown_DoesMatter()
    {
        var samples = History(new Random(1));
        var then = TeachingLine.Start.AddHours(60);
        var before = TeachingLine.Memory(Unit, samples).Training.Build(Strength, DateTimeOffset.MinValue, then);
        var other = TeachingLine.Memory(Unit, samples.Select(s => s.Tag == "acid_lab" ? s with { Value = 0.3 * s.Value } : s)).Training.Build(Strength, DateTimeOffset.MinValue, then);

        Assert.NotEmpty(before.Rows);
        Assert.NotEqual(TeachingLine.Text(before), TeachingLine.Text(other));
    }

    [Fact]
    public void CorrectedResult_IsTheOldOneUntilTheCorrectionIsKnown()
    {
        var memory = TeachingLine.Memory(TeachingLine.Unit(), TeachingLine.Course(12).Append(TeachingLine.Result("strength_lab", 300, 5, 6)).Append(TeachingLine.Result("strength_lab", 320, 5, 9)));

        double Target(double hour) => Assert.Single(memory.Training.Build(TeachingLine.Strength, DateTimeOffset.MinValue, TeachingLine.Start.AddHours(hour)).Rows).Target;

        Assert.Equal((300, 320), (Target(8.9), Target(9)));
    }

    [Fact]
    public void ADisturbanceFromTheLab_IsJudgedByWhatWasKnownWhenTheRowWasTaken()
    {
        var samples = TeachingLine.Course(12).Concat(
        [
            TeachingLine.Result("acid_lab", 100, 2, 3), TeachingLine.Result("acid_lab", 110, 4.5, 8), TeachingLine.Result("strength_lab", 300, 5, 6),
        ]);

        var row = Assert.Single(TeachingLine.Memory(WithAcid(TeachingLine.Unit()), samples).Training.Build(TeachingLine.Strength, DateTimeOffset.MinValue, TeachingLine.Start.AddHours(12)).Rows);

        Assert.Equal((110, 100), (row.Inputs[^1], row.InputsKnown[^1]));
        Assert.Equal(row.Inputs[..^1], row.InputsKnown[..^1]);
    }

    private static ProcessUnit WithAcid(ProcessUnit unit) =>
        unit with { DisturbanceVariables = [.. unit.DisturbanceVariables, new DisturbanceVariable("acid", "acid_lab", "g/L", TimeSpan.FromHours(1))] };

    // 60 h: everything but setpoints may come late, out of order, and again with another value.
    private static List<Sample> History(Random random)
    {
        var samples = TeachingLine.Course(60, load: _ => 50 + random.NextDouble(), meter: _ => 20 + random.NextDouble()).Where(s => s.Tag == "x.SP" || s.SampledAt.Minute % 5 == 0).ToList();
        for (int hour = 0; hour < 60; hour++)
        {
            samples.Add(TeachingLine.Result("strength_lab", 300 + random.NextDouble(), hour + 0.1, hour + 0.1));
            samples.Add(TeachingLine.Result("acid_lab", 100 + random.NextDouble(), hour + 0.2, hour + 0.2));
            samples.Add(TeachingLine.Result("speed", 5 + random.NextDouble(), hour + 0.05, hour + 0.05));
            samples.Add(TeachingLine.Result("lot", hour / 3, hour, hour));
            samples.Add(TeachingLine.Result("grade", 1 + (hour / 13 % 2), hour, hour));
        }

        var late = samples.Select(s => Late.Contains(s.Tag) && random.Next(3) > 0 ? Known(s, s.SampledAt.AddHours(6 * random.NextDouble())) : s).ToList();
        late.AddRange(late.Where(s => Late.Contains(s.Tag) && random.Next(8) == 0).Select(s => Known(s with { Value = s.Value * 0.9 }, s.KnownAt.AddHours(5 * random.NextDouble()))).ToList());
        return [.. late.OrderBy(s => s.KnownAt)];
    }

    private static Sample Known(Sample sample, DateTimeOffset at) => sample with { KnownAt = at, ReceivedAt = at };
}
