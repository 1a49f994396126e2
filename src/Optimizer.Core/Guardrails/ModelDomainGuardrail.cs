using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>No move far beyond what the models were trained on.</summary>
public sealed class ModelDomainGuardrail : IGuardrail
{
    public string Name => "model_domain";

    public Verdict Review(ProposedMove move, GuardrailContext context) => move.Evidence.ModelDistance <= context.Limits.ModelDistance
        ? Verdict.Pass(move)
        : Verdict.Reject(Text($"the move leads {move.Evidence.ModelDistance:P0} of the known range beyond the training data, at most {context.Limits.ModelDistance:P0}"));
}
