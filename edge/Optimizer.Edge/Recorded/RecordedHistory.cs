using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.Edge.Site;
using Optimizer.Replay.Recordings;

namespace Optimizer.Edge.Recorded;

/// <summary>A recording read into the line's memory, as the live worker would have it at the recording's end.</summary>
internal sealed class RecordedHistory
{
    private const int SamplesBetweenNews = 10_000;

    private RecordedHistory(SiteLine site, string file, LineMemory memory, RecordingFindings findings, DateTimeOffset until) =>
        (Site, File, Memory, Findings, Until) = (site, file, memory, findings, until);

    public SiteLine Site { get; }

    public string File { get; }

    public LineMemory Memory { get; }

    public RecordingFindings Findings { get; }

    /// <summary>When the last value became known.</summary>
    public DateTimeOffset Until { get; }

    /// <param name="reading">Told now and then how much of it is read, 0 to 1.</param>
    /// <exception cref="RecordingException">No such file, or it cannot be read as a recording.</exception>
    public static async Task<RecordedHistory> LoadAsync(SiteLine site, string file, string? format, CancellationToken cancel, Action<double>? reading = null)
    {
        if (!System.IO.File.Exists(file))
        {
            throw new RecordingException($"{file}: no such file, expected a recording");
        }

        var findings = new RecordingFindings();
        var memory = new LineMemory(site.Line.Unit, site.Line.Settings with { Retention = TimeSpan.FromDays(36_500) });
        var until = DateTimeOffset.MinValue;
        await foreach (var sample in RecordingReader.ReadAsync(file, format, SiteColumns.Of(site.Site), new RecordingNotation(site.Site.Recording.TimeColumn, site.Site.Recording.DecimalComma), findings, cancel))
        {
            memory.Take(sample);
            if (findings.Samples % SamplesBetweenNews == 0)
            {
                reading?.Invoke(findings.Share);
            }

            until = sample.KnownAt > until ? sample.KnownAt : until;
        }

        reading?.Invoke(1);
        return new RecordedHistory(site, file, memory, findings, until);
    }

    /// <summary>One training set per controlled variable.</summary>
    /// <exception cref="RecordingException">One has too few results to learn from.</exception>
    public IReadOnlyList<TrainingSet> TrainingSets()
    {
        var sets = Site.Line.Unit.ControlledVariables.Select(v => Memory.Training.Build(v, DateTimeOffset.MinValue, Until)).ToList();
        int least = Site.Line.Settings.MinimumRows;
        return sets.FirstOrDefault(s => s.Rows.Count < least) is { } thin ? throw new RecordingException(TooThin(thin, least)) : sets;
    }

    internal static string TooThin(TrainingSet set, int least)
    {
        int transient = set.Excluded.Where(e => TrainingSetBuilder.IsTransient(e.Key)).Sum(e => e.Value), all = set.Rows.Count + set.Excluded.Values.Sum();
        return set.Rows.Count + transient >= least
            ? $"{set.Variable}: {transient} of {all} results were taken in transients, expected {least} or more steady ones, found {set.Rows.Count}; left out: {Text(set.Excluded)}"
            : $"{set.Variable}: {set.Rows.Count} results that may teach, expected {least} or more; left out: {Text(set.Excluded)}";
    }

    /// <summary>Model inputs at the recording's end.</summary>
    /// <exception cref="RecordingException">One is missing.</exception>
    public double[] Reference() =>
        Memory.Training.Inputs(Until, Until, out string? missing) ?? throw new RecordingException($"the latest inputs are not complete: {missing}");

    /// <summary>What was read and what was wrong with it.</summary>
    public void Tell()
    {
        Console.WriteLine($"{File}: {Findings.Rows} rows, {Findings.Samples} values");
        foreach (var finding in Findings.All)
        {
            Console.WriteLine($"  {finding.Count} {finding.What}, first {finding.First}");
        }
    }

    public static string Text(IReadOnlyDictionary<string, int> excluded) =>
        excluded.Values.Sum() == 0 ? "0" : string.Join(", ", excluded.Where(e => e.Value > 0).Select(e => $"{e.Value} {e.Key}"));
}
