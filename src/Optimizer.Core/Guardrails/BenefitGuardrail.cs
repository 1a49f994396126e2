using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>
/// A move must promise more than its own uncertainty and more than the declared minimum, unless it reduces a breach of a margin that
/// is worth correcting: the level wanders by small parts of a sigma from result to result, and a loop that followed it would hunt.
/// </summary>
public sealed class BenefitGuardrail : IGuardrail
{
    /// <summary>Pessimistic violation from which it is corrected at any price, in standard scales of a constraint.</summary>
    public const double WorthCorrecting = 0.25;

    public string Name => "benefit";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var e = move.Evidence;
        if (e.ViolationNow > WorthCorrecting && e.ViolationNext < e.ViolationNow)
        {
            return Verdict.Pass(move);
        }

        double needed = Math.Max(e.MinimumBenefit, context.Limits.Significance * e.BenefitDeviation);
        return e.Benefit > needed
            ? Verdict.Pass(move)
            : Verdict.Reject(Text($"the expected benefit of {e.Benefit:G3} {e.BenefitUnit} does not exceed {needed:G3} ({context.Limits.Significance:G3} standard errors of {e.BenefitDeviation:G3}, minimum {e.MinimumBenefit:G3})"));
    }
}
