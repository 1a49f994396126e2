using Optimizer.Learning;
using Optimizer.Search;

namespace Optimizer.Edge.Recorded;

/// <summary>One recommendation from history, as <c>recommend</c> reports it.</summary>
internal sealed record Advice
{
    public const string Recommended = "recommended";
    public const string Held = "held";
    public const string Refused = "refused";

    /// <summary>One of the three above: a move is advised; the best is to stay; this history supports neither.</summary>
    public required string Status { get; init; }

    /// <summary>The decision in one sentence with numbers.</summary>
    public required string Reason { get; init; }

    /// <summary>The recording's end: nothing known later was used.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Every manipulated variable, in the site's order; empty when refused.</summary>
    public IReadOnlyList<AdvisedSetpoint> Setpoints { get; init; } = [];

    /// <summary>Every controlled variable, in the site's order; empty when refused.</summary>
    public IReadOnlyList<PredictedResult> Predicted { get; init; } = [];

    /// <summary>Null when refused.</summary>
    public PredictedObjective? Objective { get; init; }

    /// <summary>How far the target can be from the best setpoints in reach; null when nothing was searched.</summary>
    public Certificate? Proof { get; init; }

    /// <summary>Constraints without room at the target: what limits it.</summary>
    public IReadOnlyList<string> Binding { get; init; } = [];

    /// <summary>Null when there was too little to learn from.</summary>
    public AdvisingModel? Model { get; init; }

    /// <summary>What the history teaches about each controlled variable, as <c>train</c> reports it.</summary>
    public IReadOnlyList<TargetReport> Targets { get; init; } = [];

    /// <summary>How far each manipulated variable moved; one with a verdict stays where it is.</summary>
    public IReadOnlyList<Excitation> Excitation { get; init; } = [];
}

/// <param name="From">Setpoint at the recording's end.</param>
/// <param name="To">Advised now; the same as <paramref name="From"/> when it stays.</param>
/// <param name="Target">Where several moves would lead.</param>
/// <param name="LimitedBy">Why it does not go to its target at once, or takes no part; null: nothing holds it back.</param>
internal sealed record AdvisedSetpoint(string Mv, double From, double To, double Target, string Unit, string? LimitedBy);

/// <param name="Now">Predicted mean at the setpoints of the recording's end.</param>
/// <param name="Next">Predicted mean at the advised setpoints, settled.</param>
/// <param name="Low">End of the 90 % interval of single results there, as <paramref name="High"/>: scatter of the process and the instrument included.</param>
internal sealed record PredictedResult(string Cv, string Unit, double Now, double Next, double Low, double High, IReadOnlyList<ResultLimit> Limits);

/// <param name="AtLeast">Null: an upper limit.</param>
/// <param name="AtMost">Null: a lower limit.</param>
internal sealed record ResultLimit(string Constraint, double? AtLeast, double? AtMost);

/// <param name="Low">End of the 90 % interval of the objective at the advised setpoints, as <paramref name="High"/>.</param>
internal sealed record PredictedObjective(string Name, string Unit, double Current, double Predicted, double Low, double High);

internal sealed record AdvisingModel(int Version, string Hash);
