using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Recorded;

/// <summary>What setpoints mean for the next results and for the objective, with 90 % intervals.</summary>
internal static class Forecast
{
    /// <param name="stay">The setpoints of now.</param>
    /// <param name="next">Those asked about.</param>
    public static IReadOnlyList<PredictedResult> Results(Assessment stay, Assessment next, LearnedLine line)
    {
        var problem = line.Problem;
        return [.. line.Surrogates.Surrogates.Select((s, k) =>
        {
            var (mean, reach) = Result(s, line.Levels[k], next.Controlled[k]);
            var v = s.Variable;
            return new PredictedResult(
                v.Name, problem.Unit.Tag(v.Tag).EngineeringUnit, stay.Controlled[k].Mean, next.Controlled[k].Mean,
                v.Restore(mean - reach), v.Restore(mean + reach), [.. problem.Constraints.Where(c => c.Subject == v.Name).Select(Limit)]);
        })];
    }

    public static PredictedObjective Objective(Assessment stay, Assessment next, Objective objective)
    {
        var (low, high) = next.ObjectiveInterval;
        return new PredictedObjective(objective.Name, objective.EngineeringUnit, stay.Objective, next.Objective, low, high);
    }

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
