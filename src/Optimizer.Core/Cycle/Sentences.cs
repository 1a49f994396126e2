using System.Globalization;
using Optimizer.Alignment;
using Optimizer.Guardrails;
using Optimizer.Objectives;
using Optimizer.Search;
using Optimizer.Setpoints;

namespace Optimizer.Cycle;

/// <summary>Decisions in one sentence, from the optimizer's own numbers.</summary>
internal static class Sentences
{
    public static IReadOnlyList<string> Transients(IReadOnlyList<Steadiness> steadiness) =>
        [.. steadiness.Where(s => !s.IsSteady).Select(s => Text($"{s.Tag} has R {s.Ratio:F2}, steady below {SteadyStateDetector.SteadyBelow:F1}"))];

    public static string NothingBetter(Assessment stay, OperatingProblem problem)
    {
        string value = Text($"{problem.Objective.Name} stands at {stay.Objective:G4} {problem.Objective.EngineeringUnit}");
        return stay.IsFeasible
            ? $"no reachable setpoints are better with confidence, {value}"
            : $"{Worst(stay)} and no reachable setpoints reduce the breach, {value}";
    }

    public static string NoStep(SearchResult found, OperatingProblem problem, int movable, int variables)
    {
        double gain = found.Stay.Cost - found.Target.Cost;
        return movable == 0
            ? Text($"all {variables} variables rest after their last move; the target promises {gain:G3} {problem.Objective.EngineeringUnit}")
            : Text($"no single step pays with confidence; the target promises {gain:G3} {problem.Objective.EngineeringUnit} with a standard error of {found.Target.CostDeviation:G3}");
    }

    public static string Move(ProposedMove move, Assessment stay, Assessment step, Certificate? certificate, string? whyNotWritten)
    {
        string changes = string.Join(", ", move.Items.Select(i => Text($"{i.Variable.Name} {i.From:G5} -> {i.To:G5} {i.Variable.EngineeringUnit}")));
        string benefit = Text($"expected benefit {move.Evidence.Benefit:G3} +- {move.Evidence.BenefitDeviation:G2} {move.Evidence.BenefitUnit}");
        string share = Text($"in specification {stay.ShareInSpecification:P1} -> {step.ShareInSpecification:P1}");
        string tightest = step.Margins.Count == 0 ? "" : "; tightest: " + Tightest(step);
        string proof = certificate?.Gap is { } gap ? Text($"; nothing in reach beats its target by more than {gap:G2} {move.Evidence.BenefitUnit}") : "";
        return $"{changes}: {benefit}; {share}{tightest}{proof}{(whyNotWritten is null ? "" : "; " + whyNotWritten)}";
    }

    public static string Agreed(Approval approval, IReadOnlyList<GuardrailNote> notes) =>
        $"{approval.By.User} {(approval.Modified ? "modified" : "accepted")}{(notes.Count == 0 ? "" : $" ({string.Join("; ", notes.Select(n => n.Text))})")}: ";

    public static string Closed(MoveItem item, DateTimeOffset now) =>
        Text($"{(item.Change > 0 ? "raising" : "lowering")} {item.Variable.Name} is closed until {now + DirectionLockGuardrail.Lock:yyyy-MM-dd HH:mm}");

    private static string Worst(Assessment stay)
    {
        var worst = stay.Margins.MinBy(m => m.Distance);
        return Text($"{worst.Constraint} is at {worst.Value:G4} with a limit of {worst.Limit:G4} ({-worst.Distance:F1} sigma short of its margin)");
    }

    private static string Tightest(Assessment step)
    {
        var margin = step.Margins.MinBy(m => m.Distance);
        return Text($"{margin.Constraint} {margin.Value:G4} of {margin.Limit:G4}");
    }

    private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
