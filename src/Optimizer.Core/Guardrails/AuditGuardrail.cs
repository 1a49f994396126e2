namespace Optimizer.Guardrails;

/// <summary>No audit record, no move.</summary>
public sealed class AuditGuardrail : IGuardrail
{
    public string Name => "audit";

    public Verdict Review(ProposedMove move, GuardrailContext context) => context.AuditWritable
        ? Verdict.Pass(move)
        : Verdict.Reject("the audit record cannot be written, so nothing is written to the plant");
}
