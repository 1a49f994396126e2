using CopperFoilLine.SteadyState;
using static CopperFoilLine.Tests.Bench;

namespace CopperFoilLine.Tests;

/// <summary>Operators of the past move enough to be learned from, and never beyond what the line allows.</summary>
public class OperatorHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static List<double[]> Days(int days, int seed, double homeDays = double.MaxValue)
    {
        var history = new OperatorHistory(Lb6, seed, Start, homeDays > 1e6 ? DateTimeOffset.MaxValue : Start.AddDays(homeDays));
        return [.. Enumerable.Range(1, days * 24 * 6).Select(n => history.At(Start.AddMinutes(10 * n)))];
    }

    [Fact]
    public void Setpoints_ScatterFourPercentOfTheirRange()
    {
        var points = Days(600, 1);
        for (int i = 0; i < 9; i++)
        {
            double hand = Hand[i], span = OperatingPoint.High[i] - OperatingPoint.Low[i];
            double sigma = Math.Sqrt(points.Average(p => Math.Pow((p[i] - hand) / span, 2)));
            Assert.InRange(sigma, 0.03, 0.052);
        }
    }

    [Fact]
    public void Setpoints_StayInTheBox_DissolveTheirCopper_AndWalkNoFasterThanTheyMay()
    {
        double[] perHour = [3000, 2, 300, 0.5, 0.6, 2, 3, 12, 3];
        double[]? before = null;
        foreach (double[] p in Days(400, 2))
        {
            for (int i = 0; i < 9; i++)
            {
                Assert.InRange(p[i], OperatingPoint.Low[i], OperatingPoint.High[i]);
                // Copper may be cut at once where it would crystallise.
                Assert.True(before is null || Math.Abs(p[i] - before[i]) <= (perHour[i] / 6) + 1e-9 || (i == 3 && p[i] < before[i]));
            }

            Assert.True(p[3] <= SteadyStatePoint.CopperLimit(p[1], p[4]) + 1e-9);
            before = p;
        }
    }

    [Fact]
    public void EveryVariable_IsMovedEveryDayOrSo()
    {
        var points = Days(60, 3);

        for (int i = 0; i < 9; i++)
        {
            Assert.InRange(points.Zip(points.Skip(1)).Count(p => !p.First[i].Equals(p.Second[i])), 60, 60 * 24 * 6);
        }
    }

    [Fact]
    public void SameSeed_SameHistory()
    {
        Assert.Equal(Days(30, 4), Days(30, 4));
        Assert.NotEqual(Days(30, 4), Days(30, 5));
    }

    [Fact]
    public void AtTheEnd_TheyComeHome() => Assert.Equal(Hand, Days(14, 6, homeDays: 11)[^1]);

    [Fact]
    public void Scenarios_AreAppliedByName_AndUnknownOnesNamed()
    {
        var options = new FoilLineOptions { Seed = 1 };

        Assert.Equal(options, Scenarios.Apply("normal", options));
        Assert.Equal(205, Scenarios.Apply("power-cap", options).Disturbances.PowerCap);
        Assert.Equal(Drifts.None, Scenarios.Apply("summer, steady", options).Drifts);
        Assert.Equal(36, Scenarios.Apply("summer, steady", options).Disturbances.CoolingWater);
        Assert.All(["normal", "steady", "anode-old", "drum-worn", "summer", "winter", "sps-weak", "power-cap", "tariff-high"], n => Assert.Contains(n, Scenarios.Names));
        var unknown = Assert.Throws<ArgumentException>(() => Scenarios.Apply("earthquake", options));
        Assert.Contains("earthquake", unknown.Message);
        Assert.All(Scenarios.Names, n => Assert.Contains(n, unknown.Message));
    }

    [Theory]
    [InlineData("normal")]
    [InlineData("anode-old")]
    [InlineData("drum-worn")]
    [InlineData("summer")]
    [InlineData("winter")]
    [InlineData("sps-weak")]
    [InlineData("power-cap")]
    [InlineData("tariff-high")]
    public void EveryScenario_RunsForAWeek(string name)
    {
        var line = new FoilLine(Scenarios.Apply(name, new FoilLineOptions { Seed = 2, TelemetryPeriod = TimeSpan.FromMinutes(10) }));
        line.Hold(Hand, 24 * 7);

        Assert.All(line.Samples(), s => Assert.True(double.IsFinite(s.Value), s.Tag));
        Assert.InRange(line.Truth.Actual.Copper, 80, 95);
        Assert.InRange(line.Truth.Actual.Sps, 2, 6);
        Assert.InRange(line.Truth.Actual.Temperature, 48, 56);
    }
}
