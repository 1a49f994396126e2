using Optimizer.Alignment;
using Optimizer.Core.Tests.Cycle;
using Optimizer.Cycle;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Alignment;

public class TrainingSetBuilderTests
{
    private static readonly DateTimeOffset Start = SmallLine.Start;
    private static readonly ControlledVariable Cost = SmallLine.Unit.ControlledVariables[0], Purity = SmallLine.Unit.ControlledVariables[1];

    [Fact]
    public void AtAnyInstant_OnlyWhatWasKnownByThenTeaches()
    {
        var samples = Recording(seed: 1).ToList();
        var everything = Memory(samples);
        var random = new Random(2);
        for (int trial = 0; trial < 30; trial++)
        {
            var then = Start.AddMinutes(random.Next(60, 72 * 60));
            var asThen = Memory(samples.Where(s => s.KnownAt <= then));
            foreach (var variable in new[] { Cost, Purity })
            {
                var live = asThen.Training.Build(variable, DateTimeOffset.MinValue, then);
                var later = everything.Training.Build(variable, DateTimeOffset.MinValue, then);

                Assert.Equal(Text(live), Text(later));
                Assert.All(later.Rows, r => Assert.True(r.KnownAt <= then));
            }
        }
    }

    [Fact]
    public void OnlineValues_BecomeOneObservationPerWholeBlock()
    {
        var rows = Memory(Recording(seed: 1)).Training.Build(Cost, DateTimeOffset.MinValue, Start.AddHours(5.5)).Rows;

        Assert.Equal(5, rows.Count);
        Assert.Equal(Start.AddHours(0.5), rows[0].SampledAt);
        Assert.Equal(Start.AddHours(1), rows[0].KnownAt);
    }

    [Fact]
    public void BadAndUnplaceableResults_AreCountedByReason()
    {
        var samples = Recording(seed: 1).Concat(
        [
            new Sample("purity_lab", 95, Start.AddHours(3.3), Start.AddHours(4), Start.AddHours(4), Quality.Bad),
            new Sample("purity_lab", 95, Start.AddHours(-3), Start.AddHours(4), Start.AddHours(4), Quality.Good),
        ]);

        var set = Memory(samples).Training.Build(Purity, DateTimeOffset.MinValue, Start.AddHours(10));

        Assert.Equal(1, set.Excluded[TrainingSetBuilder.BadQuality]);
        Assert.Equal(1, set.Excluded[TrainingSetBuilder.BeforeSetpoints]);
        Assert.DoesNotContain(set.Rows, r => r.Target.Equals(95));
    }

    [Fact]
    public void WhatComesWithinSettlingOfAStop_DoesNotTeach()
    {
        var record = new RunningRecord(new RunningState("state", 0, TimeSpan.FromHours(1)));
        foreach (var (hour, state) in new[] { (0, 0), (5, 3), (7, 0) })
        {
            record.Add(Sample.Online("state", state, Start.AddHours(hour)));
        }

        Assert.True(record.IsRunning(Start.AddHours(0.1)));
        Assert.True(record.IsRunning(Start.AddHours(4.9)));
        Assert.False(record.IsRunning(Start.AddHours(6)));
        Assert.False(record.IsRunning(Start.AddHours(7.9)));
        Assert.True(record.IsRunning(Start.AddHours(8)));
        Assert.Null(record.Since(Start.AddHours(6)));
        Assert.Equal(Start.AddHours(7), record.Since(Start.AddHours(8)));
    }

    private static LineMemory Memory(IEnumerable<Sample> samples)
    {
        var memory = new LineMemory(SmallLine.Unit, new CycleSettings());
        foreach (var sample in samples)
        {
            memory.Take(sample);
        }

        return memory;
    }

    // Three days: a setpoint that moves, a meter by the minute, a lab result an hour that comes up to five hours late.
    private static IEnumerable<Sample> Recording(int seed)
    {
        var random = new Random(seed);
        for (int minute = 0; minute <= 72 * 60; minute++)
        {
            var at = Start.AddMinutes(minute);
            yield return Sample.Online("x.SP", 4 + (minute / 400 * 0.1), at);
            yield return Sample.Online("y.SP", 5, at);
            yield return Sample.Online("cost_meter", 10 + random.NextDouble(), at);
            if (minute % 60 == 17)
            {
                var known = at.AddMinutes(30 + (270 * random.NextDouble()));
                yield return new Sample("purity_lab", 90 + random.NextDouble(), at, known, known, Quality.Good);
            }
        }
    }

    private static string Text(TrainingSet set) => string.Join('\n', set.Rows.Select(r => $"{r.SampledAt:O} {r.KnownAt:O} {string.Join(' ', r.Inputs)} {r.Target:R}"));
}
