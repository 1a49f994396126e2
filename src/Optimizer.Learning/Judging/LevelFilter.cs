using Optimizer.Alignment;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>
/// What a level that follows results with some memory would have been at each sample time, from what was known then. Linear in its
/// values, so backbone errors, tree scores and signals can be filtered apart and weighed afterwards.
/// </summary>
internal static class LevelFilter
{
    /// <returns>The values less their level as known at each row's sample time; NaN where a value is.</returns>
    public static double[] Innovations(IReadOnlyList<TrainingRow> rows, double[] values, TimeSpan memory)
    {
        var left = new double[values.Length];
        var bias = BiasState.None;
        int known = 0;
        for (int n = 0; n < values.Length; n++)
        {
            if (n > 0 && rows[n].Campaign != rows[n - 1].Campaign)
            {
                (bias, known) = (BiasState.None, n);
            }

            for (; known < n && rows[known].KnownAt <= rows[n].SampledAt; known++)
            {
                bias = double.IsFinite(values[known]) ? bias.Add(values[known], rows[known].SampledAt, memory) : bias;
            }

            left[n] = values[n] - bias.Value;
        }

        return left;
    }
}
