using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>A move must start at the live setpoint: when somebody else moved it, theirs stands.</summary>
public sealed class LiveSetpointGuardrail : IGuardrail
{
    public string Name => "live";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        foreach (var item in move.Items)
        {
            double? live = context.Variables.TryGetValue(item.Variable.Name, out var state) ? state.Live : null;
            if (live is not { } value)
            {
                return Verdict.Reject($"the live setpoint of {item.Variable.Name} is unknown");
            }

            // Written so that NaN fails.
            if (!(Math.Abs(value - item.From) <= item.Variable.Tolerance))
            {
                return Verdict.Reject(Text($"{item.Variable.Name} stands at {value:G5} {item.Variable.EngineeringUnit}, the move starts at {item.From:G5}"));
            }
        }

        return Verdict.Pass(move);
    }
}
