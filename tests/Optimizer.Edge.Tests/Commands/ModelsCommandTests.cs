using System.Text.Json;
using Optimizer.Edge.Tests.Site;
using Optimizer.Historian;

namespace Optimizer.Edge.Tests.Commands;

/// <summary><c>train --data</c> and <c>models</c>, as an engineer uses them.</summary>
public sealed class ModelsCommandTests : IClassFixture<FoilRecordings>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-models-").FullName;
    private readonly FoilRecordings _recordings;

    public ModelsCommandTests(FoilRecordings recordings) => _recordings = recordings;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TrainedModels_AreListedShownPromotedAndRolledBack()
    {
        string recording = await _recordings.ExcitedAsync();
        var first = await Cli.RunAsync("train", "--site", SiteText.CopperFoilFile, "--recording", recording, "--data", Data, "--quiet");
        Assert.Contains("stored as model 1, champion", first.Output, StringComparison.Ordinal);
        var second = await Cli.RunAsync("train", "--site", SiteText.CopperFoilFile, "--recording", recording, "--data", Data, "--quiet");
        Assert.Contains("stored as model 2, challenger of model 1", second.Output, StringComparison.Ordinal);

        Assert.Equal(["challenger", "champion"], await StatesAsync());
        var (_, card) = await ModelsAsync("show", "1");
        Assert.Contains("## roughness, um", card, StringComparison.Ordinal);
        Assert.Contains("| sps, mg/L |", card, StringComparison.Ordinal);

        var promoted = await ModelsAsync("promote", "2", "--by", "anna", "--reason", "newer");
        Assert.Equal(0, promoted.Exit);
        Assert.Contains("model 1 -> 2", promoted.Output, StringComparison.Ordinal);
        Assert.Equal(["champion", "retired"], await StatesAsync());
        Assert.Equal(0, (await ModelsAsync("rollback", "--by", "ben")).Exit);
        Assert.Equal(["retired", "champion"], await StatesAsync());

        using var audit = AuditRecord.Open(Data);
        var rows = audit.Read().Where(r => r.Kind == "model").Select(r => JsonDocument.Parse(r.Body).RootElement).ToList();
        Assert.Equal([(1, 2, "anna"), (2, 1, "ben")], rows.Select(r => (r.GetProperty("before").GetInt32(), r.GetProperty("after").GetInt32(), r.GetProperty("by").GetString()!)));
        Assert.Null(audit.FirstBroken());
    }

    [Fact]
    public async Task AlteredModel_IsNamedInTheListAndCannotBePromoted()
    {
        string recording = await _recordings.ExcitedAsync();
        await Cli.RunAsync("train", "--site", SiteText.CopperFoilFile, "--recording", recording, "--data", Data, "--quiet");
        string file = Path.Combine(Data, "models", "000001", "surrogates.json");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("\"calibration\":", "\"calibration\": ", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.Equal(["unsound"], await StatesAsync());
        var (exit, output) = await ModelsAsync("promote", "1", "--by", "anna");
        Assert.Equal(65, exit);
        Assert.Contains("surrogates.json hashes to", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FolderThatIsNone_IsRefused()
    {
        var (exit, output) = await ModelsAsync("list");

        Assert.Equal(65, exit);
        Assert.Contains("no such folder, expected the data folder", output, StringComparison.Ordinal);
    }

    private async Task<string[]> StatesAsync()
    {
        var (exit, output) = await ModelsAsync("list", "--json");
        Assert.True(exit == 0, output);
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray().Select(m => m.GetProperty("state").GetString()!)];
    }

    private Task<(int Exit, string Output)> ModelsAsync(string verb, params string[] rest) =>
        Cli.RunAsync(["models", verb, .. rest, "--site", SiteText.CopperFoilFile, "--data", Data]);
}
