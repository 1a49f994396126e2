using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>Only a unit that runs, and has settled after its start, is moved.</summary>
public sealed class RunningGuardrail : IGuardrail
{
    public string Name => "running";

    public Verdict Review(ProposedMove move, GuardrailContext context) => context.Running switch
    {
        null => Verdict.Reject("the unit is not running"),
        { } time when time < context.Limits.SettlingAfterStart =>
            Verdict.Reject($"the unit runs for {Text(time)} only, settling takes {Text(context.Limits.SettlingAfterStart)}"),
        _ => Verdict.Pass(move),
    };
}
