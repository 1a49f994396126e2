using System.Text.Json;
using Optimizer.Edge.Tests.Site;

namespace Optimizer.Edge.Tests.Commands;

/// <summary>The promises of the demo and the trial at full length. Minutes long, so they run where OPTIMIZER_SLOW is 1.</summary>
[Trait("Category", "slow")]
public sealed class ClosedLoopRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-slow-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task DemoAtFullSpeed_EndsByItselfWithTheGainItPromises()
    {
        OnlyWhereSlowTestsRun();
        string report = Path.Combine(_folder, "r.json");

        var (exit, output) = await Cli.RunAsync("demo", "--hours", "96", "--speed", "max", "--seed", "7", "--report", report);

        Assert.True(exit == 0, output);
        var run = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken)).RootElement;
        Assert.True(Number(run, "gain_share") > 0.4, run.GetRawText());
        Assert.Equal(0, Number(run, "hard_limit_violations"));
        Assert.True(Number(run, "spec_violation_share") <= Number(run, "spec_violation_share_hold") + 0.01, run.GetRawText());
        Assert.True(Number(run, "setpoints_written") >= 10, run.GetRawText());
        string[] fates = ["setpoints_verified", "setpoints_rejected", "setpoints_timed_out", "setpoints_deviated", "setpoints_lost", "setpoints_open"];
        Assert.Equal(Number(run, "setpoints_written"), fates.Sum(f => Number(run, f)));
        Assert.InRange(Number(run, "setpoints_open"), 0, 1);
        Assert.True(Number(run, "cost_optimum") < Number(run, "cost_end") && Number(run, "cost_end") < Number(run, "cost_start"), run.GetRawText());
    }

    [Fact]
    public async Task TrialOfTwoWeeks_ClosesMostOfTheGapAndBreaksNoLimit()
    {
        OnlyWhereSlowTestsRun();
        string report = Path.Combine(_folder, "t.json");

        var (exit, output) = await Cli.RunAsync(
            "trial", "--site", SiteText.CopperFoilFile, "--plant", "copper-foil", "--scenario", "normal", "--days", "14", "--seeds", "5", "--report", report);

        Assert.True(exit == 0, output);
        var root = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken)).RootElement;
        var summary = root.GetProperty("summary");
        Assert.Equal(5, root.GetProperty("runs").GetArrayLength());
        Assert.True(Number(summary, "median_gain_share") > 0.6, output);
        Assert.Equal(0, Number(summary, "hard_limit_violations"));
        Assert.True(Number(summary, "spec_violation_share") <= Number(summary, "spec_violation_share_hold") + 0.01, output);
    }

    private static double Number(JsonElement run, string name) => run.GetProperty(name).GetDouble();

    private static void OnlyWhereSlowTestsRun() =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable("OPTIMIZER_SLOW") == "1", "minutes long: set OPTIMIZER_SLOW=1 to run it, as .ci/run does");
}
