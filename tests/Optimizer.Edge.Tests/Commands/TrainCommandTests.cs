using System.Text.Json;
using Optimizer.Edge.Tests.Site;

namespace Optimizer.Edge.Tests.Commands;

/// <summary><c>train</c>: what a recording teaches, and what it does not.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-train-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> RecordAsync(string name, string history, int rolls, string format = "csv-long")
    {
        string file = Path.Combine(_folder, name);
        var (exit, output) = await Cli.RunAsync("record", "--rolls", $"{rolls}", "--history", history, "--seed", "5", "--format", format, "--out", file);
        Assert.True(exit == 0, output);
        return file;
    }

    private async Task<(int Exit, string Output, JsonElement Report)> TrainAsync(string recording)
    {
        string report = Path.Combine(_folder, "report.json");
        var (exit, output) = await Cli.RunAsync("train", "--site", SiteText.CopperFoilFile, "--recording", recording, "--report", report);
        string text = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        return (exit, output, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    [Fact]
    public async Task ExcitedHistory_IsJudgedPerControlledVariable_WhateverItsFormat()
    {
        var (exit, output, report) = await TrainAsync(await RecordAsync("a.csv", "excited", 200));

        Assert.True(exit == 0, output);
        var targets = report.GetProperty("targets").EnumerateArray().ToList();
        Assert.Equal(["voltage", "line_power", "tensile", "elongation", "roughness", "pinholes"], targets.Select(t => t.GetProperty("cv").GetString()));
        Assert.All(targets, t =>
        {
            Assert.True(t.GetProperty("rows").GetInt32() > 100);
            Assert.True(t.GetProperty("rmse").GetDouble() > 0);
            Assert.All(["mean", "last_value", "ridge"], b => Assert.True(t.GetProperty("baselines").GetProperty(b).GetDouble() > 0));
            Assert.InRange(t.GetProperty("coverage90").GetDouble(), 0.5, 1);
            Assert.Equal(9, t.GetProperty("gains").GetArrayLength());
            Assert.Equal(t.GetProperty("usable").GetBoolean(), t.GetProperty("reason").ValueKind == JsonValueKind.Null);
        });
        var roughness = targets.Single(t => t.GetProperty("cv").GetString() == "roughness");
        Assert.True(roughness.GetProperty("rmse").GetDouble() < roughness.GetProperty("baselines").GetProperty("mean").GetDouble(), output);
        Assert.Contains("roughness, um:", output, StringComparison.Ordinal);

        var (_, _, parquet) = await TrainAsync(await RecordAsync("a.parquet", "excited", 200, "parquet"));
        Assert.Equal(report.GetProperty("model_hash").GetString(), parquet.GetProperty("model_hash").GetString());
    }

    [Fact]
    public async Task PassiveHistory_NamesWhatNeverMoved()
    {
        var (exit, output, report) = await TrainAsync(await RecordAsync("p.csv", "passive", 120));

        Assert.True(exit == 0, output);
        Assert.Equal(9, report.GetProperty("excitation").EnumerateArray().Count(e => e.GetProperty("verdict").ValueKind == JsonValueKind.String));
        Assert.Contains("copper has moved", output, StringComparison.Ordinal);
        Assert.Contains("no gain can be learned", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShortHistory_IsRefusedWithNumbers()
    {
        var (exit, output, _) = await TrainAsync(await RecordAsync("s.csv", "excited", 10));

        Assert.Equal(65, exit);
        Assert.Matches(@"\w+: \d+ results that may teach, expected \d+ or more", output);
    }

    [Fact]
    public async Task MissingOrForeignFile_IsNamedWith65()
    {
        var (exit, output, _) = await TrainAsync(Path.Combine(_folder, "nothing.csv"));
        Assert.Equal(65, exit);
        Assert.Contains("nothing.csv: no such file", output, StringComparison.Ordinal);

        string foreign = Path.Combine(_folder, "foreign.csv");
        await File.WriteAllTextAsync(foreign, "when,what\n1,2\n", TestContext.Current.CancellationToken);
        (exit, output, _) = await TrainAsync(foreign);
        Assert.Equal(65, exit);
        Assert.Contains("none of the columns when, what", output, StringComparison.Ordinal);
    }
}
