using System.Diagnostics;

namespace Optimizer.Benchmarks;

/// <summary>
/// Times several contenders in turns. One turn runs each once, in an order that rotates; a ratio is taken
/// within its turn and the median of those is quoted, so that a machine that slows down for a while slows both sides of it.
/// </summary>
internal static class InterleavedTiming
{
    /// <returns>Seconds, by contender and turn.</returns>
    public static double[][] Run(IReadOnlyList<Action> contenders, int turns)
    {
        var seconds = contenders.Select(_ => new double[turns]).ToArray();
        for (int turn = 0; turn < turns; turn++)
        {
            for (int place = 0; place < contenders.Count; place++)
            {
                int contender = (place + turn) % contenders.Count;
                long start = Stopwatch.GetTimestamp();
                contenders[contender]();
                seconds[contender][turn] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        return seconds;
    }

    public static double MedianRatio(double[] numerator, double[] denominator) =>
        Median([.. numerator.Zip(denominator, (above, below) => above / below)]);

    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
