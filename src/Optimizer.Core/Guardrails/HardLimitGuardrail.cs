using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>No setpoint outside the operator limits less 2 % of their span, nor from outside them; not-a-number is a defect and is rejected.</summary>
public sealed class HardLimitGuardrail : IGuardrail
{
    public string Name => "hard_limit";

    /// <summary>Share of the operator span kept free at either end.</summary>
    public const double Margin = 0.02;

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var items = new List<MoveItem>();
        var notes = new List<string>();
        foreach (var item in move.Items)
        {
            var v = item.Variable;
            if (!double.IsFinite(item.To) || !double.IsFinite(item.From))
            {
                return Verdict.Reject(Text($"{v.Name} from {item.From} to {item.To} is not a number"));
            }

            if (item.From < v.OperatorLow || item.From > v.OperatorHigh)
            {
                // Every step back would still be a setpoint outside the limits: that is for a person to write.
                notes.Add(Text($"{v.Name} stands at {item.From:G5} {v.EngineeringUnit}, outside {v.OperatorLow:G5} to {v.OperatorHigh:G5}: only a person may move it"));
                continue;
            }

            double margin = Margin * (v.OperatorHigh - v.OperatorLow);
            double low = v.OperatorLow + margin, high = v.OperatorHigh - margin;
            // From within the margin a move may only lead inwards.
            double to = Math.Clamp(item.To, Math.Min(low, item.From), Math.Max(high, item.From));
            if (!to.Equals(item.To))
            {
                notes.Add(Text($"{v.Name} {item.To:G5} -> {to:G5} {v.EngineeringUnit}, limits {low:G5} to {high:G5}"));
            }

            items.Add(item with { To = to });
        }

        return notes.Count == 0 ? Verdict.Pass(move) : Verdict.Clamp(move.With(items), string.Join("; ", notes));
    }
}
