using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.Guardrails;
using Optimizer.Learning;
using Optimizer.Plant;

namespace Optimizer.Edge.Recorded;

/// <summary>Every setpoint of a decision, moved or not, and what holds it back.</summary>
internal static class AdvisedSetpoints
{
    public static IReadOnlyList<AdvisedSetpoint> Of(CycleOutcome outcome, LineSnapshot snapshot, LineDefinition line, IReadOnlyList<Excitation> excitation)
    {
        var moves = outcome.Kind == DecisionKind.Held ? [] : outcome.Move!.Items;
        return [.. line.Unit.ManipulatedVariables.Select((v, i) =>
        {
            double from = snapshot.Setpoints[i] ?? double.NaN, target = outcome.Target?.Setpoints[i] ?? from;
            double to = moves.FirstOrDefault(m => m.Variable.Name == v.Name)?.To ?? from;
            string? limit = excitation[i].Verdict
                ?? Clamp(v, outcome.Notes)
                ?? (to.Equals(from) ? Rests(v, target - from, moves.Count, outcome, line.Guardrails) : Step(v, to - from));
            return new AdvisedSetpoint(v.Name, from, to, target, v.EngineeringUnit, limit);
        })];
    }

    private static string? Clamp(ManipulatedVariable variable, IReadOnlyList<GuardrailNote> notes) =>
        notes.SelectMany(n => n.Text.Split("; ").Select(t => (n.Guardrail, Text: t)))
            .Where(n => n.Text.Split(' ').Contains(variable.Name)).Select(n => $"{n.Guardrail}: {n.Text}").LastOrDefault();

    private static string? Step(ManipulatedVariable variable, double change) =>
        Math.Abs(change) >= variable.MaxMove * (1 - 1e-9) ? FormattableString.Invariant($"largest move {variable.MaxMove:G4} {variable.EngineeringUnit}") : null;

    private static string? Rests(ManipulatedVariable variable, double wanted, int moved, CycleOutcome outcome, GuardrailLimits limits) =>
        Math.Abs(wanted) < variable.Deadband ? null
        : outcome.Kind == DecisionKind.Held ? "the decision holds"
        : moved >= limits.MovedAtOnce ? $"at most {limits.MovedAtOnce} move at once"
        : "its step does not pay with confidence yet";
}
