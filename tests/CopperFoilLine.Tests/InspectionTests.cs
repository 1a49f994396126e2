using CopperFoilLine.Dynamics;
using CopperFoilLine.Instruments;
using Optimizer.Plant;
using static CopperFoilLine.Tests.Bench;

namespace CopperFoilLine.Tests;

/// <summary>Segments, strips and pinholes: in the long run they mean what the steady-state equations say.</summary>
public class InspectionTests
{
    [Theory]
    [InlineData("LB-6")]
    [InlineData("STD-12")]
    public void LongRunYield_IsThatOfTheEquations(string name)
    {
        var grade = Grade.Named(name);
        var options = Still with { Grade = grade, Noise = true };
        var line = new LineDynamics(options, grade.Hand);
        double made = 0, good = 0;
        for (int seed = 1; seed <= 10; seed++)
        {
            var inspection = new FoilInspection(options with { Seed = seed });
            var now = options.Start;
            for (int segment = 0; segment < 2000; segment++)
            {
                now += TimeSpan.FromHours(2);
                inspection.Step(line, new Machine(options), Drifts.None, new Upsets(), line.Point.Foil.Pinholes, now, 2, new List<Sample>());
            }

            good += inspection.GoodKg;
            made += inspection.GoodKg + inspection.ScrapKg;
            Assert.InRange(inspection.GoodKg / (inspection.GoodKg + inspection.ScrapKg), line.Point.Yield - 0.03, line.Point.Yield + 0.03);
        }

        Assert.InRange(good / made / line.Point.Yield, 0.99, 1.01);
    }

    [Fact]
    public void Segments_ScatterAndRemember()
    {
        var options = Still with { Noise = true };
        var line = new LineDynamics(options, Lb6.Hand);
        var inspection = new FoilInspection(options);
        var samples = new List<Sample>();
        var now = options.Start;
        for (int segment = 0; segment < 6000; segment++)
        {
            now += TimeSpan.FromHours(2);
            inspection.Step(line, new Machine(options), Drifts.None, new Upsets(), 2, now, 2, samples);
        }

        double[] ts = [.. samples.Where(s => s.Tag == "roll/ts").Select(s => s.Value)];
        double mean = ts.Average(), variance = ts.Average(v => (v - mean) * (v - mean));
        double lagged = ts.Zip(ts.Skip(1), (a, b) => (a - mean) * (b - mean)).Average();
        Assert.Equal(line.Point.Foil.Tensile, mean, 0.5);
        // Segments 9 MPa, strips 6 MPa; only the segments remember (rho 0.5).
        Assert.InRange(variance, 117 * 0.92, 117 * 1.08);
        Assert.InRange(lagged, 40.5 * 0.85, 40.5 * 1.15);
    }

    [Fact]
    public void Pinholes_AreCounts()
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 4, Drifts = Drifts.None, AutomaticDosing = false, AcidControl = false });
        line.Hold(Hand, 24 * 20);
        var rates = line.Samples().Where(s => s.Tag == "f01/pv/pinhole_rate").Select(s => s.Value).ToList();
        double mean = rates.Average(), perWindow = 1.06;

        Assert.Equal(2.275, mean, 0.1);
        Assert.InRange(rates.Average(v => (v - mean) * (v - mean)), 2.275 / perWindow * 0.9, 2.275 / perWindow * 1.1);
        Assert.Contains(0, rates);
    }

    [Fact]
    public void AllFoilMade_IsAccountedFor_AlsoAroundAStop()
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 4, Disturbances = new Disturbances { DrumWear = 0.44 } });
        double made = 0;
        int stopped = 0;
        for (int n = 0; n < 360 * 24; n++)
        {
            line.Step(TimeSpan.FromSeconds(10), Hand);
            made += line.Mode is MachineMode.Run or MachineMode.Ramp ? line.Truth.Point.Cell.MassRate * 0.97 / 360 : 0;
            stopped += line.Mode is MachineMode.Polish ? 1 : 0;
        }

        Assert.Equal(720, stopped, 2.0);
        Assert.InRange((line.Produced.Good + line.Produced.Scrap) / made, 1 - 1e-4, 1 + 1e-4);
        var rolls = line.Samples().Where(s => s.Tag is "roll/good_kg" or "roll/scrap_kg").ToList();
        Assert.Equal(0, rolls.Count % 2);
    }

    [Fact]
    public void FoilOutsideItsWeight_IsScrap()
    {
        var options = Still with { SpeedFeedForward = false };
        var line = new LineDynamics(options, Lb6.Hand);
        var inspection = new FoilInspection(options);
        line.Step(Lb6.Hand with { CurrentDensity = 6000 }, new Disturbances(), new Upsets(), new Machine(options), 1e-4, double.NaN);

        inspection.Step(line, new Machine(options), Drifts.None, new Upsets(), 2, options.Start.AddHours(2), 2, new List<Sample>());

        Assert.Equal(0, inspection.GoodKg);
        Assert.True(inspection.ScrapKg > 60);
    }
}
