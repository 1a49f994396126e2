using Optimizer.Plant;

using Parquet;
using Parquet.Schema;

namespace Optimizer.Replay.Recordings;

/// <summary>Columns as in csv-long; instants are UTC with microseconds. Rows are written in groups.</summary>
internal sealed class ParquetRecordingWriter : IRecordingWriter
{
    private const int RowsPerGroup = 200_000;

    private static readonly DataField SampledAt = Instant("sampled_at"), KnownAt = Instant("known_at");
    private static readonly DataField Tag = new("tag", typeof(string), isNullable: false), Value = new("value", typeof(double), isNullable: false);
    private static readonly DataField Unit = new("unit", typeof(string), isNullable: false), Trust = new("quality", typeof(string), isNullable: false);

    private readonly FileStream _file;
    private readonly Dictionary<string, string> _units;
    private readonly List<Sample> _rows = [];
    private ParquetWriter? _writer;

    public ParquetRecordingWriter(string file, IReadOnlyList<RecordedTag> tags)
    {
        _units = tags.ToDictionary(t => t.Tag, t => t.EngineeringUnit, StringComparer.Ordinal);
        _file = new FileStream(file, FileMode.Create, FileAccess.ReadWrite);
    }

    public async ValueTask WriteAsync(DateTimeOffset known, IReadOnlyList<Sample> samples, CancellationToken cancel)
    {
        foreach (var sample in samples)
        {
            _rows.Add(_units.ContainsKey(sample.Tag) ? sample : throw new ArgumentException($"tag \"{sample.Tag}\" was not announced"));
        }

        if (_rows.Count >= RowsPerGroup)
        {
            await WriteGroupAsync(cancel);
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        await WriteGroupAsync(cancel);
        await _writer!.DisposeAsync();
        _writer = null;
        await _file.FlushAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is { } writer)
        {
            await writer.DisposeAsync();
        }

        await _file.DisposeAsync();
    }

    private async Task WriteGroupAsync(CancellationToken cancel)
    {
        _writer ??= await ParquetWriter.CreateAsync(new ParquetSchema(SampledAt, KnownAt, Tag, Value, Unit, Trust), _file, cancellationToken: cancel);
        using var group = _writer.CreateRowGroup();
        await group.WriteAsync<DateTime>(SampledAt, _rows.Select(r => r.SampledAt.UtcDateTime).ToArray(), cancellationToken: cancel);
        await group.WriteAsync<DateTime>(KnownAt, _rows.Select(r => r.KnownAt.UtcDateTime).ToArray(), cancellationToken: cancel);
        await group.WriteAsync(Tag, _rows.Select(r => r.Tag).ToArray());
        await group.WriteAsync<double>(Value, _rows.Select(r => r.Value).ToArray(), cancellationToken: cancel);
        await group.WriteAsync(Unit, _rows.Select(r => _units[r.Tag]).ToArray());
        await group.WriteAsync(Trust, _rows.Select(r => r.Quality switch { Quality.Good => "good", Quality.Uncertain => "uncertain", _ => "bad" }).ToArray());
        group.CompleteValidate();
        _rows.Clear();
    }

    private static DateTimeDataField Instant(string name) => new(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: false);
}
