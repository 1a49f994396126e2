using MathNet.Numerics.LinearAlgebra;
using Optimizer.Alignment;

namespace Optimizer.Learning;

/// <summary>Ridge regression of the target on standardised inputs; the shrinkage is the one that did best on the last quarter of the earlier rows.</summary>
internal static class RidgeBaseline
{
    private static readonly double[] Shrinkages = [0.1, 1, 10, 100, 1000];

    /// <returns>Predictions of the rows from <paramref name="start"/> on.</returns>
    public static double[] Predict(IReadOnlyList<TrainingRow> rows, int start)
    {
        int middle = Math.Max(2, (int)(0.75 * start));
        double best = Shrinkages.MinBy(s => Fit(rows, middle, s).Zip(rows.Skip(middle).Take(start - middle), (p, r) => (p - r.Target) * (p - r.Target)).Sum());
        return Fit(rows, start, best);
    }

    // Trains on the first rows, predicts the rest.
    private static double[] Fit(IReadOnlyList<TrainingRow> rows, int start, double shrinkage)
    {
        int width = rows[0].Inputs.Length;
        double[] center = new double[width], scale = new double[width];
        for (int i = 0; i < width; i++)
        {
            center[i] = rows.Take(start).Average(r => r.Inputs[i]);
            scale[i] = Math.Max(Math.Sqrt(rows.Take(start).Average(r => (r.Inputs[i] - center[i]) * (r.Inputs[i] - center[i]))), 1e-12 + (1e-6 * Math.Abs(center[i])));
        }

        double mean = rows.Take(start).Average(r => r.Target);
        var x = Matrix<double>.Build.Dense(rows.Count, width, (n, i) => (rows[n].Inputs[i] - center[i]) / scale[i]);
        var train = x.SubMatrix(0, start, 0, width);
        var y = Vector<double>.Build.Dense(start, n => rows[n].Target - mean);
        var weights = (train.TransposeThisAndMultiply(train) + (shrinkage * Matrix<double>.Build.DenseIdentity(width))).Cholesky().Solve(train.TransposeThisAndMultiply(y));
        return [.. Enumerable.Range(start, rows.Count - start).Select(n => mean + x.Row(n).DotProduct(weights))];
    }
}
