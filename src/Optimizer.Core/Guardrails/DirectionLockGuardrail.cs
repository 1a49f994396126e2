namespace Optimizer.Guardrails;

/// <summary>What an operator refused is not proposed again in that direction for a while.</summary>
public sealed class DirectionLockGuardrail : IGuardrail
{
    public string Name => "direction_lock";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var locked = move.Items.Where(i => IsLocked(i, context)).ToList();
        return locked.Count == 0
            ? Verdict.Pass(move)
            : Verdict.Clamp(move.With(move.Items.Except(locked)), string.Join("; ", locked.Select(i => $"an operator refused {i.Variable.Name} in this direction")));
    }

    private static bool IsLocked(MoveItem item, GuardrailContext context)
    {
        var state = context.Variables[item.Variable.Name];
        return state.LockedDirection != 0 && context.Now < state.LockedUntil && Math.Sign(item.Change) == state.LockedDirection;
    }
}
