using Optimizer.Cycle;

namespace Optimizer.Edge.Line;

/// <summary>What stands behind a guardrail's name on the wire: the closed list of <c>limited_by</c>.</summary>
internal static class RecommendationText
{
    public static string LimitedBy(CycleOutcome outcome, string variable)
    {
        var item = outcome.Move!.Items.First(i => i.Variable.Name == variable);
        string? clamp = outcome.Notes.FirstOrDefault(n => n.Text.Contains(variable, StringComparison.Ordinal))?.Guardrail;
        return clamp switch
        {
            "hard_limit" => "operator",
            "travel" => "rate",
            "move_size" => "per_move",
            "deadband" => "deadband",
            _ => Math.Abs(item.Target - item.From) > item.Variable.MaxMove * 1.0001 ? "per_move" : "none",
        };
    }
}
