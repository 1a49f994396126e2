namespace Optimizer.Guardrails;

/// <summary>Few variables at once, so that a person can follow.</summary>
public sealed class MovedAtOnceGuardrail : IGuardrail
{
    public string Name => "moved_at_once";

    public Verdict Review(ProposedMove move, GuardrailContext context) => move.Items.Count <= context.Limits.MovedAtOnce
        ? Verdict.Pass(move)
        : Verdict.Clamp(
            move.With(move.Items.OrderByDescending(i => Math.Abs(i.Change) / i.Variable.MaxMove).Take(context.Limits.MovedAtOnce)),
            $"{move.Items.Count} variables at once, at most {context.Limits.MovedAtOnce}");
}
