using CsvHelper;
using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>The layouts a recording can have.</summary>
public static class RecordingFormat
{
    /// <summary>One row per period, one column per tag; results stand in the row in which they became known, with their sample time beside them.</summary>
    public const string CsvWide = "csv-wide";

    /// <summary>One row per value.</summary>
    public const string CsvLong = "csv-long";

    /// <summary>One row per value, as csv-long.</summary>
    public const string Parquet = "parquet";

    public static IReadOnlyList<string> All { get; } = [CsvWide, CsvLong, Parquet];

    /// <summary>How every CSV of a recording is written: RFC 4180 but for the line ends, invariant culture.</summary>
    public static CsvWriterOptions Csv { get; } = new() { NewLine = "\n" };

    /// <summary>An instant in every CSV: UTC, milliseconds.</summary>
    internal const string Instant = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <exception cref="ArgumentException">Another format.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static IRecordingWriter Create(string format, string file, IReadOnlyList<RecordedTag> tags, TimeSpan period) => format switch
    {
        CsvWide => new CsvWideWriter(file, tags, period),
        CsvLong => new CsvLongWriter(file, tags),
        Parquet => new ParquetRecordingWriter(file, tags),
        _ => throw new ArgumentException($"format \"{format}\" is unknown, expected one of {string.Join(", ", All)}"),
    };
}

/// <summary>What a tag of a recording is.</summary>
public enum RecordedKind
{
    /// <summary>Continuous signals and states.</summary>
    Online,

    /// <summary>Results with a sample time of their own.</summary>
    Result,

    /// <summary>Live setpoints.</summary>
    Setpoint,
}

/// <param name="EngineeringUnit">Such as <c>kA</c>; <c>1</c>: none.</param>
public sealed record RecordedTag(string Tag, string EngineeringUnit, RecordedKind Kind);

/// <summary>Writes samples to a file in the order in which they became known.</summary>
public interface IRecordingWriter : IAsyncDisposable
{
    /// <summary>Takes what became known by an instant; the instants rise.</summary>
    /// <exception cref="ArgumentException">A sample of a tag that was not announced.</exception>
    ValueTask WriteAsync(DateTimeOffset known, IReadOnlyList<Sample> samples, CancellationToken cancel);

    /// <summary>Writes what is left; the file is whole after it.</summary>
    ValueTask CompleteAsync(CancellationToken cancel);
}
