using Optimizer.Cycle;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Recorded;

/// <summary>What a decision predicts for the next results and for the objective, with 90 % intervals.</summary>
internal static class Forecast
{
    public static IReadOnlyList<PredictedResult> Results(CycleOutcome outcome, CycleInput input)
    {
        var next = Next(outcome);
        var problem = input.Line.Problem;
        return [.. input.Surrogates!.Surrogates.Select((s, k) =>
        {
            var (mean, reach) = Result(s, input.Levels[k], next.Controlled[k]);
            var v = s.Variable;
            return new PredictedResult(
                v.Name, problem.Unit.Tag(v.Tag).EngineeringUnit, outcome.Stay!.Controlled[k].Mean, next.Controlled[k].Mean,
                v.Restore(mean - reach), v.Restore(mean + reach), [.. problem.Constraints.Where(c => c.Subject == v.Name).Select(Limit)]);
        })];
    }

    public static PredictedObjective Objective(CycleOutcome outcome, Objective objective)
    {
        var next = Next(outcome);
        var (low, high) = next.ObjectiveInterval;
        return new PredictedObjective(objective.Name, objective.EngineeringUnit, outcome.Stay!.Objective, next.Objective, low, high);
    }

    // What was rejected does not happen.
    private static Assessment Next(CycleOutcome outcome) => outcome.Kind == DecisionKind.Held ? outcome.Stay! : outcome.Step!;

    // One result scatters around the mean that the assessment has the interval of; both on the learning scale.
    private static (double Mean, double Reach) Result(Surrogate surrogate, LevelState level, ControlledPrediction mean)
    {
        ControlledVariable v = surrogate.Variable;
        double center = v.Transform(mean.Mean), half = v.Transform(mean.High) - center;
        double scatter = IntervalCalibration.Sigmas90 * level.Calibration * surrogate.Scatter;
        return (center, Math.Sqrt((half * half) + (scatter * scatter)));
    }

    private static ResultLimit Limit(Constraint c) => new(c.Name, c.IsLowerLimit ? c.Limit : null, c.IsLowerLimit ? null : c.Limit);
}
