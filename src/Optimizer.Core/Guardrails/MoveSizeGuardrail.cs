using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>One move changes a variable by its move limit at most.</summary>
public sealed class MoveSizeGuardrail : IGuardrail
{
    public string Name => "move_size";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var large = move.Items.Where(i => Math.Abs(i.Change) > i.Variable.MaxMove * (1 + 1e-9)).ToList();
        if (large.Count == 0)
        {
            return Verdict.Pass(move);
        }

        var items = move.Items.Select(i => large.Contains(i) ? i with { To = i.From + (Math.Sign(i.Change) * i.Variable.MaxMove) } : i);
        return Verdict.Clamp(move.With(items), string.Join("; ", large.Select(i =>
            Text($"{i.Variable.Name} by {i.Change:G4} {i.Variable.EngineeringUnit}, at most {i.Variable.MaxMove:G4}"))));
    }
}
