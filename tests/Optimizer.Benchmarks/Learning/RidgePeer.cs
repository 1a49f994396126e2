using MathNet.Numerics.LinearAlgebra;

namespace Optimizer.Benchmarks.Learning;

/// <summary>Ridge regression on standardised features; the shrinkage is the one that did best on the last quarter of the rows that teach.</summary>
internal static class RidgePeer
{
    private static readonly double[] Shrinkages = [0.1, 1, 10, 100, 1000];

    public static double[] Predict(PeerRows rows)
    {
        var (mean, weights) = Fit(rows.Features, rows.Targets, rows.Start);
        return [.. rows.Features.Skip(rows.Start).Select(f => mean + Dot(f, weights))];
    }

    /// <summary>Intercept and coefficient per feature, in their own units.</summary>
    public static (double Intercept, double[] Coefficients) Fit(double[][] features, double[] targets, int start)
    {
        int middle = Math.Max(2, (int)(0.75 * start));
        double best = Shrinkages.MinBy(s =>
        {
            var (intercept, weights) = Fit(features, targets, middle, s);
            return Enumerable.Range(middle, start - middle).Sum(n => Math.Pow(targets[n] - intercept - Dot(features[n], weights), 2));
        });
        return Fit(features, targets, start, best);
    }

    private static (double Intercept, double[] Coefficients) Fit(double[][] features, double[] targets, int start, double shrinkage)
    {
        int width = features[0].Length;
        double[] center = new double[width], scale = new double[width];
        for (int i = 0; i < width; i++)
        {
            center[i] = features.Take(start).Average(f => f[i]);
            scale[i] = Math.Max(Math.Sqrt(features.Take(start).Average(f => (f[i] - center[i]) * (f[i] - center[i]))), 1e-12 + (1e-6 * Math.Abs(center[i])));
        }

        double mean = targets.Take(start).Average();
        var x = Matrix<double>.Build.Dense(start, width, (n, i) => (features[n][i] - center[i]) / scale[i]);
        var y = Vector<double>.Build.Dense(start, n => targets[n] - mean);
        var solution = (x.TransposeThisAndMultiply(x) + (shrinkage * Matrix<double>.Build.DenseIdentity(width))).Cholesky().Solve(x.TransposeThisAndMultiply(y));
        double[] weights = [.. solution.Select((w, i) => w / scale[i])];
        return (mean - Dot(center, weights), weights);
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, w) => x * w).Sum();
}
