using Optimizer.Plant;

namespace Optimizer.Historian;

/// <summary>One thing that happened to the history, in the order it happened.</summary>
/// <param name="Sample">The sample that came. Of a withdrawal only tag and sample time count.</param>
/// <param name="Withdrawn">The source took back what it had said of that tag and instant.</param>
public readonly record struct HistoryEntry(Sample Sample, bool Withdrawn = false)
{
    public static HistoryEntry Withdrawal(string tag, DateTimeOffset sampledAt) => new(new Sample(tag, 0, sampledAt, sampledAt, sampledAt, Quality.Bad), Withdrawn: true);
}

/// <summary>When a campaign tag took another value.</summary>
/// <param name="StartedAt">When its first value was sampled.</param>
public sealed record StoredCampaign(string Tag, DateTimeOffset StartedAt, double Grade);

/// <summary>How much history is kept.</summary>
public sealed record HistoryLimits
{
    /// <summary>Age, by sample time counted from the newest sample, from which samples are dropped. Default 90 days, range 1 day to 10 years.</summary>
    public TimeSpan Samples { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The same for lab results, which are few and teach most. Default 5 years.</summary>
    public TimeSpan LabResults { get; init; } = TimeSpan.FromDays(5 * 365);

    /// <summary>
    /// Size of <c>history.db</c> in bytes. Above <see cref="High"/> of it the oldest samples are dropped until it is below <see cref="Low"/>; when
    /// nothing is left to drop, new samples are refused. Default 4 GiB, range 1 MiB to 1 TiB.
    /// </summary>
    public long Bytes { get; init; } = 4L << 30;

    /// <summary>Free bytes on the disk below which samples are refused: what is left belongs to the audit record. Default 256 MiB, range 0 to 1 TiB.</summary>
    public long LeastFree { get; init; } = 256L << 20;

    public const double High = 0.85, Low = 0.75;
}
