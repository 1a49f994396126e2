using System.Text.Json;

namespace Optimizer.Replay.Tests;

public class TrialReportTests
{
    [Theory]
    [InlineData(new[] { 0.5 }, 0.5, 0.5)]
    [InlineData(new[] { 0.9, 0.1, 0.6 }, 0.6, 0.1)]
    [InlineData(new[] { 0.9, 0.1, 0.6, 0.8 }, 0.7, 0.1)]
    public void Summary_IsMedianAndWorst(double[] shares, double median, double worst)
    {
        var summary = new TrialReport("s", "p", "normal", 14, [.. shares.Select((g, i) => Run(i, g))]).Summary;

        Assert.Equal(median, summary.MedianGainShare, 12);
        Assert.Equal(worst, summary.WorstGainShare);
        Assert.Equal(2 * shares.Length, summary.HardLimitViolations);
        Assert.Equal((0.25, 0.5), (summary.SpecViolationShare, summary.SpecViolationShareHold));
    }

    [Fact]
    public void Json_HasTheNamesReadersRelyOn()
    {
        var root = JsonDocument.Parse(new TrialReport("s", "p", "normal", 14, [Run(1, 0.5)]).ToJson()).RootElement;

        Assert.Equal(["median_gain_share", "worst_gain_share", "hard_limit_violations", "spec_violation_share", "spec_violation_share_hold"],
            root.GetProperty("summary").EnumerateObject().Select(p => p.Name));
        string[] expected = ["gain_share", "hard_limit_violations", "spec_violation_share", "spec_violation_share_hold", "moves", "setpoints_written", "setpoints_verified", "cost_start", "cost_end", "cost_optimum"];
        Assert.Superset(expected.ToHashSet(), root.GetProperty("runs")[0].EnumerateObject().Select(p => p.Name).ToHashSet());
        Assert.Equal(1.5, root.GetProperty("runs")[0].GetProperty("setpoints_end").GetProperty("sps.SP").GetDouble());
    }

    private static TrialRun Run(int seed, double share) => new()
    {
        Seed = seed,
        Scenario = "normal",
        Hours = 336,
        GainShare = share,
        HardLimitViolations = 2,
        SpecViolationShare = 0.25,
        SpecViolationShareHold = 0.5,
        WorseThanHoldShare = 0.1,
        SavedShare = 0.02,
        SpecViolationHours = new Dictionary<string, int>(),
        Moves = 3,
        SetpointsWritten = 4,
        SetpointsVerified = 3,
        SetpointsRejected = 1,
        SetpointsTimedOut = 0,
        SetpointsDeviated = 0,
        SetpointsLost = 0,
        SetpointsOpen = 0,
        CostStart = 12,
        CostEnd = 11,
        CostOptimum = 10,
        SetpointsStart = new Dictionary<string, double>(),
        SetpointsEnd = new Dictionary<string, double> { ["sps.SP"] = 1.5 },
        SetpointsOptimum = new Dictionary<string, double>(),
    };
}
