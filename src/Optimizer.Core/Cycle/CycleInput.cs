using Optimizer.Alignment;
using Optimizer.Guardrails;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Cycle;

/// <summary>Everything one decision depends on. The same input gives the same outcome, live, in replay and in tests.</summary>
public sealed record CycleInput
{
    public required LineDefinition Line { get; init; }

    public required LineSnapshot Snapshot { get; init; }

    /// <summary>Null: nothing learned yet.</summary>
    public required SurrogateSet? Surrogates { get; init; }

    /// <summary>One per surrogate; empty without surrogates.</summary>
    public required IReadOnlyList<LevelState> Levels { get; init; }

    public required IReadOnlyDictionary<string, double> Prices { get; init; }

    public required OperatingMode Mode { get; init; }

    /// <summary>A move that an operator agreed to in supervised mode: it is judged anew and nothing is searched. Null: find one.</summary>
    public Approval? Approval { get; init; }

    /// <summary>Recommendation still open, which a new one replaces; null: none.</summary>
    public string? Supersedes { get; init; }

    /// <summary>Moves so far, gateway, audit; input gaps and transients are filled in by the cycle.</summary>
    public required GuardrailContext Context { get; init; }

    /// <summary>Observations so far of the controlled variable that has fewest; explains why there is no model yet.</summary>
    public required int FewestRows { get; init; }

    public required WriterTurn Turn { get; init; }

    public required int Seed { get; init; }
}
