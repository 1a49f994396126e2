using Optimizer.Edge.Site;
using Optimizer.Objectives;

namespace Optimizer.Edge.Recorded;

/// <summary>Which controlled variables a decision rests on: those that the objective or a constraint uses, also by way of quantities.</summary>
internal static class NeededResults
{
    public static IReadOnlySet<string> Of(OperatingProblem problem)
    {
        var quantities = problem.Quantities.ToDictionary(q => q.Name, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([problem.Objective.Quantity, .. problem.Constraints.Select(c => c.Subject)]);
        while (open.TryPop(out string? name))
        {
            if (!seen.Add(name))
            {
                continue;
            }

            // The share in specification is a number made of constraints, and those are all visited anyway.
            foreach (string used in quantities.TryGetValue(name, out var quantity) ? FormulaCompiler.NamesIn(quantity.Text) : [])
            {
                open.Push(used);
            }
        }

        seen.IntersectWith(problem.Unit.ControlledVariables.Select(c => c.Name));
        return seen;
    }
}
