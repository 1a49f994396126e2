using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>
/// Judges what a history teaches: surrogates trained on its first three quarters predict the rest, each result from what was
/// known when its sample was taken, beside rules that learn nothing.
/// </summary>
public sealed class BackTest(ProcessUnit unit, ISurrogateTrainer trainer, LearningOptions options)
{
    private const int FewestJudged = 10;

    // Errors are estimates themselves: on a hundred results a tenth is within chance.
    private const double Tolerance = 1.1;

    /// <summary>Share of the operator range that a setpoint must have moved by: below it, what it did is lost in noise and drift.</summary>
    public const double LeastMoved = 0.005;

    /// <param name="sets">One per controlled variable, in the unit's order.</param>
    /// <param name="reference">Latest inputs.</param>
    /// <param name="final">Surrogates trained on everything: their gains and objections are reported.</param>
    public IReadOnlyList<TargetReport> Run(IReadOnlyList<TrainingSet> sets, double[] reference, SurrogateSet final)
    {
        int[] starts = [.. sets.Select(s => (int)(s.Rows.Count * (1 - options.LaterShare)))];
        var earlier = trainer.Train([.. sets.Select((s, k) => s with { Rows = [.. s.Rows.Take(starts[k])] })], reference, 0, final.TrainedAt);
        return [.. sets.Select((s, k) => Judge(k, s, starts[k], earlier, final.Surrogates[k]))];
    }

    /// <summary>How far each manipulated variable moved in the rows of the first set.</summary>
    public IReadOnlyList<Excitation> Excitations(TrainingSet set) => [.. unit.ManipulatedVariables.Select((m, i) =>
    {
        double mean = set.Rows.Average(r => r.Inputs[i]);
        double moved = Math.Sqrt(set.Rows.Average(r => (r.Inputs[i] - mean) * (r.Inputs[i] - mean))) / (m.OperatorHigh - m.OperatorLow);
        return new Excitation(m.Name, moved, moved >= LeastMoved ? null
            : FormattableString.Invariant($"{m.Name} has moved {moved:P1} of its range: no gain can be learned, the declared one is used"));
    })];

    private TargetReport Judge(int k, TrainingSet set, int start, SurrogateSet earlier, Surrogate final)
    {
        var variable = unit.ControlledVariables[k];
        var rows = set.Rows;
        int judged = rows.Count - start, inside = 0;
        double squares = 0, mean = rows.Take(start).Average(r => r.Target);
        double[] ridge = RidgeBaseline.Predict(rows, start);
        double meanSquares = 0, lastSquares = 0, ridgeSquares = 0, laterMean = rows.Skip(start).Average(r => r.Target), spread = 0;
        var follower = new LevelFollower(earlier.Surrogates[k]);
        var points = new List<JudgedPoint>(judged);
        int known = -1;
        for (int n = 0; n < rows.Count; n++)
        {
            var row = rows[n];
            var forecast = follower.Take(row);
            if (n < start)
            {
                continue;
            }

            while (known + 1 < n && rows[known + 1].KnownAt <= row.SampledAt)
            {
                known++;
            }

            double target = variable.Transform(row.Target);
            inside += Math.Abs(target - forecast.Mean) <= forecast.Reach ? 1 : 0;
            double predicted = variable.Restore(forecast.Mean);
            points.Add(new JudgedPoint(row.SampledAt, row.Target, predicted, variable.Restore(forecast.Mean - forecast.Reach), variable.Restore(forecast.Mean + forecast.Reach)));
            squares += Square(row.Target - predicted);
            meanSquares += Square(row.Target - mean);
            lastSquares += Square(row.Target - (known >= 0 ? rows[known].Target : mean));
            ridgeSquares += Square(row.Target - ridge[n - start]);
            spread += Square(row.Target - laterMean);
        }

        double Rmse(double sum) => Math.Sqrt(sum / judged);
        var baselines = new Baselines(Rmse(meanSquares), Rmse(lastSquares), Rmse(ridgeSquares));
        return new TargetReport
        {
            Cv = variable.Name,
            EngineeringUnit = unit.Tag(variable.Tag).EngineeringUnit,
            Rows = rows.Count,
            Excluded = final.Card.Excluded,
            Judged = judged,
            Rmse = Rmse(squares),
            R2 = 1 - (squares / Math.Max(spread, 1e-300)),
            Baselines = baselines,
            Coverage90 = (double)inside / judged,
            Gains = final.Card.Gains,
            Points = points,
            Reason = final.Card.Unusable ?? Objection(judged, Rmse(squares), baselines),
        };
    }

    private static string? Objection(int judged, double rmse, Baselines baselines)
    {
        if (judged < FewestJudged)
        {
            return $"only {judged} later results to judge by, expected {FewestJudged}";
        }

        double best = Math.Min(baselines.Mean, baselines.LastValue);
        return rmse > Tolerance * best ? FormattableString.Invariant($"its error {rmse:G3} is more than a tenth above {best:G3}, which {(best.Equals(baselines.Mean) ? "the mean" : "the last value")} reaches without learning") : null;
    }

    private static double Square(double x) => x * x;
}
