namespace Optimizer.Replay.Recordings;

/// <param name="What">One of the constants of <see cref="RecordingFindings"/>.</param>
/// <param name="Count">How often.</param>
/// <param name="First">Where first, with what was found there.</param>
public sealed record RecordingFinding(string What, long Count, string First);

/// <summary>What reading a recording met on the way: nothing is skipped without being counted here, with its first example.</summary>
public sealed class RecordingFindings
{
    public const string UnknownColumn = "columns no tag of the site reads";
    public const string MissingColumn = "tags of the site without a column";
    public const string BadTime = "rows without a readable time";
    public const string NoZone = "times without a zone, read as UTC";
    public const string Backward = "times before the one above";
    public const string Repeated = "times the same as the one above";
    public const string Gap = "gaps longer than three rows";
    public const string TagGap = "gaps in a tag longer than ten of its steps";
    public const string SecondColumn = "columns of a tag that another column is read as already, not read";
    public const string ShortRow = "rows with fewer fields than the header";
    public const string Blank = "blank fields";
    public const string NoNumber = "fields that are no number";
    public const string DecimalComma = "numbers with a decimal comma, not read";
    public const string DecimalPoint = "numbers with a decimal point where the site says comma, not read";
    public const string NotFinite = "fields that are no finite number";
    public const string OtherUnit = "values in another unit than the tag's, not read";
    public const string StandingResult = "results repeated from row to row, read once";
    public const string OutOfRange = "values outside the range of their tag, bad or uncertain";

    public const string PowerOfTen = "bad values that would fit with the decimal mark elsewhere";

    private readonly Dictionary<string, RecordingFinding> _findings = new(StringComparer.Ordinal);

    /// <summary>Samples read.</summary>
    public long Samples { get; internal set; }

    /// <summary>Rows read.</summary>
    public long Rows { get; internal set; }

    /// <summary>How much of the recording is behind, 0 to 1: by bytes of a CSV, by rows of a Parquet file.</summary>
    public double Share { get; internal set; }

    /// <summary>In the order in which they were first met.</summary>
    public IReadOnlyList<RecordingFinding> All => [.. _findings.Values];

    public long Count(string what) => _findings.TryGetValue(what, out var finding) ? finding.Count : 0;

    internal void Add(string what, string where) =>
        _findings[what] = _findings.TryGetValue(what, out var finding) ? finding with { Count = finding.Count + 1 } : new RecordingFinding(what, 1, where);
}
