using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>
/// What later rows say of fits made without them: how fast the level should follow, what trees and fast signals are worth, and
/// how far errors reach.
/// </summary>
/// <param name="Memory">Time constant of the level that foretold later rows best.</param>
/// <param name="TreeWeight">Share of the residual trees to use; 0: they did not help.</param>
/// <param name="TreeSkill">Share of the squared error that they removed.</param>
/// <param name="Sensor">Null: fast signals did not help.</param>
/// <param name="Correlation">Lag-one correlation of what is left after level, trees and signals, [0, 0.9]: news that repeats itself tells less of the level.</param>
/// <param name="Scores">Absolute errors over their uncalibrated standard deviation, as operation would have met them, oldest first.</param>
/// <param name="Rmse">Root mean square error on the learning scale.</param>
/// <param name="LastValueRmse">The same for the latest result known when each sample was taken.</param>
/// <param name="Coverage90">Share inside the calibrated 90 % interval stated before.</param>
internal sealed record ForwardTrial(
    TimeSpan Memory, double TreeWeight, double TreeSkill, SoftSensor? Sensor, double Correlation, IReadOnlyList<double> Scores, double Rmse, double LastValueRmse, double Coverage90)
{
    // A faster level must foretell clearly better than the declared one: in closed loop setpoints move on, and a level that chases noise moves them.
    private const double MemoryAdvantage = 0.9;

    // From so many the tenth that misses can be counted.
    private const int FewestScores = 60;

    private static readonly double[] Factors = [0.03125, 0.0625, 0.125, 0.25, 0.5];

    public static ForwardTrial Run(ControlledVariable variable, IReadOnlyList<ForwardFold> folds, double[] targets, LearningOptions options)
    {
        if (folds.Sum(f => f.End - f.Start) < 10)
        {
            return new ForwardTrial(variable.BiasTime, 0, 0, null, 0, [], double.NaN, double.NaN, double.NaN);
        }

        var (memory, weight, skill) = Choose(variable, folds, options);
        double[][] left = [.. folds.Select(f => Filtered(f, memory, weight))];
        var sensor = SoftSensorFit.Fit(variable, folds, left, memory);
        return Judge(variable, folds, targets, memory, weight, skill, sensor, LagOne(left));
    }

    // Memory and trees are chosen together: a level that follows fast takes over what trees would explain, and the other way round.
    private static (TimeSpan Memory, double Weight, double Skill) Choose(ControlledVariable variable, IReadOnlyList<ForwardFold> folds, LearningOptions options)
    {
        // The newest fold knows most: trees that fail there are not worth training for the others.
        ForwardFold[] newest = [folds[^1]];
        var (memory, _, _) = Best(variable, folds, false);
        double skill = Skill(Best(variable, newest, false).Error, Best(variable, newest, true).Error);
        if (skill < options.MinimumTreeSkill)
        {
            return (memory, 0, skill);
        }

        var with = Best(variable, folds, true);
        skill = Skill(Best(variable, folds, false).Error, with.Error);
        return skill < options.MinimumTreeSkill ? (memory, 0, skill) : (with.Memory, with.Weight, skill);
    }

    private static double Skill(double before, double after) => before > 0 ? 1 - (after / before) : 0;

    private static (TimeSpan Memory, double Weight, double Error) Best(ControlledVariable variable, IReadOnlyList<ForwardFold> folds, bool withTrees)
    {
        var declared = Error(variable.BiasTime, folds, withTrees);
        var best = declared;
        foreach (double factor in Factors)
        {
            var other = Error(variable.BiasTime * factor, folds, withTrees);
            best = other.Error < Math.Min(best.Error, MemoryAdvantage * declared.Error) ? other : best;
        }

        return best;
    }

    // Squared errors that operation would have met on the judged rows, gross ones cut.
    private static (TimeSpan Memory, double Weight, double Error) Error(TimeSpan memory, IReadOnlyList<ForwardFold> folds, bool withTrees)
    {
        double product = 0, square = 0, total = 0;
        foreach (var fold in folds)
        {
            double cut = 4 * fold.Fit.Noise;
            double[] errors = [.. Filtered(fold, memory, 0).Select(e => Math.Clamp(e, -cut, cut))];
            double[] scores = withTrees ? LevelFilter.Innovations(fold.Window, fold.TreeScores, memory)[fold.Warm..] : new double[errors.Length];
            for (int n = 0; n < errors.Length; n++)
            {
                product += errors[n] * scores[n];
                square += scores[n] * scores[n];
                total += errors[n] * errors[n];
            }
        }

        double weight = square > 0 ? Math.Clamp(product / square, 0, 1) : 0;
        return (memory, weight, total - (2 * weight * product) + (weight * weight * square));
    }

    // What operation would have been wrong by on the judged rows, without signals.
    private static double[] Filtered(ForwardFold fold, TimeSpan memory, double weight)
    {
        double[] values = weight > 0 ? [.. fold.Innovations.Zip(fold.TreeScores, (e, t) => e - (weight * t))] : fold.Innovations;
        return LevelFilter.Innovations(fold.Window, values, memory)[fold.Warm..];
    }

    private static double LagOne(double[][] left)
    {
        double product = left.Sum(z => z.Skip(1).Zip(z, (now, before) => now * before).Sum()), square = left.Sum(z => z.Sum(v => v * v));
        return square > 0 ? Math.Clamp(product / square, 0, 0.9) : 0;
    }

    private static ForwardTrial Judge(
        ControlledVariable variable, IReadOnlyList<ForwardFold> folds, double[] targets, TimeSpan memory, double weight, double skill, SoftSensor? sensor, double correlation)
    {
        var scores = new List<double>();
        double squares = 0, last = 0;
        int lastCount = 0;
        foreach (var fold in folds)
        {
            var follower = new LevelFollower(Parts(variable, fold, memory, weight, sensor, correlation));
            int known = fold.First;
            for (int n = fold.First; n < fold.End; n++)
            {
                var row = fold.Rows[n];
                var forecast = follower.Take(row);
                if (n < fold.Start)
                {
                    continue;
                }

                while (known + 1 < n && fold.Rows[known + 1].KnownAt <= row.SampledAt)
                {
                    known++;
                }

                double error = targets[n] - forecast.Mean;
                scores.Add(Math.Abs(error) / forecast.Deviation);
                squares += error * error;
                if (fold.Rows[known].KnownAt <= row.SampledAt)
                {
                    last += (targets[n] - targets[known]) * (targets[n] - targets[known]);
                    lastCount++;
                }
            }
        }

        var calibration = new IntervalCalibration([]);
        int inside = scores.Count(calibration.Add);
        return new ForwardTrial(
            memory, weight, skill, sensor, correlation, [.. scores.Skip(Young(folds)).TakeLast(IntervalCalibration.Memory)], Math.Sqrt(squares / scores.Count),
            lastCount > 0 ? Math.Sqrt(last / lastCount) : double.NaN, (double)inside / scores.Count);
    }

    // The first fold knows least and errs most: it says how far the finished surrogate errs only where later folds are too short to.
    private static int Young(IReadOnlyList<ForwardFold> folds) => folds.Skip(1).Sum(f => f.End - f.Start) >= FewestScores ? folds[0].End - folds[0].Start : 0;

    // What of a surrogate its level follower looks at.
    private static Surrogate Parts(ControlledVariable variable, ForwardFold fold, TimeSpan memory, double weight, SoftSensor? sensor, double correlation) => new()
    {
        Variable = variable,
        Backbone = fold.Fit.Backbone,
        Bags = weight > 0 && fold.Trees.Value is { } trees ? [trees] : [],
        ResidualWeight = weight,
        SoftSensor = sensor,
        BiasMemory = memory,
        LearnedUntil = DateTimeOffset.MaxValue,
        Scatter = fold.Fit.Noise,
        ProcessScatter = fold.Fit.Noise,
        Correlation = correlation,
        Scores = [],
        Calibration = 1,
        Envelope = [],
        Card = SurrogateCard.Empty,
    };
}
