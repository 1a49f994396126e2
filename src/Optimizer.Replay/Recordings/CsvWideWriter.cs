using System.Globalization;
using CsvHelper;
using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>
/// First column <c>time</c>, the end of each row's period; then one column per tag with the last good or uncertain value that
/// became known in the period, empty where there was none; for results also <c>TAG.sampled_at</c>.
/// </summary>
internal sealed class CsvWideWriter : IRecordingWriter
{
    private readonly CsvWriter _csv;
    private readonly TimeSpan _period;
    private readonly IReadOnlyList<RecordedTag> _tags;
    private readonly Dictionary<string, int> _index;
    private readonly Sample?[] _row;
    private DateTimeOffset? _rowEnds;

    public CsvWideWriter(string file, IReadOnlyList<RecordedTag> tags, TimeSpan period)
    {
        _period = period;
        _tags = tags;
        _index = tags.Select((t, i) => (t.Tag, i)).ToDictionary(p => p.Tag, p => p.i, StringComparer.Ordinal);
        _row = new Sample?[tags.Count];
        _csv = CsvWriter.ToFile(file, RecordingFormat.Csv);
        _csv.WriteField("time");
        foreach (var tag in tags)
        {
            _csv.WriteField(tag.Tag);
            if (tag.Kind == RecordedKind.Result)
            {
                _csv.WriteField(tag.Tag + ".sampled_at");
            }
        }

        _csv.EndRecord();
    }

    public ValueTask WriteAsync(DateTimeOffset known, IReadOnlyList<Sample> samples, CancellationToken cancel)
    {
        _rowEnds ??= known.Ticks % _period.Ticks == 0 ? known : new DateTimeOffset(known.UtcTicks - (known.UtcTicks % _period.Ticks) + _period.Ticks, TimeSpan.Zero);
        while (known > _rowEnds)
        {
            WriteRow();
        }

        foreach (var sample in samples)
        {
            if (!_index.TryGetValue(sample.Tag, out int i))
            {
                throw new ArgumentException($"tag \"{sample.Tag}\" was not announced");
            }

            _row[i] = sample.Quality == Quality.Bad ? _row[i] : sample;
        }

        return default;
    }

    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        if (_rowEnds is not null)
        {
            WriteRow();
        }

        await _csv.FlushAsync(cancel);
    }

    public ValueTask DisposeAsync() => _csv.DisposeAsync();

    private void WriteRow()
    {
        _csv.WriteField(CsvLongWriter.Text(_rowEnds!.Value));
        for (int i = 0; i < _tags.Count; i++)
        {
            _csv.WriteField(_row[i]?.Value);
            if (_tags[i].Kind == RecordedKind.Result)
            {
                _csv.WriteField(_row[i] is { } s ? CsvLongWriter.Text(s.SampledAt) : "");
            }
        }

        _csv.EndRecord();
        Array.Clear(_row);
        _rowEnds += _period;
    }
}
