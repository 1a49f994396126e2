namespace Optimizer.Guardrails;

/// <summary>A rule of caution: passes a move, makes it smaller, or rejects it. It never enlarges one.</summary>
public interface IGuardrail
{
    /// <summary>As recorded with every move it touched.</summary>
    string Name { get; }

    Verdict Review(ProposedMove move, GuardrailContext context);
}

/// <summary>A guardrail's answer.</summary>
/// <param name="Move">The move as it may go on; null: rejected.</param>
/// <param name="Why">One sentence with numbers; null: passed untouched.</param>
public sealed record Verdict(ProposedMove? Move, string? Why)
{
    public static Verdict Pass(ProposedMove move) => new(move, null);

    public static Verdict Clamp(ProposedMove move, string why) => new(move, why);

    public static Verdict Reject(string why) => new(null, why);
}
