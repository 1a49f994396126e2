using System.Globalization;
using CsvHelper;
using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>Columns: sampled_at, known_at, tag, value, unit, quality.</summary>
internal sealed class CsvLongWriter : IRecordingWriter
{
    private readonly CsvWriter _csv;
    private readonly Dictionary<string, string> _units;

    public CsvLongWriter(string file, IReadOnlyList<RecordedTag> tags)
    {
        _units = tags.ToDictionary(t => t.Tag, t => t.EngineeringUnit, StringComparer.Ordinal);
        _csv = CsvWriter.ToFile(file, RecordingFormat.Csv);
        foreach (string column in (string[])["sampled_at", "known_at", "tag", "value", "unit", "quality"])
        {
            _csv.WriteField(column);
        }

        _csv.EndRecord();
    }

    public ValueTask WriteAsync(DateTimeOffset known, IReadOnlyList<Sample> samples, CancellationToken cancel)
    {
        foreach (var sample in samples)
        {
            if (!_units.TryGetValue(sample.Tag, out string? unit))
            {
                throw new ArgumentException($"tag \"{sample.Tag}\" was not announced");
            }

            _csv.WriteField(Text(sample.SampledAt));
            _csv.WriteField(Text(sample.KnownAt));
            _csv.WriteField(sample.Tag);
            _csv.WriteField(sample.Value);
            _csv.WriteField(unit);
            _csv.WriteField(sample.Quality switch { Quality.Good => "good", Quality.Uncertain => "uncertain", _ => "bad" });
            _csv.EndRecord();
        }

        return default;
    }

    public async ValueTask CompleteAsync(CancellationToken cancel) => await _csv.FlushAsync(cancel);

    public ValueTask DisposeAsync() => _csv.DisposeAsync();

    internal static string Text(DateTimeOffset at) => at.UtcDateTime.ToString(RecordingFormat.Instant, CultureInfo.InvariantCulture);
}
