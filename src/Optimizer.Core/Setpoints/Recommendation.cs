using Optimizer.Guardrails;
using Optimizer.Plant;

namespace Optimizer.Setpoints;

/// <summary>A move that every guardrail let pass and that a person may act on.</summary>
/// <param name="Supersedes">The recommendation it replaces; null: none was open.</param>
public sealed record Recommendation(string Id, DateTimeOffset CreatedAt, ProposedMove Move, string? Supersedes)
{
    /// <summary>What was true when it was made is not true for long.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    public DateTimeOffset ValidUntil => CreatedAt + Life;
}

public enum OperatorChoice
{
    Accept,
    Reject,

    /// <summary>Write other values for the same variables.</summary>
    Modify,

    /// <summary>Not now; it stays open.</summary>
    Defer,
}

/// <summary>A person's answer to a recommendation.</summary>
/// <param name="CommandId">Of the command that carried it.</param>
public sealed record OperatorDecision(string CommandId, string RecommendationId, OperatorChoice Choice, Actor By)
{
    /// <summary>For <see cref="OperatorChoice.Modify"/>: the person's own values.</summary>
    public IReadOnlyList<AskedSetpoint> Moves { get; init; } = [];

    public string? ReasonCode { get; init; }

    public string? Comment { get; init; }
}

/// <param name="Variable">Name of the manipulated variable.</param>
/// <param name="To">In its engineering unit.</param>
public sealed record AskedSetpoint(string Variable, double To);

/// <summary>Why a command was not carried out.</summary>
/// <param name="Code">One of the contract's closed list.</param>
/// <param name="Text">One sentence with what was found and what is needed.</param>
public sealed record Refusal(string Code, string Text);

/// <summary>What a person agreed to, before it is looked at again with fresh eyes.</summary>
/// <param name="Recommendation">What was recommended.</param>
/// <param name="Setpoints">What is to be written, by variable.</param>
/// <param name="By">Who wants it.</param>
/// <param name="Modified">The values are the person's own: a guardrail may make them smaller. What was accepted goes out as it is or not at all.</param>
public sealed record Approval(Recommendation Recommendation, IReadOnlyList<AskedSetpoint> Setpoints, Actor By, bool Modified);
