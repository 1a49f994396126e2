using Optimizer.Plant;
using static CopperFoilLine.Tests.Bench;

namespace CopperFoilLine.Tests;

/// <summary>What comes out of the line: when, how often, how noisy, and the same again for the same seed.</summary>
public class InstrumentTests
{
    private static readonly string[] LabTags = ["lab/cu", "lab/acid", "lab/cl", "lab/sps", "lab/gel", "lab/hec", "lab/toc", "lab/fe"];
    private static readonly string[] RollTags = ["roll/ts", "roll/el", "roll/rz", "roll/weight", "roll/good_kg", "roll/scrap_kg"];

    private static List<Sample> Day(FoilLineOptions options, int steps = 24)
    {
        var line = new FoilLine(options);
        var samples = new List<Sample>();
        for (int n = 0; n < steps; n++)
        {
            line.Hold(Hand.With(0, 5500 + (10 * (n % 7))), 24.0 / steps);
            line.Read(samples);
        }

        return samples;
    }

    [Fact]
    public void SameSeed_SameSamples_HoweverTimeIsCut()
    {
        var options = new FoilLineOptions { Seed = 3 };

        Assert.Equal(Day(options), Day(options));
        Assert.NotEqual(Day(options), Day(options with { Seed = 4 }));
        var whole = new FoilLine(options);
        whole.Hold(Hand, 6);
        var cut = new FoilLine(options);
        for (int n = 0; n < 36; n++)
        {
            cut.Hold(Hand, 1.0 / 6);
        }

        Assert.Equal(whole.Samples(), cut.Samples());
    }

    [Fact]
    public void NothingIsKnownBeforeItHappened_NorHandedOutLate()
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 3 });
        var last = line.Now;
        for (int n = 0; n < 3000; n++)
        {
            var from = line.Now;
            line.Step(TimeSpan.FromSeconds(60), Hand);
            foreach (var sample in line.Samples())
            {
                Assert.True(sample.SampledAt <= sample.KnownAt);
                Assert.InRange(sample.KnownAt, from - TimeSpan.FromSeconds(10), line.Now);
                Assert.True(sample.SampledAt >= last - TimeSpan.FromHours(10));
                Assert.True(double.IsFinite(sample.Value), sample.Tag);
            }
        }
    }

    [Theory]
    [InlineData("lab/cu", 12, 20, 40)]
    [InlineData("lab/acid", 12, 20, 40)]
    [InlineData("lab/cl", 6, 60, 60)]
    [InlineData("lab/sps", 3, 120, 240)]
    [InlineData("lab/gel", 3, 120, 240)]
    [InlineData("lab/hec", 3, 120, 240)]
    [InlineData("lab/toc", 1, 240, 240)]
    [InlineData("lab/fe", 1, 240, 240)]
    [InlineData("roll/ts", 12, 35, 55)]
    [InlineData("roll/rz", 12, 35, 55)]
    public void LaboratoryResult_IsReportedLater_AsOftenAsStated(string tag, int perDay, double delayLow, double delayHigh)
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 5 });
        line.Hold(Hand, 10 * 24);

        var results = line.Samples().Where(s => s.Tag == tag).ToList();
        Assert.InRange(results.Count, (10 * perDay) - Math.Max(1, perDay / 4), 10 * perDay);
        Assert.All(results, r => Assert.InRange((r.KnownAt - r.SampledAt).TotalMinutes, delayLow - 0.2, delayHigh + 0.2));
    }

    [Fact]
    public void EveryTag_IsThere()
    {
        var tags = Day(new FoilLineOptions { Seed = 1 }).Concat(Day(new FoilLineOptions { Seed = 1 }, 2)).Select(s => s.Tag).ToHashSet();
        string[] online =
        [
            "f01/pv/current", "f01/pv/cell_voltage", "f01/pv/drum_speed", "f01/pv/feed_flow", "f01/pv/feed_temp", "f01/pv/outlet_temp", "f01/pv/gauge_weight", "f01/pv/gauge_cv",
            "f01/pv/pinhole_rate", "f01/pv/drum_hours", "rc/pv/ac_power", "mt/pv/level", "mt/pv/density", "mt/pv/conductivity", "mt/pv/temp", "fi/pv/dp", "cf/pv/dp", "cf/pv/hours",
            "ad/pv/dose_sps", "ad/pv/dose_gel", "ad/pv/dose_hec", "ad/pv/dose_hcl", "hx/pv/cw_temp", "ut/pv/power_total", "ut/pv/tariff", "f01/state/mode",
        ];
        string[] setpoints = [.. FoilLine.Setpoints.Select(s => "sp/" + s.Tag)];

        Assert.Empty(online.Concat(setpoints).Concat(RollTags).Concat(LabTags.Except(["lab/toc", "lab/fe"])).Except(tags));
    }

    [Theory]
    [InlineData(10, "f01/pv/current", 360)]
    [InlineData(60, "f01/pv/current", 60)]
    [InlineData(300, "f01/pv/current", 12)]
    [InlineData(60, "mt/pv/density", 60)]
    [InlineData(10, "mt/pv/density", 60)]
    [InlineData(60, "f01/pv/drum_hours", 6)]
    [InlineData(60, "f01/pv/pinhole_rate", 6)]
    [InlineData(60, "sp/copper.SP", 60)]
    [InlineData(300, "sp/copper.SP", 12)]
    public void TelemetryPeriod_IsALeastPeriod(int seconds, string tag, int perHour)
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 2, TelemetryPeriod = TimeSpan.FromSeconds(seconds) });
        line.Hold(Hand, 1);
        line.Samples();
        line.Hold(Hand, 1);

        Assert.Equal(perHour, line.Samples().Count(s => s.Tag == tag));
    }

    [Fact]
    public void Average_HasLessNoise_DownToAFloor()
    {
        double Scatter(int seconds)
        {
            var line = new FoilLine(new FoilLineOptions { Seed = 2, Drifts = Drifts.None, AutomaticDosing = false, AcidControl = false, TelemetryPeriod = TimeSpan.FromSeconds(seconds) });
            line.Hold(Hand, 24);
            var values = line.Samples().Where(s => s.Tag == "f01/pv/feed_flow").Select(s => s.Value).ToList();
            double mean = values.Average();
            Assert.Equal(60, mean, 0.05);
            return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        }

        Assert.InRange(Scatter(10), 0.4 * 0.65, 0.4 * 0.77);
        Assert.InRange(Scatter(600), 0.4 * 0.24, 0.4 * 0.36);
    }

    [Fact]
    public void GaugeDelay_FollowsTheSpeed()
    {
        double Delay(string grade)
        {
            var g = Grade.Named(grade);
            var line = new FoilLine(Still with { Grade = g, SpeedFeedForward = false, TelemetryPeriod = TimeSpan.FromSeconds(10) });
            var hand = g.Hand.ToArray();
            line.Hold(hand, 1);
            line.Samples();
            var from = line.Now;
            line.Step(TimeSpan.FromMinutes(20), hand.With(0, hand[0] + 300));
            return (line.Samples().First(s => s.Tag == "f01/pv/gauge_weight" && s.Value > g.ArealWeight * 1.02).KnownAt - from).TotalSeconds;
        }

        // Arc on the drum and ten metres to the gauge: 13.8 m at 7.6 and 3.8 m/min.
        Assert.InRange(Delay("LB-6"), 95, 125);
        Assert.InRange(Delay("STD-12"), 190, 235);
    }

    [Fact]
    public void Foil_ArrivesOnePathLater_WhateverTheSpeed()
    {
        var path = new Instruments.TransportDelay(10);
        for (int n = 0; n < 50; n++)
        {
            path.Step(n, n < 20 ? 1 : 0.25);
        }

        // 20 m at 1 m per step, then 7.5 m at a quarter: the foil 10 m back was made in the 17th step, which wound a 16.
        Assert.Equal(16, path.Step(50, 0.25));
    }

    [Fact]
    public void DensityAndConductivity_TellCopperAndAcid()
    {
        var line = new FoilLine(Still);
        line.Hold(Hand, 1);
        var samples = line.Samples();

        Assert.Equal(1022 + (2.24 * 88) + (0.55 * 92) - (0.58 * 50), samples.Last(s => s.Tag == "mt/pv/density").Value, 6);
        Assert.Equal(26.28, samples.Last(s => s.Tag == "mt/pv/conductivity").Value, 6);
        Assert.Equal(29.391, samples.Last(s => s.Tag == "f01/pv/current").Value, 0.001);
        Assert.Equal(5.294, samples.Last(s => s.Tag == "f01/pv/cell_voltage").Value, 0.001);
        Assert.Equal(248.88, samples.Last(s => s.Tag == "ut/pv/power_total").Value, 0.01);
        Assert.Equal(53.58, samples.Last(s => s.Tag == "f01/pv/gauge_weight").Value, 0.001);
        Assert.Equal(26.5, samples.Last(s => s.Tag == "ad/pv/dose_sps").Value, 0.05);
        Assert.Equal(51.6, samples.Last(s => s.Tag == "f01/pv/outlet_temp").Value, 0.15);
        Assert.Equal(40, samples.Last(s => s.Tag == "fi/pv/dp").Value, 6);
    }
}
