using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>The sum of changes within 8 h and within 24 h is bounded, so that a slowly drifting model cannot walk away.</summary>
public sealed class TravelGuardrail : IGuardrail
{
    public string Name => "travel";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var items = new List<MoveItem>();
        var notes = new List<string>();
        foreach (var item in move.Items)
        {
            var state = context.Variables[item.Variable.Name];
            double left = Math.Max(0, Math.Min(
                item.Variable.MaxTravelPer8Hours - state.Travel8Hours, item.Variable.MaxTravelPer24Hours - state.Travel24Hours));
            if (Math.Abs(item.Change) <= left * (1 + 1e-9))
            {
                items.Add(item);
                continue;
            }

            items.Add(item with { To = item.From + (Math.Sign(item.Change) * left) });
            notes.Add(Text($"{item.Variable.Name} has {left:G4} {item.Variable.EngineeringUnit} of travel left, {state.Travel8Hours:G4} used in 8 h, {state.Travel24Hours:G4} in 24 h"));
        }

        return notes.Count == 0 ? Verdict.Pass(move) : Verdict.Clamp(move.With(items), string.Join("; ", notes));
    }
}
