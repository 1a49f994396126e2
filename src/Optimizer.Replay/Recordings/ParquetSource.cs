using System.Runtime.CompilerServices;
using Optimizer.Plant;
using Parquet;
using Parquet.Schema;

namespace Optimizer.Replay.Recordings;

/// <summary>Parquet recordings: a row per value, the columns of csv-long; sampled_at (or timestamp), tag and value are enough.</summary>
internal static class ParquetSource
{
    public static async IAsyncEnumerable<Sample> ReadAsync(
        string file, IReadOnlyDictionary<string, ColumnTag> columns, RecordingNotation notation, RecordingFindings findings, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var reader = await OpenAsync(file, cancel);
        DataField? Field(params string[] names) => reader.Schema.DataFields.FirstOrDefault(f => names.Contains(f.Name));
        if ((notation.TimeColumn is { } named ? Field(named) : Field("sampled_at", "timestamp", "time")) is not { } sampledAt || Field("tag") is not { } tag || Field("value") is not { } value || sampledAt.ClrType != typeof(DateTime) || value.ClrType != typeof(double))
        {
            throw new RecordingException($"{file}: found the columns {string.Join(", ", reader.Schema.DataFields.Select(f => $"{f.Name} {f.ClrType.Name}"))}, expected {notation.TimeColumn ?? "sampled_at"} DateTime, tag String and value Double, and perhaps known_at, unit and quality");
        }

        var rows = new LongRows(columns, findings);
        long before = 0;
        for (int g = 0; g < reader.RowGroupCount; g++)
        {
            using var group = reader.OpenRowGroupReader(g);
            int n = (int)group.RowCount;
            var sampled = await InstantsAsync(group, sampledAt, n, cancel);
            var known = Field("known_at") is { } k ? await InstantsAsync(group, k, n, cancel) : sampled;
            var tags = await TextAsync(group, tag, n, cancel);
            var units = Field("unit") is { } u ? await TextAsync(group, u, n, cancel) : null;
            var trust = Field("quality") is { } q ? await TextAsync(group, q, n, cancel) : null;
            var values = await NumbersAsync(group, value, n, cancel);
            for (int i = 0; i < n; i++)
            {
                string where = $"row {before + i + 1}";
                findings.Share = (g + ((double)i / n)) / reader.RowGroupCount;
                if (rows.Column(tags[i] ?? "", where) is { } column && sampled[i] is { } at)
                {
                    if (values[i] is not { } raw)
                    {
                        findings.Add(RecordingFindings.Blank, $"{where}, {column.Tag}");
                    }
                    else if (RecordingField.Finite(raw, $"{where}, {column.Tag}", findings) is { } number
                        && rows.Sample(column, number, at, known[i] ?? at, units?[i], trust?[i] ?? "", where) is { } sample)
                    {
                        yield return sample;
                    }
                }
            }

            before += n;
        }

        rows.End();
    }

    private static async Task<ParquetReader> OpenAsync(string file, CancellationToken cancel)
    {
        try
        {
            return await ParquetReader.CreateAsync(file, cancellationToken: cancel);
        }
        catch (Exception e) when (e is not (FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or OperationCanceledException))
        {
            throw new RecordingException($"{file}: no Parquet file: {e.Message}");
        }
    }

    private static async Task<DateTimeOffset?[]> InstantsAsync(ParquetRowGroupReader group, DataField field, int n, CancellationToken cancel)
    {
        if (field.IsNullable)
        {
            var some = new DateTime?[n];
            await group.ReadAsync<DateTime>(field, some, cancellationToken: cancel);
            return [.. some.Select(d => d is { } v ? Utc(v) : (DateTimeOffset?)null)];
        }

        var all = new DateTime[n];
        await group.ReadAsync<DateTime>(field, all, cancellationToken: cancel);
        return [.. all.Select(d => (DateTimeOffset?)Utc(d))];
    }

    private static async Task<double?[]> NumbersAsync(ParquetRowGroupReader group, DataField field, int n, CancellationToken cancel)
    {
        if (field.IsNullable)
        {
            var some = new double?[n];
            await group.ReadAsync<double>(field, some, cancellationToken: cancel);
            return some;
        }

        var all = new double[n];
        await group.ReadAsync<double>(field, all, cancellationToken: cancel);
        return [.. all.Select(v => (double?)v)];
    }

    private static async Task<string?[]> TextAsync(ParquetRowGroupReader group, DataField field, int n, CancellationToken cancel)
    {
        var text = new string?[n];
        await group.ReadAsync(field, text!, cancellationToken: cancel);
        return text;
    }

    private static DateTimeOffset Utc(DateTime value) => new(DateTime.SpecifyKind(value, DateTimeKind.Utc));
}
