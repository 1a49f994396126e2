using Optimizer.Objectives;
using Optimizer.Plant;

namespace Optimizer.Search;

/// <summary>
/// The next step of a walk to the target: few variables, each by its move limit at most, chosen for what they bring now.
/// Greedy: add the variable that lowers cost plus uncertainty plus violation most, until no other does.
/// </summary>
public static class MoveSelection
{
    /// <param name="movable">Variables that may move in this cycle (dwell over, in remote, not locked).</param>
    /// <param name="atOnce">Most variables in one move.</param>
    /// <returns>The step, assessed; the stay assessment when no step is better.</returns>
    public static Assessment Choose(
        CandidateAssessor assessor, Assessment target, IReadOnlyList<ManipulatedVariable> variables, IReadOnlyList<bool> movable, int atOnce, double caution)
    {
        var stay = assessor.Stay;
        double violationPrice = Math.Max(Math.Abs(stay.Cost), 1e-6);
        double[] chosen = stay.Setpoints;
        double best = Weigh(assessor, [chosen], caution, violationPrice)[0];
        var open = Enumerable.Range(0, variables.Count).Where(i => movable[i]).ToList();
        for (int n = 0; n < atOnce && open.Count > 0; n++)
        {
            double[][] options = [.. open.Select(i => Stepped(chosen, i, target, variables[i]))];
            double[] weights = Weigh(assessor, options, caution, violationPrice);
            int pick = Array.IndexOf(weights, weights.Min());
            if (weights[pick] >= best)
            {
                break;
            }

            (best, chosen) = (weights[pick], options[pick]);
            open.RemoveAt(pick);
        }

        if (ReferenceEquals(chosen, stay.Setpoints))
        {
            return stay;
        }

        var step = assessor.Assess([chosen])[0];
        return step.Violation <= 0 || step.Violation < stay.Violation ? step : stay;
    }

    private static double[] Stepped(double[] from, int variable, Assessment target, ManipulatedVariable limits)
    {
        var stepped = (double[])from.Clone();
        double wanted = target.Setpoints[variable] - from[variable];
        // A step below the deadband would be dropped later and its benefit with it.
        stepped[variable] = Math.Abs(wanted) < limits.Deadband ? from[variable] : from[variable] + Math.Clamp(wanted, -limits.MaxMove, limits.MaxMove);
        return stepped;
    }

    private static double[] Weigh(CandidateAssessor assessor, double[][] options, double caution, double violationPrice)
    {
        var weights = new double[options.Length];
        assessor.Weigh(options, caution, violationPrice, weights);
        return weights;
    }
}
