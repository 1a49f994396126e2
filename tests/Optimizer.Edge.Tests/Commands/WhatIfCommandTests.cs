using System.Globalization;
using System.Text.Json;
using Optimizer.Edge.Tests.Site;

namespace Optimizer.Edge.Tests.Commands;

/// <summary><c>what-if</c>: predictions for setpoints a person asks about, and what they are worth.</summary>
public sealed class WhatIfCommandTests : IClassFixture<FoilRecordings>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-whatif-").FullName;
    private readonly FoilRecordings _recordings;

    public WhatIfCommandTests(FoilRecordings recordings) => _recordings = recordings;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Exit, string Output)> AskAsync(params string[] set) => await Cli.RunAsync(
        ["what-if", "--site", SiteText.CopperFoilFile, "--recording", await _recordings.ExcitedAsync(), "--quiet", "--report", Path.Combine(_folder, "report.json"), .. set.SelectMany(s => new[] { "--set", s })]);

    private async Task<JsonElement> ReportAsync(params string[] set)
    {
        var (exit, output) = await AskAsync(set);
        Assert.True(exit == 0, output);
        return JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "report.json"), TestContext.Current.CancellationToken)).RootElement;
    }

    private static double Of(JsonElement report, string list, string key, string name, string value) =>
        report.GetProperty(list).EnumerateArray().Single(e => e.GetProperty(key).GetString() == name).GetProperty(value).GetDouble();

    [Fact]
    public async Task SetpointAsItIs_ChangesNothing_AndAnotherDoesWhatPhysicsSays()
    {
        double now = Of(await ReportAsync("current_density=5500"), "setpoints", "mv", "current_density", "from");

        var stay = await ReportAsync($"current_density={now.ToString("R", CultureInfo.InvariantCulture)}");
        Assert.All(stay.GetProperty("predicted").EnumerateArray(), p => Assert.Equal(p.GetProperty("now").GetDouble(), p.GetProperty("next").GetDouble(), 9));
        Assert.Equal(0, stay.GetProperty("distance").GetDouble());
        Assert.Empty(stay.GetProperty("doubts").EnumerateArray());
        Assert.Contains("better by 0 +- 0, which is within its error", stay.GetProperty("answer").GetString(), StringComparison.Ordinal);

        var more = await ReportAsync($"current_density={(now + 60).ToString("R", CultureInfo.InvariantCulture)}");
        Assert.InRange(Of(more, "predicted", "cv", "voltage", "next") - Of(more, "predicted", "cv", "voltage", "now"), 0.01, 0.15);
        Assert.InRange(Of(more, "predicted", "cv", "line_power", "next") - Of(more, "predicted", "cv", "line_power", "now"), 1, 10);
        foreach (var p in more.GetProperty("predicted").EnumerateArray())
        {
            Assert.True(p.GetProperty("low").GetDouble() < p.GetProperty("next").GetDouble() && p.GetProperty("next").GetDouble() < p.GetProperty("high").GetDouble());
        }

        Assert.Equal(10, more.GetProperty("limits").GetArrayLength());
    }

    [Fact]
    public async Task SetpointFarFromWhatIsKnown_IsPredictedWithItsDoubts()
    {
        var report = await ReportAsync("hec.SP=9.5");

        double low = Of(report, "setpoints", "mv", "hec", "known_low"), high = Of(report, "setpoints", "mv", "hec", "known_high");
        Assert.Equal((9.5 - high) / (high - low), report.GetProperty("distance").GetDouble(), 9);
        string[] doubts = [.. report.GetProperty("doubts").EnumerateArray().Select(d => d.GetString()!)];
        Assert.Contains(doubts, d => d.StartsWith("hec 9.5 mg/L is", StringComparison.Ordinal) && d.Contains("beyond it: the models extrapolate", StringComparison.Ordinal));
        Assert.Contains(doubts, d => d.Contains("outside its operator limits", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gelatine=10", "found \"gelatine=10\", expected NAME=VALUE with a name out of current_density")]
    [InlineData("gelatin", "found \"gelatin\", expected gelatin=VALUE")]
    [InlineData("gelatin=many", "found \"gelatin=many\", expected gelatin=VALUE with a value from 2 to 25 mg/L")]
    [InlineData("gelatin=NaN", "found \"gelatin=NaN\", expected gelatin=VALUE")]
    [InlineData("gelatin=100", "from 2 to 25 mg/L, its engineering limits")]
    public async Task WordThatNamesNoSetpoint_IsUsage(string word, string message)
    {
        var (exit, output) = await AskAsync(word);

        Assert.Equal(64, exit);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }
}
