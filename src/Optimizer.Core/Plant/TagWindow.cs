namespace Optimizer.Plant;

/// <summary>The recent past of one tag as one number: a statistic of its Good values in <c>[t - Lag - Window, t - Lag]</c>.</summary>
/// <param name="Lag">Dead time before the instant in question; zero: the window ends there.</param>
/// <param name="Window">Length, above zero.</param>
public sealed record TagWindow(string Name, string Tag, TimeSpan Lag, TimeSpan Window, WindowStatistic Statistic);

public enum WindowStatistic
{
    /// <summary>Engineering unit of the tag.</summary>
    Mean,

    /// <summary>Least-squares slope, engineering unit per hour; needs 3 values.</summary>
    Slope,

    /// <summary>Standard deviation within the window, engineering unit; needs 3 values.</summary>
    Deviation,
}
