using Optimizer.Edge.Recorded;

namespace Optimizer.Edge.Commands;

/// <summary>Results and objective, now and as predicted, for a person at a terminal.</summary>
internal static class PredictionTable
{
    public static void Show(IReadOnlyList<PredictedResult> predicted, PredictedObjective objective)
    {
        Console.WriteLine($"{"prediction",-26}{"now",10}{"next",10}{"90 % from",10}{"to",10}  {"unit",-7} limit");
        foreach (var p in predicted)
        {
            string limits = string.Join(", ", p.Limits.Select(l => FormattableString.Invariant($"{(l.AtLeast is null ? "at most" : "at least")} {l.AtLeast ?? l.AtMost}")));
            Console.WriteLine(FormattableString.Invariant($"{p.Cv,-26}{p.Now,10:G4}{p.Next,10:G4}{p.Low,10:G4}{p.High,10:G4}  {p.Unit,-7} {limits}").TrimEnd());
        }

        Console.WriteLine(FormattableString.Invariant($"{"objective " + objective.Name,-26}{objective.Current,10:G4}{objective.Predicted,10:G4}{objective.Low,10:G4}{objective.High,10:G4}  {objective.Unit}"));
    }
}
