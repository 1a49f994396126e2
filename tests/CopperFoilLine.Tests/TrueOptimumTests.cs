using System.Diagnostics;
using CopperFoilLine.SteadyState;

namespace CopperFoilLine.Tests;

/// <summary>The true optimum against rows computed with another optimizer (SLSQP) and another implementation.</summary>
public class TrueOptimumTests
{
    private static readonly Disturbances D0 = new();

    public static TheoryData<string, string, Disturbances, double, double> Rows => new()
    {
        { "reference", "LB-6", D0, 10.180, 0.0002 },
        { "anode old", "LB-6", D0 with { AnodeLoss = 0.9 }, 10.551, 0.001 },
        { "drum part worn", "LB-6", D0 with { DrumWear = 0.5 }, 10.571, 0.001 },
        { "drum worn", "LB-6", D0 with { DrumWear = 0.8 }, 11.510, 0.001 },
        { "summer", "LB-6", D0 with { CoolingWater = 36, Ambient = 36 }, 10.748, 0.001 },
        { "winter", "LB-6", D0 with { CoolingWater = 12, Ambient = 5 }, 9.951, 0.001 },
        { "organics", "LB-6", D0 with { Organics = 10 }, 11.737, 0.001 },
        { "carbon spent", "LB-6", D0 with { Carbon = 0.35 }, 10.414, 0.001 },
        { "filter", "LB-6", D0 with { Clog = 0.6 }, 10.766, 0.001 },
        { "sps weak", "LB-6", D0 with { SpsPotency = 0.7 }, 10.405, 0.001 },
        { "gelatin strong", "LB-6", D0 with { GelatinPotency = 1.35 }, 9.983, 0.001 },
        { "iron", "LB-6", D0 with { Iron = 2.5 }, 10.330, 0.001 },
        { "tariff high", "LB-6", D0 with { Tariff = 1.10 }, 14.292, 0.001 },
        { "tariff low", "LB-6", D0 with { Tariff = 0.30 }, 7.295, 0.001 },
        { "power cap", "LB-6", D0 with { PowerCap = 205 }, 10.458, 0.001 },
        { "LB-4.5", "LB-4.5", D0, 10.434, 0.001 },
        { "LB-6H", "LB-6H", D0, 10.455, 0.001 },
        { "LB-8", "LB-8", D0, 9.915, 0.001 },
        { "STD-12", "STD-12", D0, 9.882, 0.001 },
        { "STD-35", "STD-35", D0, 9.467, 0.001 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void LeastCost_IsTheDocumentedOne(string row, string grade, Disturbances disturbances, double cost, double tolerance)
    {
        var found = TrueOptimum.Find(Grade.Named(grade), disturbances);

        Assert.True(TrueLimits.Respected(found.Point, Grade.Named(grade), disturbances), row);
        Assert.InRange(found.Cost, cost * (1 - tolerance), cost * (1 + tolerance));
    }

    [Theory]
    [InlineData(Goal.CostAtOutput, 10.232)]
    [InlineData(Goal.EnergyAtOutput, 8.27)]
    public void GivenOutput_IsKept(Goal goal, double expected)
    {
        var found = TrueOptimum.Find(Grade.Named("LB-6"), D0, goal);

        Assert.InRange(found.State.GoodRate, 27.54 * 0.999, 27.55 * 1.001);
        Assert.InRange(goal == Goal.CostAtOutput ? found.Cost : found.EnergyPerGoodKg, expected * 0.999, expected * 1.001);
    }

    [Fact]
    public void GreatestMargin_RunsAtTheCurrentLimit()
    {
        var found = TrueOptimum.Find(Grade.Named("LB-6"), D0, Goal.Margin);

        Assert.InRange(found.State.Cell.Current, 33_990, 34_000);
        Assert.InRange(found.State.CostPerGoodKg, 10.33, 10.36);
    }

    [Fact]
    public void ChokedFilter_HasNoFeasiblePoint() => Assert.Null(TrueOptimum.TryFind(Grade.Named("LB-6"), D0 with { Clog = 0.9 }));

    [Fact]
    public void SameQuestion_SameAnswer() => Assert.Equal(TrueOptimum.Find(Grade.Named("LB-8"), D0).Point, TrueOptimum.Find(Grade.Named("LB-8"), D0).Point);

    [Fact]
    public void ReferencePoint_HasTheDocumentedCost()
    {
        var u = new OperatingPoint(5613, 48.0, 70.35, 90.05, 99.83, 24.05, 2.632, 7.734, 3.876);
        var state = SteadyStatePoint.Of(u, Grade.Named("LB-6"), D0);

        Assert.Equal(10.1801, state.CostPerGoodKg, 4);
        // Rounding of the printed point puts copper a hair over its solubility, and nothing else over anything.
        Assert.StartsWith("copper", Assert.Single(TrueLimits.Broken(u, state, Grade.Named("LB-6"), D0)));
        Assert.InRange(u.Copper, 0, SteadyStatePoint.CopperLimit(u.Temperature, u.Acid) + 0.01);
        Assert.True(TrueLimits.Respected(u with { Copper = 90.03 }, Grade.Named("LB-6"), D0));
    }

    [Fact]
    public void HandPoints_CostWhatTheTableSays()
    {
        (string Grade, double Cost)[] rows = [("LB-4.5", 11.096), ("LB-6", 11.104), ("LB-6H", 11.549), ("LB-8", 10.822), ("STD-12", 11.051), ("STD-35", 10.539)];

        Assert.All(rows, r => Assert.Equal(r.Cost, SteadyStatePoint.Of(Grade.Named(r.Grade).Hand, Grade.Named(r.Grade), D0).CostPerGoodKg, 3));
    }

    [Fact]
    public void OneSearch_TakesLessThanHalfASecond()
    {
        TrueOptimum.Find(Grade.Named("LB-6"), D0);
        var best = Enumerable.Range(0, 3).Min(_ =>
        {
            long before = Stopwatch.GetTimestamp();
            TrueOptimum.Find(Grade.Named("LB-6"), D0 with { DrumWear = 0.3 });
            return Stopwatch.GetElapsedTime(before);
        });

        Assert.True(best < TimeSpan.FromSeconds(0.5), $"{best.TotalSeconds:F2} s");
    }
}
