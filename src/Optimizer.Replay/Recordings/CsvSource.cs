using System.Runtime.CompilerServices;
using CsvHelper;
using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>CSV recordings: wide (a time, then a column per tag) and long (a row per value).</summary>
internal static class CsvSource
{
    private const string SampledSuffix = ".sampled_at";
    private static readonly string[] SampleTimes = ["sampled_at", "timestamp", "time", "timestamp_ms"];
    private static readonly CsvReaderOptions Form = new() { TrackLineNumbers = true };

    /// <summary>Long when the header has a tag and a value column, wide otherwise.</summary>
    public static string FormatOf(string file)
    {
        using var reader = CsvReader.FromFile(file, Form);
        return reader.Headers.Contains("tag") && reader.Headers.Contains("value") ? RecordingFormat.CsvLong : RecordingFormat.CsvWide;
    }

    public static async IAsyncEnumerable<Sample> WideAsync(
        string file, IReadOnlyDictionary<string, ColumnTag> columns, RecordingNotation notation, RecordingFindings findings, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var reader = CsvReader.FromFile(file, Form);
        var layout = WideLayout.Of(reader.Headers, columns, notation, findings, file);
        var course = new TimeCourse(findings);
        double bytes = Math.Max(1, new FileInfo(file).Length);
        var row = new List<Sample>();
        while (await reader.ReadAsync(cancel))
        {
            findings.Rows++;
            findings.Share = reader.ByteOffset / bytes;
            string line = $"line {reader.LineNumber}";
            if (reader.FieldCount < layout.Fields)
            {
                findings.Add(RecordingFindings.ShortRow, $"{line}: {reader.FieldCount} fields, the header has {layout.Fields}");
            }

            if (RecordingField.Instant(reader.GetSpan(layout.TimeField), $"{line}, {layout.TimeName}", findings) is { } time)
            {
                course.Add(time, line);
                row.Clear();
                layout.Read(reader, time, line, findings, row);
                foreach (var sample in row)
                {
                    yield return sample;
                }
            }
        }
    }

    public static async IAsyncEnumerable<Sample> LongAsync(
        string file, IReadOnlyDictionary<string, ColumnTag> columns, RecordingNotation notation, RecordingFindings findings, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var reader = CsvReader.FromFile(file, Form);
        var headers = reader.Headers.ToList();
        int tag = headers.IndexOf("tag"), value = headers.IndexOf("value"), unit = headers.IndexOf("unit"), quality = headers.IndexOf("quality"), known = headers.IndexOf("known_at");
        int sampled = (notation.TimeColumn is { } named ? [named] : SampleTimes).Select(t => headers.IndexOf(t)).FirstOrDefault(i => i >= 0, -1);
        if (tag < 0 || value < 0 || sampled < 0)
        {
            throw new RecordingException($"{file}: found the columns {string.Join(", ", headers)}, expected {notation.TimeColumn ?? string.Join(" or ", SampleTimes)}, then tag and value");
        }

        var rows = new LongRows(columns, findings);
        double bytes = Math.Max(1, new FileInfo(file).Length);
        while (await reader.ReadAsync(cancel))
        {
            findings.Share = reader.ByteOffset / bytes;
            string line = $"line {reader.LineNumber}";
            string name = reader.GetString(tag);
            if (rows.Column(name, line) is { } column
                && RecordingField.Instant(reader.GetSpan(sampled), $"{line}, {headers[sampled]}", findings) is { } at
                && RecordingField.Number(reader.GetSpan(value), $"{line}, {name}", findings, notation.DecimalComma) is { } number
                && rows.Sample(column, number, at, known < 0 ? at : RecordingField.Instant(reader.GetSpan(known), $"{line}, known_at", findings) ?? at,
                    unit < 0 ? null : reader.GetString(unit), quality < 0 ? "" : reader.GetString(quality), line) is { } sample)
            {
                yield return sample;
            }
        }

        rows.End();
    }

    /// <summary>Which field is which tag.</summary>
    private sealed class WideLayout(int timeField, string timeName, int fields, bool decimalComma, IReadOnlyList<(int Field, int SampledField, ColumnTag Tag)> tags)
    {
        private readonly double?[] _last = new double?[fields];

        public int TimeField => timeField;

        public string TimeName => timeName;

        public int Fields => fields;

        public static WideLayout Of(IReadOnlyList<string> headers, IReadOnlyDictionary<string, ColumnTag> columns, RecordingNotation notation, RecordingFindings findings, string file)
        {
            int time = notation.TimeColumn is { } named ? headers.ToList().IndexOf(named) : 0;
            if (time < 0)
            {
                throw new RecordingException($"{file}: found the columns {string.Join(", ", headers.Take(8))}…, expected the time in {notation.TimeColumn}");
            }

            var tags = new List<(int, int, ColumnTag Tag)>();
            for (int i = 0; i < headers.Count; i++)
            {
                if (i == time)
                {
                    continue;
                }

                if (columns.TryGetValue(headers[i], out var twice) && tags.Any(t => t.Tag.Tag == twice.Tag))
                {
                    findings.Add(RecordingFindings.SecondColumn, $"{headers[i]}, read as {twice.Tag}");
                }
                else if (columns.TryGetValue(headers[i], out var tag))
                {
                    tags.Add((i, headers.ToList().IndexOf(headers[i] + SampledSuffix), tag));
                }
                else if (!headers[i].EndsWith(SampledSuffix, StringComparison.Ordinal))
                {
                    findings.Add(RecordingFindings.UnknownColumn, headers[i]);
                }
            }

            if (tags.Count == 0)
            {
                throw new RecordingException($"{file}: none of the columns {string.Join(", ", headers.Take(8))}… is a tag of the site; expected a time in the first column and a column per tag, such as {string.Join(", ", columns.Keys.Take(4))}");
            }

            LongRows.Missing(columns, tags.Select(t => t.Tag.Tag), findings);
            return new WideLayout(time, headers[time], headers.Count, notation.DecimalComma, tags);
        }

        public void Read(CsvReader reader, DateTimeOffset time, string line, RecordingFindings findings, List<Sample> into)
        {
            foreach (var (field, sampledField, tag) in tags)
            {
                if (field >= reader.FieldCount)
                {
                    continue;
                }

                // Most fields of a wide recording are empty: the period of one tag is not that of another.
                string where = $"{line}, {tag.Tag}";
                if (reader.IsEmpty(field) || RecordingField.Number(reader.GetSpan(field), where, findings, decimalComma) is not { } value)
                {
                    continue;
                }

                var sampledAt = time;
                if (sampledField >= 0 && !reader.IsEmpty(sampledField))
                {
                    sampledAt = RecordingField.Instant(reader.GetSpan(sampledField), $"{where}{SampledSuffix}", findings) ?? time;
                }
                else if (tag.IsResult && value.Equals(_last[field]))
                {
                    // Historians fill a result forward until the next: every row would look like one more analysis.
                    findings.Add(RecordingFindings.StandingResult, where);
                    continue;
                }

                _last[field] = value;
                into.Add(RecordingReader.Place(tag, value, sampledAt, time, Quality.Good, where, findings));
            }
        }
    }
}
