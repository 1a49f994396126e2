using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>What an operator refused is not proposed again in that direction for a while.</summary>
public sealed class DirectionLockGuardrail : IGuardrail
{
    public string Name => "direction_lock";

    /// <summary>How long a refused direction stays closed.</summary>
    public static readonly TimeSpan Lock = TimeSpan.FromMinutes(60);

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var locked = move.Items.Where(i => context.Now < LockedUntil(i, context)).ToList();
        return locked.Count == 0
            ? Verdict.Pass(move)
            : Verdict.Clamp(move.With(move.Items.Except(locked)), string.Join("; ", locked.Select(i =>
                Text($"an operator refused to {(i.Change > 0 ? "raise" : "lower")} {i.Variable.Name}, closed until {LockedUntil(i, context):HH:mm}"))));
    }

    private static DateTimeOffset LockedUntil(MoveItem item, GuardrailContext context)
    {
        var state = context.Variables[item.Variable.Name];
        return item.Change > 0 ? state.UpLockedUntil : state.DownLockedUntil;
    }
}
