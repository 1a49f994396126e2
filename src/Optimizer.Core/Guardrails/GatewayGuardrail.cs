using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>The gateway must be alive, echo us, owe no answer, and not be locked out.</summary>
public sealed class GatewayGuardrail : IGuardrail
{
    public string Name => "gateway";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var gateway = context.Gateway;
        if (gateway.LockedOut is { } why)
        {
            return Verdict.Reject($"writing to {gateway.Name} is suspended until somebody re-arms: {why}");
        }

        if (gateway.SinceHeard is not { } silence)
        {
            return Verdict.Reject($"gateway {gateway.Name} was never heard");
        }

        if (silence > context.Limits.Watchdog)
        {
            return Verdict.Reject($"gateway {gateway.Name} is silent for {Text(silence)}, limit {Text(context.Limits.Watchdog)}");
        }

        if (!gateway.EchoesUs)
        {
            return Verdict.Reject($"gateway {gateway.Name} does not echo our heartbeat");
        }

        if (gateway.ClockError > context.Limits.ClockError)
        {
            return Verdict.Reject($"the clock of gateway {gateway.Name} and ours differ by {Text(gateway.ClockError)}, limit {Text(context.Limits.ClockError)}");
        }

        return gateway.Outstanding
            ? Verdict.Reject($"gateway {gateway.Name} has not yet answered for the last write")
            : Verdict.Pass(move);
    }
}
