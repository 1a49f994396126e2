using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>Feasibility before profit: while a constraint is broken or would be, only moves that reduce the breach pass.</summary>
public sealed class ViolationGuardrail : IGuardrail
{
    public string Name => "violation";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var e = move.Evidence;
        return e.ViolationNext <= 0 || e.ViolationNext < e.ViolationNow
            ? Verdict.Pass(move)
            : Verdict.Reject(Text($"the move leaves a constraint breach of {e.ViolationNext:G3} sigma, staying put leaves {e.ViolationNow:G3}"));
    }
}
