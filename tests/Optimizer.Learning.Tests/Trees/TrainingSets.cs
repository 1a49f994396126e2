namespace Optimizer.Learning.Tests.Trees;

internal static class TrainingSets
{
    /// <summary>A smooth nonlinear target with noise; some features are coarse, so that rows tie with each other.</summary>
    public static TreeTrainingSet Noisy(int rows, int features, int seed, bool weighted = false)
    {
        var random = new Random(seed);
        var x = new float[rows][];
        var y = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            x[row] = new float[features];
            for (int feature = 0; feature < features; feature++)
            {
                double value = (random.NextDouble() * 10) - 5;
                x[row][feature] = (float)(feature % 3 == 2 ? Math.Round(value) : value);
            }

            y[row] = (float)(Math.Sin(x[row][0]) + (0.3 * x[row][1 % features] * x[row][2 % features]) + random.NextDouble());
        }

        float[]? weights = weighted ? [.. x.Select(_ => (float)random.NextDouble() + 0.1f)] : null;
        return new TreeTrainingSet(x, y, weights);
    }
}
