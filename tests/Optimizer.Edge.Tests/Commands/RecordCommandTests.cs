using System.Globalization;
using Optimizer.Edge.Tests.Commands;
using Optimizer.Replay.Recordings;
using Parquet;

namespace Optimizer.Edge.Tests.Commands;

/// <summary>Recordings as their users read them: columns, instants, manifest, the same bytes again.</summary>
public sealed class RecordCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-rec-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<(string File, RecordingManifest Manifest)> RecordAsync(string name, params string[] args)
    {
        string file = Path.Combine(_folder, "new", name);
        var (exit, output) = await Cli.RunAsync(["record", "--plant", "copper-foil", "--out", file, .. args]);
        Assert.True(exit == 0, output);
        Assert.Equal([], Directory.GetFiles(_folder, "*.part", SearchOption.AllDirectories));
        return (file, RecordingManifest.Parse(await File.ReadAllTextAsync(RecordingManifest.PathOf(file), Cancel)));
    }

    private static async Task<List<Dictionary<string, string>>> ReadAsync(string file)
    {
        string[] lines = await File.ReadAllLinesAsync(file, Cancel);
        string[] header = lines[0].Split(',');
        return [.. lines.Skip(1).Select(l => header.Zip(l.Split(',')).ToDictionary(p => p.First, p => p.Second))];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    [Fact]
    public async Task CsvLong_HasEveryValueWithItsTimes_AndAManifestThatIsTrue()
    {
        var (file, manifest) = await RecordAsync("a.csv", "--rolls", "24", "--scenario", "normal", "--seed", "3", "--format", "csv-long");
        var rows = await ReadAsync(file);

        Assert.Equal(manifest.Samples, rows.Count);
        Assert.Equal(("normal", "operators", 3, "LB-6", true), (manifest.Scenario, manifest.History, manifest.Seed, manifest.Grade, manifest.Simulated));
        Assert.Equal(48, (manifest.To - manifest.From).TotalHours);
        Assert.Equal(RecordingManifest.Hash(file), manifest.Sha256);
        Assert.All(manifest.Tags, t => Assert.Equal(t.Count, rows.Count(r => r["tag"] == t.Tag)));
        Assert.All(rows, r => Assert.Equal(manifest.Tags.Single(t => t.Tag == r["tag"]).Unit, r["unit"]));
        Assert.All(rows, r => Assert.True(Instant(r["sampled_at"]) <= Instant(r["known_at"])));
        var strips = rows.Where(r => r["tag"] == "roll/ts").ToList();
        Assert.Equal(23, strips.Count);
        Assert.All(strips, r => Assert.InRange((Instant(r["known_at"]) - Instant(r["sampled_at"])).TotalMinutes, 34, 56));
        Assert.DoesNotContain(rows, r => r["tag"].StartsWith('_') || r["tag"].Contains("potency", StringComparison.Ordinal));
        Assert.Equal("Polish", manifest.Codes["f01/state/mode"]["3"]);
        var log = await ReadAsync(Path.Combine(_folder, "new", manifest.OperatorLog!));
        Assert.NotEmpty(log);
        Assert.Null(manifest.Truth);
    }

    [Fact]
    public async Task SpsPumpThatStops_ShowsInTheStrips_NotInTheVoltage()
    {
        var (file, _) = await RecordAsync("s2.csv", "--hours", "40", "--scenario", "sps-pump-stops@12,steady", "--history", "passive", "--format", "csv-long");
        var rows = await ReadAsync(file);
        var start = Instant(rows[0]["known_at"]);
        double Mean(string tag, double from, double to) => rows.Where(r => r["tag"] == tag && (Instant(r["sampled_at"]) - start).TotalHours > from && (Instant(r["sampled_at"]) - start).TotalHours <= to)
            .Average(r => Number(r["value"]));

        Assert.InRange(Mean("roll/rz", 0, 12), 1.55, 1.85);
        Assert.True(Mean("roll/rz", 22, 40) > 2.3);
        Assert.InRange(Mean("f01/pv/cell_voltage", 13, 16) - Mean("f01/pv/cell_voltage", 6, 12), -0.01, 0.02);
        Assert.True(Mean("ad/pv/dose_sps", 0, 12) > 20);
        Assert.Equal(0, Mean("ad/pv/dose_sps", 13, 40), 6);
    }

    [Fact]
    public async Task CsvWide_HasOneRowPerPeriod_AndResultsWithTheirSampleTime()
    {
        var (file, manifest) = await RecordAsync("w.csv", "--hours", "30", "--format", "csv-wide", "--history", "excited", "--telemetry-period", "300");
        var rows = await ReadAsync(file);

        Assert.Equal(30 * 12, rows.Count);
        Assert.All(rows.Zip(rows.Skip(1)), p => Assert.Equal(TimeSpan.FromMinutes(5), Instant(p.Second["time"]) - Instant(p.First["time"])));
        Assert.All(rows, r => Assert.InRange(Number(r["f01/pv/current"]), 0, 36));
        var strips = rows.Where(r => r["roll/rz"].Length > 0).ToList();
        Assert.InRange(strips.Count, 13, 15);
        Assert.All(strips, r => Assert.InRange((Instant(r["time"]) - Instant(r["roll/rz.sampled_at"])).TotalMinutes, 34, 61));
        Assert.Equal("csv-wide", manifest.Format);
    }

    [Fact]
    public async Task Parquet_HoldsWhatCsvLongHolds()
    {
        string[] args = ["--hours", "6", "--seed", "5"];
        var (csv, _) = await RecordAsync("p.csv", [.. args, "--format", "csv-long"]);
        var (file, _) = await RecordAsync("p.parquet", [.. args, "--format", "parquet"]);
        var rows = await ReadAsync(csv);

        await using var reader = await ParquetReader.CreateAsync(file, cancellationToken: Cancel);
        Assert.Equal(["sampled_at", "known_at", "tag", "value", "unit", "quality"], reader.Schema.DataFields.Select(f => f.Name));
        using var group = reader.OpenRowGroupReader(0);
        var values = new double[rows.Count];
        var tags = new string[rows.Count];
        var known = new DateTime[rows.Count];
        await group.ReadAsync<double>(reader.Schema.DataFields[3], values, cancellationToken: Cancel);
        await group.ReadAsync(reader.Schema.DataFields[2], tags, cancellationToken: Cancel);
        await group.ReadAsync<DateTime>(reader.Schema.DataFields[1], known, cancellationToken: Cancel);
        Assert.Equal(rows.Select(r => Number(r["value"])), values);
        Assert.Equal(rows.Select(r => r["tag"]), tags);
        Assert.Equal(rows.Select(r => Instant(r["known_at"]).UtcDateTime), known);
    }

    [Fact]
    public async Task SameSeed_SameBytes_AndTruthOnlyWhenAsked()
    {
        string[] args = ["--hours", "5", "--format", "csv-wide", "--telemetry-period", "0"];
        var (a, first) = await RecordAsync("a.csv", [.. args, "--seed", "9"]);
        var (b, second) = await RecordAsync("b.csv", [.. args, "--seed", "9", "--truth"]);
        var (_, third) = await RecordAsync("c.csv", [.. args, "--seed", "10"]);

        Assert.Equal(await File.ReadAllBytesAsync(a, Cancel), await File.ReadAllBytesAsync(b, Cancel));
        Assert.NotEqual(first.Sha256, third.Sha256);
        Assert.Equal(first.Sha256, second.Sha256);
        Assert.False(File.Exists(a + ".truth.csv"));
        Assert.Contains("_truth/wear/drum", await File.ReadAllTextAsync(b + ".truth.csv", Cancel), StringComparison.Ordinal);
        // Native periods: the fastest tags every second.
        var rows = await ReadAsync(a);
        Assert.Equal(5 * 3600, rows.Count);
        Assert.All(rows, r => Assert.NotEqual("", r["f01/pv/current"]));
        Assert.Equal(5 * 720, rows.Count(r => r["f01/pv/feed_flow"].Length > 0));
    }

    [Fact]
    public async Task FolderThatIsAFile_IsNamedWith73_AndNothingIsLeft()
    {
        string file = Path.Combine(_folder, "taken");
        await File.WriteAllTextAsync(file, "", Cancel);

        var (exit, output) = await Cli.RunAsync("record", "--hours", "2", "--out", Path.Combine(file, "r.csv"));

        Assert.Equal(73, exit);
        Assert.Contains(file, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plot_IsAPictureOfItsSize()
    {
        string file = Path.Combine(_folder, "page.png");
        var (exit, output) = await Cli.RunAsync("simulate", "--plot", file, "--hours", "30", "--scenario", "summer");

        Assert.True(exit == 0, output);
        byte[] png = await File.ReadAllBytesAsync(file, Cancel);
        Assert.Equal("PNG"u8.ToArray(), png[1..4]);
        Assert.Equal([0, 0, 1600 >> 8, 1600 & 255, 0, 0, 1500 >> 8, 1500 & 255], png[16..24]);
        Assert.True(png.Length > 60_000);
    }
}
