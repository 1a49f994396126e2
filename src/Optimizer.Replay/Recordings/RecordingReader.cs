using System.Runtime.CompilerServices;
using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>The tag a column is read as.</summary>
/// <param name="Low">Range of the instrument, as <paramref name="High"/>.</param>
/// <param name="IsResult">A result with a sample time of its own.</param>
public sealed record ColumnTag(string Tag, string EngineeringUnit, double Low, double High, bool IsResult)
{
    /// <summary>Time between values; null: reported on change or a result, so silence is no gap.</summary>
    public TimeSpan? Period { get; init; }
}

/// <summary>How a recording writes what others write differently.</summary>
/// <param name="TimeColumn">Column with the time; null: the first of a wide layout, a usual name in a long one.</param>
/// <param name="DecimalComma">Numbers in CSV are written 1,5.</param>
public sealed record RecordingNotation(string? TimeColumn, bool DecimalComma)
{
    public static RecordingNotation Usual { get; } = new(null, false);
}

/// <summary>A recording cannot be read at all; the message says what was found and what was expected.</summary>
public sealed class RecordingException(string message) : Exception(message);

/// <summary>Reads a recording, whoever wrote it, as the samples of a site, in the order of the file.</summary>
public static class RecordingReader
{
    /// <param name="format">One of <see cref="RecordingFormat.All"/>; null: by the file's name and header.</param>
    /// <param name="columns">By name of the column, or of the tag in a long layout.</param>
    /// <param name="findings">Counts what was met on the way.</param>
    /// <exception cref="RecordingException">It is none.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IAsyncEnumerable<Sample> ReadAsync(
        string file, string? format, IReadOnlyDictionary<string, ColumnTag> columns, RecordingFindings findings, CancellationToken cancel) =>
        ReadAsync(file, format, columns, RecordingNotation.Usual, findings, cancel);

    /// <inheritdoc cref="ReadAsync(string, string?, IReadOnlyDictionary{string, ColumnTag}, RecordingFindings, CancellationToken)"/>
    public static async IAsyncEnumerable<Sample> ReadAsync(
        string file, string? format, IReadOnlyDictionary<string, ColumnTag> columns, RecordingNotation notation, RecordingFindings findings, [EnumeratorCancellation] CancellationToken cancel)
    {
        format ??= file.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? RecordingFormat.Parquet : CsvSource.FormatOf(file);
        var samples = format switch
        {
            RecordingFormat.Parquet => ParquetSource.ReadAsync(file, columns, notation, findings, cancel),
            RecordingFormat.CsvLong => CsvSource.LongAsync(file, columns, notation, findings, cancel),
            RecordingFormat.CsvWide => CsvSource.WideAsync(file, columns, notation, findings, cancel),
            _ => throw new ArgumentException($"format \"{format}\" is unknown, expected one of {string.Join(", ", RecordingFormat.All)}"),
        };
        var gaps = new TagGaps(columns, findings);
        var decimals = new LostDecimals(findings);
        await foreach (var sample in samples)
        {
            findings.Samples++;
            gaps.Add(sample);
            decimals.Add(sample);
            yield return sample;
        }
    }

    /// <summary>A value of a column as a sample, judged by the tag's range.</summary>
    internal static Sample Place(ColumnTag column, double value, DateTimeOffset sampledAt, DateTimeOffset knownAt, Quality quality, string where, RecordingFindings findings)
    {
        var range = InstrumentRange.Judge(column.Low, column.High, value);
        if (range != Quality.Good)
        {
            findings.Add(RecordingFindings.OutOfRange, FormattableString.Invariant($"{where}: {value} {column.EngineeringUnit}, range {column.Low} to {column.High}"));
        }

        return new Sample(column.Tag, value, sampledAt, knownAt, knownAt, range < quality ? range : quality);
    }
}
