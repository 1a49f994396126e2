using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Cycle;

/// <summary>Something the loop did or wants done. Every one of them goes to the audit record.</summary>
public abstract record LineEvent(DateTimeOffset At);

/// <summary>A command to put on the wire now: a write, a renewal or a release. Never queued: late is never.</summary>
public sealed record SendWrite(DateTimeOffset At, SetpointWrite Write) : LineEvent(At);

public sealed record DecisionMade(DateTimeOffset At, CycleOutcome Outcome) : LineEvent(At);

public sealed record WriteEnded(DateTimeOffset At, WriteAccount Account) : LineEvent(At);

public sealed record ModeChanged(DateTimeOffset At, ModeState State) : LineEvent(At);

/// <summary>A person's mode request that was not carried out.</summary>
public sealed record ModeRefused(DateTimeOffset At, ModeRequest Request, Refusal Refusal) : LineEvent(At);

public sealed record TrainingStarted(DateTimeOffset At, int Rows) : LineEvent(At);

public sealed record SurrogatesAdopted(DateTimeOffset At, SurrogateSet Set) : LineEvent(At)
{
    /// <summary>How it won against the set before; null: there was none to beat.</summary>
    public string? Why { get; init; }
}

/// <summary>A newly trained set is on trial beside the one in force.</summary>
public sealed record ChallengerEntered(DateTimeOffset At, SurrogateSet Set) : LineEvent(At);

/// <summary>A newly trained set will not steer.</summary>
public sealed record ChallengerRefused(DateTimeOffset At, SurrogateSet Set, string Reason) : LineEvent(At);

/// <summary>Results begin or cease to drift away from what a surrogate predicts.</summary>
public sealed record FitChanged(DateTimeOffset At, string Variable, FitVerdict Verdict, string Reason) : LineEvent(At);

public sealed record TrainingFailed(DateTimeOffset At, string Reason) : LineEvent(At);

/// <summary>A person decided on a recommendation.</summary>
/// <param name="Refusal">Why it was not carried out; null: it was.</param>
/// <param name="Lockouts">Directions that stay closed for an hour because of it, each a sentence; empty: none.</param>
public sealed record OperatorDecided(DateTimeOffset At, OperatorDecision Decision, Refusal? Refusal, IReadOnlyList<string> Lockouts) : LineEvent(At);

/// <summary>Something asks for a person, or no longer does.</summary>
public sealed record AlarmChanged(DateTimeOffset At, Alarm Alarm) : LineEvent(At);

/// <summary>An acknowledgement arrived, whatever it said.</summary>
public sealed record Acknowledged(DateTimeOffset At, Acknowledgement Acknowledgement) : LineEvent(At);
