using System.Buffers.Binary;
using Optimizer.Edge.Tests.Site;

namespace Optimizer.Edge.Tests.Commands;

/// <summary><c>train</c>: pages of plots and progress, for who asks.</summary>
public sealed class TrainPlotTests : IDisposable
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-plot-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("csv-long")]
    [InlineData("csv-wide")]
    [InlineData("parquet")]
    public async Task Plot_WritesOnePagePerControlledVariable_AndProgressIsTold(string format)
    {
        string plots = Path.Combine(_folder, "plots");
        var (exit, output) = await TrainAsync(format, "--plot", plots);

        Assert.True(exit == 0, output);
        string[] pages = [.. Directory.GetFiles(plots).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(["elongation.png", "line_power.png", "pinholes.png", "roughness.png", "tensile.png", "voltage.png"], pages);
        foreach (string page in pages)
        {
            byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(plots, page), TestContext.Current.CancellationToken);
            Assert.Equal(PngSignature, bytes[..8]);
            Assert.Equal((1600, 1100), (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20))));
            Assert.True(bytes.Length > 40_000, $"{page}: {bytes.Length} bytes, little is on it");
        }

        var lines = output.Split('\n').Select(l => l.Trim()).ToList();
        Assert.Contains("reading h: 50 %", lines);
        Assert.Contains("reading h: 100 %", lines);
        Assert.Contains("fitting: 50 %, elongation, 4 of 6", lines);
        Assert.True(lines.IndexOf("judging: 0 %, voltage, 1 of 6") > lines.IndexOf("fitting: 100 %"), output);
    }

    [Fact]
    public async Task Quiet_TellsNoProgress()
    {
        var (exit, output) = await TrainAsync("csv-long", "--quiet");

        Assert.True(exit == 0, output);
        Assert.DoesNotContain("reading", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fitting", output, StringComparison.Ordinal);
        Assert.Contains("roughness, um:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlotIntoAFile_IsRefused()
    {
        string file = Path.Combine(_folder, "taken");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        var (exit, output) = await TrainAsync("csv-long", "--plot", file);

        Assert.Equal(64, exit);
        Assert.Contains("expected a folder", output, StringComparison.Ordinal);
    }

    private async Task<(int Exit, string Output)> TrainAsync(string format, params string[] more)
    {
        string recording = Path.Combine(_folder, "h");
        var (exit, output) = await Cli.RunAsync("record", "--rolls", "130", "--history", "excited", "--seed", "5", "--format", format, "--out", recording);
        Assert.True(exit == 0, output);
        return await Cli.RunAsync(["train", "--site", SiteText.CopperFoilFile, "--recording", recording, "--format", format, .. more]);
    }
}
