using System.Diagnostics;

namespace Optimizer.Benchmarks;

/// <summary>One run of one contender. More processor time than time says that it used several cores.</summary>
internal readonly record struct Turn(double Seconds, double ProcessorSeconds);

/// <summary>
/// Times several contenders in turns. One turn runs each once, in an order that rotates; a ratio is taken
/// within its turn and the median of those is quoted, so that a machine that slows down for a while slows both sides of it.
/// </summary>
internal static class InterleavedTiming
{
    /// <returns>By contender and turn: seconds passed and processor seconds of the whole process.</returns>
    public static Turn[][] Run(IReadOnlyList<Action> contenders, int turns)
    {
        var measured = contenders.Select(_ => new Turn[turns]).ToArray();
        for (int turn = 0; turn < turns; turn++)
        {
            for (int place = 0; place < contenders.Count; place++)
            {
                int contender = (place + turn) % contenders.Count;
                TimeSpan processor = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                contenders[contender]();
                double passed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                measured[contender][turn] = new Turn(passed, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
            }
        }

        return measured;
    }

    public static double MedianRatio(Turn[] numerator, Turn[] denominator) =>
        Median([.. numerator.Zip(denominator, (above, below) => above.Seconds / below.Seconds)]);

    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
