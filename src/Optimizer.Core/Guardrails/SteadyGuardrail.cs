namespace Optimizer.Guardrails;

/// <summary>Setpoints move from rest, not in the middle of a transient.</summary>
public sealed class SteadyGuardrail : IGuardrail
{
    public string Name => "steady";

    public Verdict Review(ProposedMove move, GuardrailContext context) => context.Transients.Count == 0
        ? Verdict.Pass(move)
        : Verdict.Reject("not steady: " + string.Join("; ", context.Transients));
}
