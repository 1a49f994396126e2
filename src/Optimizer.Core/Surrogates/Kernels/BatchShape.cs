namespace Optimizer.Surrogates;

/// <summary>Argument checks every evaluator makes before it reads a batch.</summary>
internal static class BatchShape
{
    public static void Check(TreeEnsemble ensemble, ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores) =>
        Check(ensemble.FeatureCount, 1, columns, stride, rows, scores, Math.Max(rows, 0));

    public static void Check(int features, int ensembles, ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores, int scoreStride)
    {
        if (rows < 0)
        {
            throw new ArgumentException($"Found {rows} rows, expected 0 or more.", nameof(rows));
        }

        if (stride < rows)
        {
            throw new ArgumentException($"Found a stride of {stride}, expected at least the {rows} rows.", nameof(stride));
        }

        long needed = rows == 0 || features == 0 ? 0 : ((long)(features - 1) * stride) + rows;
        if (columns.Length < needed)
        {
            throw new ArgumentException(
                $"Found {columns.Length} values, expected at least {needed} for {features} features of {rows} rows at stride {stride}.",
                nameof(columns));
        }

        if (scoreStride < rows)
        {
            throw new ArgumentException($"Found a stride of {scoreStride} between scores, expected at least the {rows} rows.", nameof(scoreStride));
        }

        long room = rows == 0 || ensembles == 0 ? 0 : ((long)(ensembles - 1) * scoreStride) + rows;
        if (scores.Length < room)
        {
            throw new ArgumentException($"Found room for {scores.Length} scores, expected at least {room}.", nameof(scores));
        }
    }
}
