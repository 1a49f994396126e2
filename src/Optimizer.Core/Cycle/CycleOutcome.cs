using Optimizer.Guardrails;
using Optimizer.Objectives;
using Optimizer.Search;
using Optimizer.Setpoints;

namespace Optimizer.Cycle;

public enum DecisionKind
{
    /// <summary>Nothing changes; the sentence says why.</summary>
    Held,

    /// <summary>A move passed every guardrail; the mode lets nobody but a person act on it.</summary>
    Recommended,

    /// <summary>A move passed every guardrail and is being written.</summary>
    Written,
}

/// <summary>What a cycle decided and what argues for it.</summary>
/// <param name="Sentence">The decision in one sentence with numbers.</param>
/// <param name="Stay">Assessment of staying put; null when inputs or models were missing.</param>
/// <param name="Target">Where the search would lead; null as above.</param>
/// <param name="Step">Assessment of the move; null when held before one was found.</param>
/// <param name="Move">The move after guardrails; null when held before one was found.</param>
/// <param name="Notes">Guardrails that clamped or rejected.</param>
/// <param name="Write">The command; null unless written.</param>
/// <param name="Candidates">Candidates scored by the search.</param>
public sealed record CycleOutcome(
    DateTimeOffset At,
    DecisionKind Kind,
    string Sentence,
    Assessment? Stay,
    Assessment? Target,
    Assessment? Step,
    ProposedMove? Move,
    IReadOnlyList<GuardrailNote> Notes,
    SetpointWrite? Write,
    int Candidates)
{
    /// <summary>How far the target can be from the best of the reachable box; null: nothing was searched.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>Constraints without room at the target: what limits it.</summary>
    public IReadOnlyList<string> Binding { get; init; } = [];

    /// <summary>The move as a person sees it; null when held, and when this is a person's answer to one.</summary>
    public Recommendation? Recommendation { get; init; }

    /// <summary>What a person agreed to, when that was the question; null: the optimizer's own decision.</summary>
    public Approval? Approval { get; init; }

    public static CycleOutcome Hold(DateTimeOffset at, string why) => new(at, DecisionKind.Held, "Hold: " + why, null, null, null, null, [], null, 0);
}
