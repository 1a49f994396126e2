using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>A variable rests between two moves.</summary>
public sealed class DwellGuardrail : IGuardrail
{
    public string Name => "dwell";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var resting = move.Items.Where(i => Rests(i, context)).ToList();
        return resting.Count == 0
            ? Verdict.Pass(move)
            : Verdict.Clamp(move.With(move.Items.Except(resting)), string.Join("; ", resting.Select(i => Reason(i, context))));
    }

    private static bool Rests(MoveItem item, GuardrailContext context) =>
        context.Variables[item.Variable.Name].LastMove is { } last && context.Now - last < item.Variable.Dwell;

    private static string Reason(MoveItem item, GuardrailContext context) =>
        $"{item.Variable.Name} moved {Text(context.Now - context.Variables[item.Variable.Name].LastMove!.Value)} ago, it rests {Text(item.Variable.Dwell)}";
}
