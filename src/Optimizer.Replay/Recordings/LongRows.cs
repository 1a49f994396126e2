using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>Rows of one value each, from CSV or Parquet.</summary>
internal sealed class LongRows(IReadOnlyDictionary<string, ColumnTag> columns, RecordingFindings findings)
{
    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal), _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _last = new(StringComparer.Ordinal);

    /// <summary>The tag a name is read as; null, counted once, where it is none of the site's.</summary>
    public ColumnTag? Column(string name, string where)
    {
        findings.Rows++;
        if (columns.TryGetValue(name, out var column))
        {
            _seen.Add(column.Tag);
            return column;
        }

        if (_unknown.Add(name))
        {
            findings.Add(RecordingFindings.UnknownColumn, $"{where}: {name}");
        }

        return null;
    }

    public Sample? Sample(ColumnTag column, double value, DateTimeOffset sampledAt, DateTimeOffset knownAt, string? unit, string quality, string where)
    {
        if (!string.IsNullOrEmpty(unit) && unit != column.EngineeringUnit)
        {
            findings.Add(RecordingFindings.OtherUnit, $"{where}, {column.Tag}: \"{unit}\", expected \"{column.EngineeringUnit}\"");
            return null;
        }

        if (_last.TryGetValue(column.Tag, out var before) && sampledAt <= before)
        {
            findings.Add(sampledAt == before ? RecordingFindings.Repeated : RecordingFindings.Backward, $"{where}, {column.Tag}: {sampledAt:O} after {before:O}");
        }

        _last[column.Tag] = sampledAt;
        return RecordingReader.Place(column, value, sampledAt, knownAt < sampledAt ? sampledAt : knownAt, RecordingField.Trust(quality), $"{where}, {column.Tag}", findings);
    }

    public void End() => Missing(columns, _seen, findings);

    /// <summary>Names the tags no column was read as.</summary>
    public static void Missing(IReadOnlyDictionary<string, ColumnTag> columns, IEnumerable<string> seen, RecordingFindings findings)
    {
        foreach (string tag in columns.Values.Select(c => c.Tag).Distinct(StringComparer.Ordinal).Except(seen))
        {
            findings.Add(RecordingFindings.MissingColumn, tag);
        }
    }
}
