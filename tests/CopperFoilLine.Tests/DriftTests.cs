using CopperFoilLine.Dynamics;
using static CopperFoilLine.Tests.Bench;

namespace CopperFoilLine.Tests;

/// <summary>The clocks of wear, and what resets them.</summary>
public class DriftTests
{
    private static List<(double Hours, Disturbances State, bool Polishing)> Run(FoilLineOptions options, double hours, double step = 0.1)
    {
        var clock = new DriftClock(options);
        var seen = new List<(double, Disturbances, bool)>();
        for (double t = step; t <= hours; t += step)
        {
            clock.Step(options.Start.AddHours(t), t, step, Lb6.Hand, 0.626);
            seen.Add((t, clock.State, clock.Polishing));
        }

        return seen;
    }

    [Fact]
    public void Drum_WearsForTwoWeeks_ThenIsPolishedInTwoHours()
    {
        var run = Run(new FoilLineOptions { Seed = 1, Drifts = Drifts.Drum }, 1000);
        var polished = run.Where(s => s.Polishing).ToList();

        Assert.Equal(225, polished[0].Hours, 1.0);
        // At 225, 587 and 949 h: (0.45 - 0.20) 900, then every 360 and the stop.
        Assert.Equal(6, polished.Count * 0.1, 0.3);
        Assert.Equal(0.05, run.First(s => s.Hours > polished[0].Hours && !s.Polishing).State.DrumWear, 0.001);
        Assert.All(run, s => Assert.InRange(s.State.DrumWear, 0.05, 0.4502));
    }

    [Fact]
    public void FilterAndCarbon_AreChangedInTime()
    {
        var run = Run(new FoilLineOptions { Seed = 1, Drifts = Drifts.Filter | Drifts.Carbon }, 1500);

        Assert.Equal(160, run.First(s => s.State.Clog < 0.1).Hours, 1.0);
        Assert.Equal(315, run.First(s => s.State.Carbon > 0.95).Hours, 1.0);
        Assert.All(run, s => Assert.InRange(s.State.Carbon, 0.5, 1));
        Assert.All(run, s => Assert.InRange(s.State.Clog, 0.05, 0.6));
        Assert.All(run, s => Assert.False(s.Polishing));
    }

    [Fact]
    public void Anode_AgesInMonths()
    {
        var run = Run(new FoilLineOptions { Seed = 1, Drifts = Drifts.Anode, Disturbances = new Disturbances { AnodeLoss = 0.25 } }, 1000);

        // At the hand point (1 + 0.25 0.026) exp(-0.18) / 7000 per hour.
        Assert.Equal(0.25 + (1000 * Math.Exp(-0.18) * 1.0065 / 7000), run[^1].State.AnodeLoss, 0.0005);
    }

    [Fact]
    public void Batches_ChangeEveryFiveToTenDays_AndAreNeverAnnounced()
    {
        var options = new FoilLineOptions { Seed = 9, Drifts = Drifts.Batches };
        var run = Run(options, 24 * 400, 1);
        foreach (var potency in new Func<Disturbances, double>[] { d => d.SpsPotency, d => d.GelatinPotency })
        {
            var changes = run.Zip(run.Skip(1)).Where(p => !potency(p.First.State).Equals(potency(p.Second.State))).Select(p => p.Second.Hours / 24).ToList();
            Assert.All(changes.Zip(changes.Skip(1), (a, b) => b - a), gap => Assert.InRange(gap, 4.9, 10.1));
            var values = run.Select(s => potency(s.State)).Distinct().ToList();
            Assert.All(values, v => Assert.InRange(v, 0.65, 1.40));
            Assert.InRange(Math.Sqrt(values.Average(v => (v - 1) * (v - 1))), 0.06, 0.14);
        }

        var line = new FoilLine(options);
        line.Hold(Hand, 24 * 20);
        Assert.NotEqual(1, line.Truth.Disturbances.SpsPotency);
        Assert.DoesNotContain(line.Samples(), s => s.Tag.Contains("potency", StringComparison.Ordinal) || s.Tag.Contains("batch", StringComparison.Ordinal));
    }

    [Fact]
    public void Tariff_HasThreeShifts_AndWeatherADay()
    {
        var run = Run(new FoilLineOptions { Seed = 1, Drifts = Drifts.Tariff | Drifts.Climate }, 48);

        Assert.Equal([0.30, 0.62, 1.02], run.Select(s => s.State.Tariff).Distinct().Order());
        Assert.Equal(8, run.Count(s => s.State.Tariff > 1) * 0.1 / 2, 0.2);
        Assert.InRange(run.Max(s => s.State.CoolingWater), 27.9, 28);
        Assert.InRange(run.Min(s => s.State.Ambient), 23, 23.1);
    }

    [Theory]
    [InlineData(Drifts.None)]
    [InlineData(Drifts.Anode)]
    [InlineData(Drifts.Drum)]
    [InlineData(Drifts.Filter)]
    [InlineData(Drifts.Carbon)]
    [InlineData(Drifts.Iron)]
    [InlineData(Drifts.Climate)]
    [InlineData(Drifts.Batches)]
    [InlineData(Drifts.Tariff)]
    [InlineData(Drifts.Organics)]
    public void OneDrift_MovesNothingElse(Drifts drift)
    {
        var start = new Disturbances { Organics = 10 };
        var end = Run(new FoilLineOptions { Seed = 1, Drifts = drift, Disturbances = start }, 280.3)[^1].State;

        Assert.Equal(drift == Drifts.Anode, end.AnodeLoss != start.AnodeLoss);
        Assert.Equal(drift == Drifts.Drum, end.DrumWear != start.DrumWear);
        Assert.Equal(drift == Drifts.Filter, end.Clog != start.Clog);
        Assert.Equal(drift == Drifts.Carbon, end.Carbon != start.Carbon);
        Assert.Equal(drift == Drifts.Iron, end.Iron != start.Iron);
        Assert.Equal(drift == Drifts.Climate, end.CoolingWater != start.CoolingWater);
        Assert.Equal(drift == Drifts.Batches, end.SpsPotency != start.SpsPotency);
        Assert.Equal(drift == Drifts.Tariff, end.Tariff != start.Tariff);
        Assert.Equal(drift == Drifts.Organics, end.Organics != start.Organics);
    }

    [Fact]
    public void Polish_StopsTheCurrent_AndSaysSo()
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 4, Drifts = Drifts.Drum, Disturbances = new Disturbances { DrumWear = 0.449 } });
        line.Hold(Hand, 6);
        var samples = line.Samples();

        var modes = samples.Where(s => s.Tag == "f01/state/mode").Select(s => s.Value).ToList();
        Assert.Equal([0, 3, 1, 0], modes.Where((m, k) => k == 0 || !m.Equals(modes[k - 1])));
        Assert.Contains(samples, s => s.Tag == "f01/pv/current" && s.Value < 0.2);
        Assert.Equal(0.05, line.Truth.Disturbances.DrumWear, 0.01);
        Assert.True(samples.Last(s => s.Tag == "f01/pv/drum_hours").Value < 5);
    }
}
