using CopperFoilLine.Operators;
using CopperFoilLine.SteadyState;
using static CopperFoilLine.Tests.Bench;

namespace CopperFoilLine.Tests;

/// <summary>Operators run the line in three ways, never beyond what it allows, and write down most of it.</summary>
public class OperatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static List<double[]> Days(int days, int seed, double homeDays = double.MaxValue)
    {
        var history = LineOperators.Create("excited", Lb6, seed, Start, homeDays > 1e6 ? DateTimeOffset.MaxValue : Start.AddDays(homeDays));
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
    public void Passive_HoldsTheHandPoint()
    {
        var operators = LineOperators.Create("passive", Lb6, 1, Start, Start.AddDays(9));

        Assert.All(Enumerable.Range(1, 100), n => Assert.Equal(Hand, operators.At(Start.AddHours(n))));
        Assert.Empty(operators.Log.Written);
    }

    [Fact]
    public void Reacting_TheyMoveLittle_AndMostlyWhenQualityPresses()
    {
        var (points, rolls, log) = React(30, seed: 3);
        double excited = Enumerable.Range(0, 9).Average(i => Sigma(Days(30, 3), i)), reacting = Enumerable.Range(0, 9).Average(i => Sigma(points, i));

        Assert.InRange(reacting, 0.002, 0.5 * excited);
        // Somebody reacted to a property, and roughness came before accelerator.
        Assert.Contains(log.Written, e => e.Reason == "Rz high" && e.Tag is "sps.SP" or "feed_flow.SP");
        Assert.True(rolls > 300);
    }

    [Fact]
    public void Reacting_IsConfounded_AcceleratorIsAddedWhenFoilIsRough()
    {
        // Truly 1 mg/L of SPS lowers Rz by 0.13 um. Whoever regresses Rz on SPS in such recordings is misled.
        double[] Slopes(string kind) => [.. Enumerable.Range(1, 8).Select(seed => SpsAndRoughness(seed, kind)).Select(r => Slope(r.Sps, r.Rz))];
        double[] reacting = Slopes("operators"), excited = Slopes("excited");
        TestContext.Current.TestOutputHelper?.WriteLine($"reacting {string.Join(" ", reacting.Select(s => $"{s:F3}"))}; excited {string.Join(" ", excited.Select(s => $"{s:F3}"))}");

        Assert.True(reacting.Count(s => s > 0) >= 2 + excited.Count(s => s > 0));
        Assert.True(Error(reacting) > 1.5 * Error(excited), $"{Error(reacting):F3} {Error(excited):F3}");
        static double Error(double[] slopes) => Math.Sqrt(slopes.Average(s => (s + 0.132) * (s + 0.132)));
    }

    [Fact]
    public void Log_IsImperfect()
    {
        var (_, _, log) = React(60, seed: 5);

        Assert.InRange(log.Written.Count / (double)log.Made, 0.75, 0.97);
        Assert.All(log.Written, e => Assert.Equal(0, e.At.Minute % 15));
        Assert.All(log.Written, e => Assert.InRange(e.Crew, 1, 3));
    }

    [Fact]
    public void UnknownHistory_IsNamed()
    {
        var e = Assert.Throws<ArgumentException>(() => LineOperators.Create("martians", Lb6, 1, Start, Start));
        Assert.Contains("martians", e.Message);
        Assert.Contains("operators, excited, passive", e.Message);
    }

    private static double Sigma(List<double[]> points, int i) =>
        Math.Sqrt(points.Average(p => Math.Pow((p[i] - Hand[i]) / (OperatingPoint.High[i] - OperatingPoint.Low[i]), 2)));

    private static (List<double[]> Points, int Rolls, OperatorLog Log) React(int days, int seed)
    {
        var line = new FoilLine(new FoilLineOptions { Seed = seed, TelemetryPeriod = TimeSpan.FromMinutes(10) });
        var operators = LineOperators.Create("operators", Lb6, seed, line.Now, DateTimeOffset.MaxValue);
        var points = new List<double[]>();
        int rolls = 0;
        for (int n = 0; n < days * 24 * 6; n++)
        {
            double[] u = operators.At(line.Now);
            points.Add(u);
            line.Step(TimeSpan.FromMinutes(10), u);
            foreach (var sample in line.Samples())
            {
                operators.See(sample);
                rolls += sample.Tag == "roll/ts" ? 1 : 0;
            }
        }

        return (points, rolls, operators.Log);
    }

    private static (List<double> Sps, List<double> Rz) SpsAndRoughness(int seed, string kind)
    {
        var line = new FoilLine(new FoilLineOptions { Seed = seed, TelemetryPeriod = TimeSpan.FromMinutes(10) });
        var operators = LineOperators.Create(kind, Lb6, seed, line.Now, DateTimeOffset.MaxValue);
        List<double> sps = [], rz = [];
        for (int n = 0; n < 20 * 24 * 6; n++)
        {
            double[] u = operators.At(line.Now);
            line.Step(TimeSpan.FromMinutes(10), u);
            foreach (var sample in line.Samples())
            {
                operators.See(sample);
                if (sample.Tag == "roll/rz")
                {
                    sps.Add(u[6]);
                    rz.Add(sample.Value);
                }
            }
        }

        return (sps, rz);
    }

    private static double Slope(List<double> x, List<double> y)
    {
        double mx = x.Average(), my = y.Average();
        return x.Zip(y, (a, b) => (a - mx) * (b - my)).Sum() / x.Sum(a => (a - mx) * (a - mx));
    }
}
