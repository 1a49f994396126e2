using CopperFoilLine.Scenes;
using Optimizer.Edge.Simulated;
using Optimizer.Plant;

namespace Optimizer.Edge.Tests.Simulated;

/// <summary>A benefit that is not there is not claimed.</summary>
public class FoilJudgeTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private static FoilPlantPlan Plan(string scenario) => new()
    {
        Scenario = ScenarioPlan.Parse(scenario),
        Seed = 5,
        Gateway = "gw",
        HistoryLasts = TimeSpan.FromHours(100),
    };

    private static void Run(FoilPlant plant, double hours, Action<DateTimeOffset>? hourly = null)
    {
        var unread = new List<Sample>();
        var until = plant.Now + TimeSpan.FromHours(hours);
        var next = plant.Now + TimeSpan.FromHours(1);
        while (plant.Now < until)
        {
            plant.Advance(Step, unread);
            plant.Gateway.Advance(plant.Now);
            unread.Clear();
            if (plant.Now >= next)
            {
                next += TimeSpan.FromHours(1);
                hourly?.Invoke(plant.Now);
            }
        }
    }

    [Theory]
    [InlineData("normal")]
    [InlineData("oily-scrap@2,temperature-up@4")]
    public void PlantNobodyMoved_CostWhatItsTwinCost(string scenario)
    {
        var plant = FoilPlant.Create(Plan(scenario));
        var judge = new FoilJudge(plant, FoilPlant.Create(Plan(scenario)));
        Run(plant, 100);
        int looks = 0;
        Run(plant, 12, now =>
        {
            judge.Look(now);
            Assert.Equal(judge.Last!.Held, judge.Last.Actual);
            looks++;
        });

        Assert.Equal(12, looks);
    }

    [Fact]
    public void WhatHappensToTheLine_HappensToTheTwin_AndOnlyTheMoveCounts()
    {
        var plant = FoilPlant.Create(Plan("steady"));
        var judge = new FoilJudge(plant, FoilPlant.Create(Plan("steady")));
        Run(plant, 101, judge.Look);
        Assert.Equal(judge.Last!.Held, judge.Last.Actual);
        double before = judge.Last.Held;

        plant.Line.Upsets = plant.Line.Upsets with { FeedPump = 0.75 };
        judge.Happened(plant.Now, l => l.Upsets = l.Upsets with { FeedPump = 0.75 });
        Run(plant, 1, judge.Look);
        Assert.Equal(judge.Last.Held, judge.Last.Actual);
        Assert.True(judge.Last.Held > 1.2 * before, $"{before} -> {judge.Last.Held}");

        plant.Gateway.OperatorSet("feed_flow.SP", 70, plant.Now);
        Run(plant, 3, judge.Look);
        Assert.True(judge.Last.Actual < 0.9 * judge.Last.Held, $"{judge.Last.Actual} against {judge.Last.Held}");
    }
}
