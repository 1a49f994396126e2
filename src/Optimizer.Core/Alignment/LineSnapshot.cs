using Optimizer.Plant;

namespace Optimizer.Alignment;

/// <summary>Everything of the line's recent past that a decision may look at, read from the historian at one instant.</summary>
/// <param name="At">Process time of the decision.</param>
/// <param name="Latest">Newest value of each tag that was known at <paramref name="At"/>; tags never heard of are absent.</param>
/// <param name="Setpoints">Live setpoint of each manipulated variable; null: never seen.</param>
/// <param name="Effective">The setpoint after its process lag; null: never seen.</param>
/// <param name="Disturbances">Window reading of each disturbance variable; null: no Good value in its window.</param>
/// <param name="Steadiness">Verdict on each key tag.</param>
/// <param name="RunningSince">Start of the present uninterrupted run; null: not running.</param>
public sealed record LineSnapshot(
    DateTimeOffset At,
    IReadOnlyDictionary<string, Sample> Latest,
    IReadOnlyList<double?> Setpoints,
    IReadOnlyList<double?> Effective,
    IReadOnlyList<double?> Disturbances,
    IReadOnlyList<Steadiness> Steadiness,
    DateTimeOffset? RunningSince)
{
    /// <summary>How long the line has still to settle after a change of campaign; zero: settled.</summary>
    public TimeSpan CampaignSettling { get; init; }

    /// <summary>Value of the campaign tag; null: the line has none, or it was never told.</summary>
    public double? Grade { get; init; }
}

/// <param name="Ratio">R of the <see cref="SteadyStateDetector"/>.</param>
public readonly record struct Steadiness(string Tag, double Ratio, bool IsSteady);
