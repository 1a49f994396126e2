namespace Optimizer.Learning;

/// <summary>Rows a tree ensemble learns from. The arrays are read, never written or kept beyond training.</summary>
public sealed class TreeTrainingSet
{
    /// <param name="rows">Feature vectors, all of one length of at least 1, all values finite: FastTree would silently drop a row with NaN.</param>
    /// <param name="targets">One finite target per row.</param>
    /// <param name="weights">One finite weight of at least 0 per row and a positive sum; null: all rows count 1.</param>
    /// <exception cref="ArgumentException">The arrays break one of these; the message says where, what was found and what is expected.</exception>
    public TreeTrainingSet(float[][] rows, float[] targets, float[]? weights = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(targets);
        CheckRows(rows);
        CheckLength(targets, rows.Length, "targets", nameof(targets));
        CheckFinite(targets, "target", nameof(targets));
        if (weights is not null)
        {
            CheckLength(weights, rows.Length, "weights", nameof(weights));
            CheckWeights(weights);
        }

        Rows = rows;
        Targets = targets;
        Weights = weights;
    }

    public float[][] Rows { get; }

    public float[] Targets { get; }

    public float[]? Weights { get; }

    public int FeatureCount => Rows[0].Length;

    /// <summary>Weighted mean of the targets.</summary>
    public double MeanTarget
    {
        get
        {
            double sum = 0;
            double weightSum = 0;
            for (int row = 0; row < Targets.Length; row++)
            {
                double weight = Weights?[row] ?? 1;
                sum += weight * Targets[row];
                weightSum += weight;
            }

            return sum / weightSum;
        }
    }

    private static void CheckRows(float[][] rows)
    {
        if (rows.Length == 0 || rows[0] is null || rows[0].Length == 0)
        {
            throw new ArgumentException("Found no row or no feature, expected at least one of each.", nameof(rows));
        }

        for (int row = 0; row < rows.Length; row++)
        {
            if (rows[row]?.Length != rows[0].Length)
            {
                throw new ArgumentException(
                    $"Found {rows[row]?.Length ?? 0} features in row {row}, expected {rows[0].Length} as in row 0.", nameof(rows));
            }

            CheckFinite(rows[row], $"feature of row {row}", nameof(rows));
        }
    }

    private static void CheckWeights(float[] weights)
    {
        CheckFinite(weights, "weight", nameof(weights));
        int negative = Array.FindIndex(weights, weight => weight < 0);
        if (negative >= 0)
        {
            throw new ArgumentException($"Found weight {negative} to be {weights[negative]}, expected 0 or more.", nameof(weights));
        }

        if (weights.All(weight => weight == 0))
        {
            throw new ArgumentException("Found all weights to be 0, expected at least one above.", nameof(weights));
        }
    }

    private static void CheckLength(float[] values, int expected, string what, string parameter)
    {
        if (values.Length != expected)
        {
            throw new ArgumentException($"Found {values.Length} {what}, expected {expected}, one per row.", parameter);
        }
    }

    private static void CheckFinite(float[] values, string what, string parameter)
    {
        int bad = Array.FindIndex(values, value => !float.IsFinite(value));
        if (bad >= 0)
        {
            throw new ArgumentException($"Found {what} {bad} to be {values[bad]}, expected a finite number.", parameter);
        }
    }
}
