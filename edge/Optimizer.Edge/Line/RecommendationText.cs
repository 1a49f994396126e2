using Optimizer.Cycle;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Line;

/// <summary>A recommendation as people and other systems read it.</summary>
internal static class RecommendationText
{
    public static RecommendationMessage Message(Recommendation recommendation, CycleOutcome outcome, LineLoop loop, string site)
    {
        var evidence = outcome.Move!.Evidence;
        var stay = outcome.Stay!;
        return new RecommendationMessage(
            recommendation.Id, loop.Line.Unit.Name, recommendation.CreatedAt, recommendation.ValidUntil, loop.Mode.Mode, ModelNews.Reference(loop.Surrogates, site),
            new RecommendationBasis(outcome.At - loop.Line.Settings.Retention, outcome.At, Steady: true, InDomain: evidence.ModelDistance <= 0),
            [.. outcome.Move.Items.Select(i => new RecommendedMove(i.Variable.Name, i.From, i.To, i.Variable.EngineeringUnit, i.Target, LimitedBy(outcome, i.Variable.Name)))],
            new PredictedBenefit(evidence.Benefit, evidence.BenefitDeviation, evidence.BenefitUnit,
                [.. outcome.Step!.Controlled.Select((c, k) => new PredictedVariable(c.Variable, stay.Controlled[k].Mean, c.Mean, c.Low, c.High))]),
            loop.Mode.Mode == OperatingMode.Supervised)
        {
            Supersedes = recommendation.Supersedes,
            Reasons = [outcome.Sentence],
        };
    }

    // What stands behind a guardrail's name on the wire: the closed list of limited_by.
    private static string LimitedBy(CycleOutcome outcome, string variable)
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
