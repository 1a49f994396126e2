namespace Optimizer.Surrogates;

/// <summary>Argument checks every evaluator makes before it reads a batch.</summary>
internal static class BatchShape
{
    public static void Check(TreeEnsemble ensemble, ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores)
    {
        if (rows < 0)
        {
            throw new ArgumentException($"Found {rows} rows, expected 0 or more.", nameof(rows));
        }

        if (stride < rows)
        {
            throw new ArgumentException($"Found a stride of {stride}, expected at least the {rows} rows.", nameof(stride));
        }

        long needed = rows == 0 || ensemble.FeatureCount == 0 ? 0 : ((long)(ensemble.FeatureCount - 1) * stride) + rows;
        if (columns.Length < needed)
        {
            throw new ArgumentException(
                $"Found {columns.Length} values, expected at least {needed} for {ensemble.FeatureCount} features of {rows} rows at stride {stride}.",
                nameof(columns));
        }

        if (scores.Length < rows)
        {
            throw new ArgumentException($"Found room for {scores.Length} scores, expected at least {rows}.", nameof(scores));
        }
    }
}
