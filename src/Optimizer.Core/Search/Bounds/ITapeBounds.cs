namespace Optimizer.Search;

/// <summary>
/// Bounds of formulas over a box: step <c>s</c> is at least <c>Middle(s) + sum_i g_i (x_i - m_i)</c> for some slopes g within
/// <see cref="SlopesLow"/> to <see cref="SlopesHigh"/>, m the middle of the box, and within its range.
/// </summary>
internal interface ITapeBounds
{
    /// <summary>Half-width of each variable in the box last evaluated.</summary>
    ReadOnlySpan<double> Radius { get; }

    double Middle(int step);

    (double Low, double High) Range(int step);

    ReadOnlySpan<double> SlopesLow(int step);

    ReadOnlySpan<double> SlopesHigh(int step);
}
