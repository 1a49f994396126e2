namespace Optimizer.Plant;

/// <summary>One data point of the line.</summary>
/// <param name="Name">Unique in the site; <c>[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}</c>.</param>
/// <param name="EngineeringUnit">Unit of every value of this tag.</param>
/// <param name="Low">Lower end of the instrument's range.</param>
/// <param name="High">Upper end of the instrument's range.</param>
/// <param name="Period">Time between values; null: reported by exception or by the lab, so age alone is no staleness.</param>
public sealed record Tag(string Name, string EngineeringUnit, double Low, double High, TimeSpan? Period)
{
    /// <summary>Standard deviation of the instrument's noise, in the engineering unit; 0: unknown.</summary>
    public double Noise { get; init; }

    /// <summary>Must be fresh and Good for any decision.</summary>
    public bool Critical { get; init; }

    /// <summary>Its steadiness tells whether the line is at rest.</summary>
    public bool SteadyKey { get; init; }

    /// <summary>Sampled by hand and reported later.</summary>
    public bool Lab { get; init; }

    public double Span => High - Low;
}
