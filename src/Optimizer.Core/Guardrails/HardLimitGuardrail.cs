using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>No setpoint outside the operator limits less 2 % of their span; not-a-number is a defect and is rejected.</summary>
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

            double margin = Margin * (v.OperatorHigh - v.OperatorLow);
            double low = Math.Max(v.OperatorLow + margin, v.EngineeringLow), high = Math.Min(v.OperatorHigh - margin, v.EngineeringHigh);
            // From beyond the margin a move may only lead back inside, never further out.
            double to = item.From < low ? Math.Clamp(item.To, item.From, high) : item.From > high ? Math.Clamp(item.To, low, item.From) : Math.Clamp(item.To, low, high);
            if (!(to >= v.EngineeringLow && to <= v.EngineeringHigh))
            {
                return Verdict.Reject(Text($"{v.Name} would stand at {to:G5} {v.EngineeringUnit}, outside {v.EngineeringLow:G5} to {v.EngineeringHigh:G5}"));
            }

            if (!to.Equals(item.To))
            {
                notes.Add(Text($"{v.Name} {item.To:G5} -> {to:G5} {v.EngineeringUnit}, limits {low:G5} to {high:G5}"));
            }

            items.Add(item with { To = to });
        }

        return notes.Count == 0 ? Verdict.Pass(move) : Verdict.Clamp(move.With(items), string.Join("; ", notes));
    }
}
