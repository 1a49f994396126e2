using Optimizer.History;
using Optimizer.Plant;

namespace Optimizer.Alignment;

/// <summary>Reads a <see cref="TagWindow"/> at an instant, from what was known by another.</summary>
public static class WindowReading
{
    private const int FewestForShape = 3;

    /// <param name="tag">The window's tag. One reported on change that was silent in the window still has the value it had; a result of another campaign has not.</param>
    /// <param name="notBefore">Start of the campaign: values of another one say nothing about this one.</param>
    /// <returns>Null: too few Good values in the window.</returns>
    public static double? Read(ProcessHistorian historian, TagWindow window, DateTimeOffset at, DateTimeOffset knownBy, Tag tag, DateTimeOffset notBefore)
    {
        var to = at - window.Lag;
        var from = to - window.Window < notBefore ? notBefore : to - window.Window;
        var series = historian[window.Tag];
        if (to < from)
        {
            return null;
        }

        bool held = tag.Period is null && (!tag.Lab || (series.Latest(to, knownBy) is { } last && last.SampledAt >= notBefore));
        if (window.Statistic == WindowStatistic.Mean)
        {
            return series.MeanOrHeld(from, to + TimeSpan.FromTicks(1), knownBy, held);
        }

        double n = 0, meanTime = 0, meanValue = 0, timeSquares = 0, products = 0, valueSquares = 0;
        foreach (var sample in series.Window(from, to + TimeSpan.FromTicks(1), knownBy))
        {
            if (sample.Quality != Quality.Good)
            {
                continue;
            }

            // Welford: sums of squares of large times would lose the shape.
            n++;
            double time = (sample.SampledAt - from).TotalHours, timeStep = time - meanTime, valueStep = sample.Value - meanValue;
            meanTime += timeStep / n;
            meanValue += valueStep / n;
            timeSquares += timeStep * (time - meanTime);
            products += timeStep * (sample.Value - meanValue);
            valueSquares += valueStep * (sample.Value - meanValue);
        }

        if (n < FewestForShape)
        {
            // On-change silence is a level line.
            return held && series.Latest(to, knownBy) is { Quality: Quality.Good } ? 0 : null;
        }

        return window.Statistic == WindowStatistic.Slope
            ? timeSquares > 0 ? products / timeSquares : null
            : Math.Sqrt(valueSquares / (n - 1));
    }
}
