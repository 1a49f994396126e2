namespace Optimizer.Guardrails;

/// <summary>Every critical input must be there, fresh and good.</summary>
public sealed class InputGuardrail : IGuardrail
{
    public string Name => "inputs";

    public Verdict Review(ProposedMove move, GuardrailContext context) => context.InputGaps.Count == 0
        ? Verdict.Pass(move)
        : Verdict.Reject(string.Join("; ", context.InputGaps));
}
