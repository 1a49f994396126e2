namespace Optimizer.Plant;

/// <summary>What a value outside an instrument's range says about it.</summary>
public static class InstrumentRange
{
    /// <remarks>
    /// Shares of the span after NAMUR NE 43 (3.8 and 20.5 mA, 3.6 and 21 mA): slightly outside is doubtful, further out is a failed instrument. No number at all is bad.
    /// </remarks>
    public static Quality Judge(double low, double high, double value)
    {
        double share = (value - low) / (high - low);
        return share is >= -0.0125 and <= 1.031 ? Quality.Good : share is >= -0.025 and <= 1.0625 ? Quality.Uncertain : Quality.Bad;
    }
}
