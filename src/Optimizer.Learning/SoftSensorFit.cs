using MathNet.Numerics.LinearAlgebra;
using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>
/// Learns what fast signals foretell of a slow result: ridge regression of out-of-time innovations (results less backbone and
/// level as known when the sample was taken) on how far each signal, less what inputs explain of it, has moved since.
/// Judged forward: every fold's weights come from the folds before it. Kept only when it removes a fair share of the error.
/// </summary>
internal static class SoftSensorFit
{
    /// <summary>Share of the squared error news must remove to be used.</summary>
    private const double LeastSkill = 0.05;

    // Of the mean error removed, in its own standard errors (Diebold and Mariano, 1995): luck on few results looks like skill.
    private const double LeastSignificance = 2;

    // Prior standard deviation of one signal's effect as a share of the innovations' own.
    private const double PriorShare = 0.3;
    private const double Reach = 4;

    // A signal missing more often than this is no news.
    private const double FewestPresent = 0.5;

    /// <param name="left">Innovations of each fold's judged rows.</param>
    public static SoftSensor? Fit(ControlledVariable variable, IReadOnlyList<ForwardFold> folds, double[][] left, TimeSpan memory)
    {
        if (variable.Signals.Count == 0 || folds.Count < 2)
        {
            return null;
        }

        var all = folds[0].Rows;
        var used = Enumerable.Range(0, variable.Signals.Count)
            .Where(j => all.Count(r => double.IsFinite(r.Signals[j])) >= FewestPresent * all.Count).ToArray();
        if (used.Length == 0)
        {
            return null;
        }

        double[][][] moved = [.. folds.Select(f => Moved(f, Explain([.. f.Rows.Take(f.Start)], variable.Signals.Count), variable.Signals.Count, memory))];
        double before = 0, after = 0;
        var removed = new List<double>();
        for (int k = 1; k < folds.Count; k++)
        {
            double[] scales = Scales(moved.Take(k), variable.Signals.Count);
            double[] weights = Ridge(moved.Take(k), left.Take(k), scales, used);
            for (int n = 0; n < left[k].Length; n++)
            {
                double news = Dot(weights, moved[k][n], scales);
                before += Square(left[k][n]);
                after += Square(left[k][n] - news);
                removed.Add(Square(left[k][n]) - Square(left[k][n] - news));
            }
        }

        double skill = before > 0 ? 1 - (after / before) : 0;
        if (skill < LeastSkill || MeanOverError(removed) < LeastSignificance)
        {
            return null;
        }

        double[] reaches = Scales(moved, variable.Signals.Count);
        var (intercepts, slopes) = Explain(all, variable.Signals.Count);
        return new SoftSensor(
            [.. variable.Signals.Select(s => s.Name)], intercepts, slopes, Ridge(moved, left, reaches, used), [.. reaches.Select(s => Reach * s)], Math.Min(skill, 0.9));
    }

    // Linear regression of each signal on the inputs: what setpoints and known disturbances do to it is no news.
    private static (double[] Intercepts, double[][] Slopes) Explain(IReadOnlyList<TrainingRow> rows, int signals)
    {
        int width = rows[0].Inputs.Length;
        var intercepts = new double[signals];
        var slopes = new double[signals][];
        for (int j = 0; j < signals; j++)
        {
            TrainingRow[] present = [.. rows.Where(r => double.IsFinite(r.Signals[j]))];
            slopes[j] = new double[width];
            if (present.Length <= 2 * width)
            {
                continue;
            }

            double[] center = [.. Enumerable.Range(0, width).Select(i => present.Average(r => r.Inputs[i]))];
            double[] scale = [.. Enumerable.Range(0, width).Select(i => Math.Max(Math.Sqrt(present.Average(r => Square(r.Inputs[i] - center[i]))), 1e-9 + (1e-6 * Math.Abs(center[i]))))];
            double mean = present.Average(r => r.Signals[j]);
            var x = Matrix<double>.Build.Dense(present.Length, width, (n, i) => (present[n].Inputs[i] - center[i]) / scale[i]);
            var y = Vector<double>.Build.Dense(present.Length, n => present[n].Signals[j] - mean);
            var solved = (x.TransposeThisAndMultiply(x) + Matrix<double>.Build.DenseIdentity(width)).Cholesky().Solve(x.TransposeThisAndMultiply(y));
            intercepts[j] = mean;
            for (int i = 0; i < width; i++)
            {
                slopes[j][i] = solved[i] / scale[i];
                intercepts[j] -= slopes[j][i] * center[i];
            }
        }

        return (intercepts, slopes);
    }

    // Per judged row: how far each signal stood from its faded mean at the results known then.
    private static double[][] Moved(ForwardFold fold, (double[] Intercepts, double[][] Slopes) explained, int signals, TimeSpan memory)
    {
        var sensor = new SoftSensor([], explained.Intercepts, explained.Slopes, new double[signals], [], 0);
        double[][] unexplained = [.. fold.Window.Select(r => sensor.Unexplained(r.Inputs, r.Signals))];
        double[][] filtered = [.. Enumerable.Range(0, signals).Select(j => LevelFilter.Innovations(fold.Window, [.. unexplained.Select(u => u[j])], memory))];
        return [.. Enumerable.Range(fold.Warm, fold.End - fold.Start).Select(n => Enumerable.Range(0, signals).Select(j => filtered[j][n]).ToArray())];
    }

    private static double[] Scales(IEnumerable<double[][]> moved, int signals)
    {
        double[][] rows = [.. moved.SelectMany(m => m)];
        return [.. Enumerable.Range(0, signals).Select(j =>
        {
            double[] present = [.. rows.Select(r => r[j]).Where(double.IsFinite)];
            return present.Length == 0 ? 1 : Math.Max(1e-9, Math.Sqrt(present.Average(Square)));
        })];
    }

    private static double[] Ridge(IEnumerable<double[][]> moved, IEnumerable<double[]> left, double[] scales, int[] used)
    {
        double[][] rows = [.. moved.SelectMany(m => m)];
        double[] errors = [.. left.SelectMany(e => e)];
        double spread = Math.Max(1e-12, Math.Sqrt(errors.Average(Square)));
        var x = Matrix<double>.Build.Dense(rows.Length, used.Length, (n, j) => Bounded(rows[n][used[j]] / scales[used[j]]));
        var y = Vector<double>.Build.Dense(rows.Length, n => Math.Clamp(errors[n], -Reach * spread, Reach * spread));
        var solved = (x.TransposeThisAndMultiply(x) + (Matrix<double>.Build.DenseIdentity(used.Length) / Square(PriorShare))).Cholesky().Solve(x.TransposeThisAndMultiply(y));
        var weights = new double[scales.Length];
        for (int j = 0; j < used.Length; j++)
        {
            weights[used[j]] = solved[j] / scales[used[j]];
        }

        return weights;
    }

    private static double Dot(double[] weights, double[] moved, double[] scales)
    {
        double sum = 0;
        for (int j = 0; j < weights.Length; j++)
        {
            sum += weights[j] * scales[j] * Bounded(moved[j] / scales[j]);
        }

        return sum;
    }

    private static double MeanOverError(List<double> values)
    {
        double mean = values.Average(), variance = values.Average(v => Square(v - mean));
        return variance > 0 ? mean / Math.Sqrt(variance / values.Count) : 0;
    }

    private static double Bounded(double x) => double.IsFinite(x) ? Math.Clamp(x, -Reach, Reach) : 0;

    private static double Square(double x) => x * x;
}
