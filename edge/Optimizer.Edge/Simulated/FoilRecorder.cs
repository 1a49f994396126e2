using System.Globalization;
using CopperFoilLine;
using CopperFoilLine.Operators;
using CsvHelper;
using Optimizer.Plant;
using Optimizer.Replay.Recordings;

namespace Optimizer.Edge.Simulated;

/// <summary>Runs the foil plant by hand in virtual time and writes what an engineer would get of it. A file stands under its name only when it is whole.</summary>
internal sealed class FoilRecorder(FoilPlantPlan plan, string format, string file, bool withTruth)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TruthEvery = TimeSpan.FromMinutes(10);

    private static readonly IReadOnlyList<RecordedTag> Tags =
    [
        .. FoilTags.Online.Select(t => new RecordedTag(t.Key, t.Value, RecordedKind.Online)),
        .. FoilTags.Setpoints.Select(s => new RecordedTag("sp/" + s.Tag, s.EngineeringUnit, RecordedKind.Setpoint)),
        .. FoilTags.Results.Select(t => new RecordedTag(t.Key, t.Value, RecordedKind.Result)),
    ];

    public async Task<RecordingManifest> RunAsync(CancellationToken cancel)
    {
        var plant = FoilPlant.Create(plan);
        var from = plant.Now;
        string part = file + ".part", truthPart = file + ".truth.csv.part";
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            await WriteAsync(plant, part, truthPart, counts, cancel);
        }
        catch
        {
            File.Delete(part);
            File.Delete(truthPart);
            throw;
        }

        File.Move(part, file, overwrite: true);
        if (withTruth)
        {
            File.Move(truthPart, file + ".truth.csv", overwrite: true);
        }

        string? log = WriteLog(plant.Log!);
        var manifest = new RecordingManifest
        {
            File = Path.GetFileName(file),
            Format = format,
            Sha256 = RecordingManifest.Hash(file),
            Simulated = true,
            Plant = "copper-foil",
            Scenario = plan.Scenario.Text,
            History = plan.History,
            Seed = plan.Seed,
            Grade = plan.Grade.Name,
            From = from,
            To = plant.Now,
            TelemetryPeriodSeconds = plan.TelemetryPeriod.TotalSeconds,
            Samples = counts.Values.Sum(),
            Tags = [.. Tags.Select(t => new ManifestTag(t.Tag, t.EngineeringUnit, t.Kind, counts.GetValueOrDefault(t.Tag)))],
            Codes = Codes(),
            OperatorLog = log,
            Truth = withTruth ? Path.GetFileName(file) + ".truth.csv" : null,
        };
        await File.WriteAllTextAsync(RecordingManifest.PathOf(file), manifest.ToJson(), cancel);
        return manifest;
    }

    private async Task WriteAsync(FoilPlant plant, string part, string truthPart, Dictionary<string, long> counts, CancellationToken cancel)
    {
        var rowPeriod = plan.TelemetryPeriod > TimeSpan.Zero ? plan.TelemetryPeriod : TimeSpan.FromSeconds(1);
        await using var writer = RecordingFormat.Create(format, part, Tags, rowPeriod);
        await using var truth = withTruth
            ? RecordingFormat.Create(RecordingFormat.CsvLong, truthPart, [.. plant.Line.Truth.Tags.Select(t => new RecordedTag("_truth/" + t.Tag, t.EngineeringUnit, RecordedKind.Online))], rowPeriod)
            : null;
        var nextTruth = plant.Now;
        var read = new List<Sample>();
        while (plant.Now < plant.HistoryEnds)
        {
            cancel.ThrowIfCancellationRequested();
            plant.Advance(Step, read);
            foreach (var sample in read)
            {
                counts[sample.Tag] = counts.GetValueOrDefault(sample.Tag) + 1;
            }

            await WriteAsync(writer, plant.Now, rowPeriod, read, cancel);
            read.Clear();
            if (truth is not null && plant.Now >= nextTruth)
            {
                nextTruth += TruthEvery;
                await truth.WriteAsync(plant.Now, [.. plant.Line.Truth.Tags.Select(t => Sample.Online("_truth/" + t.Tag, t.Value, plant.Now))], cancel);
            }
        }

        await writer.CompleteAsync(cancel);
        if (truth is not null)
        {
            await truth.CompleteAsync(cancel);
        }
    }

    // Native periods are shorter than a step of the plant: what a step brought is told in the order of its instants.
    private static async ValueTask WriteAsync(IRecordingWriter writer, DateTimeOffset now, TimeSpan rowPeriod, List<Sample> read, CancellationToken cancel)
    {
        if (rowPeriod >= Step)
        {
            await writer.WriteAsync(now, read, cancel);
            return;
        }

        foreach (var instant in read.GroupBy(s => s.KnownAt > now || s.KnownAt < now - Step ? now : s.KnownAt).OrderBy(g => g.Key))
        {
            await writer.WriteAsync(instant.Key, [.. instant], cancel);
        }
    }

    private string? WriteLog(OperatorLog log)
    {
        string path = file + ".operator-log.csv";
        File.Delete(path);
        if (log.Made == 0)
        {
            return null;
        }

        using var csv = CsvWriter.ToFile(path, RecordingFormat.Csv);
        foreach (string column in (string[])["logged_at", "crew", "tag", "from", "to", "unit", "reason"])
        {
            csv.WriteField(column);
        }

        csv.EndRecord();
        foreach (var entry in log.Written.OrderBy(e => e.At))
        {
            csv.WriteField(entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture));
            csv.WriteField(entry.Crew);
            csv.WriteField(entry.Tag);
            csv.WriteField(entry.From);
            csv.WriteField(entry.To);
            csv.WriteField(FoilTags.Units["sp/" + entry.Tag]);
            csv.WriteField(entry.Reason);
            csv.EndRecord();
        }

        return Path.GetFileName(path);
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Codes()
    {
        var grades = Grade.All.Select((g, i) => (i, g.Name)).ToDictionary(p => p.i.ToString(CultureInfo.InvariantCulture), p => p.Name);
        var modes = Enum.GetValues<MachineMode>().ToDictionary(m => ((int)m).ToString(CultureInfo.InvariantCulture), m => m.ToString());
        return new() { ["f01/state/mode"] = modes, ["f01/state/grade"] = grades, ["roll/grade"] = grades };
    }
}
