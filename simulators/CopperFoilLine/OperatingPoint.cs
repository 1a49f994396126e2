namespace CopperFoilLine;

/// <summary>The nine things a foil line is run by, as they really are in the cell.</summary>
/// <param name="CurrentDensity">i, A/m2; 4000 to 7500.</param>
/// <param name="Temperature">T, Cel; 45 to 60.</param>
/// <param name="Flow">Q, m3/h; 45 to 90.</param>
/// <param name="Copper">Cu, g/L; 70 to 105.</param>
/// <param name="Acid">A, g/L H2SO4; 80 to 140.</param>
/// <param name="Chloride">Cl, mg/L; 10 to 40.</param>
/// <param name="Sps">S, mg/L accelerator; 0.5 to 12.</param>
/// <param name="Gelatin">G, mg/L leveller; 2 to 25.</param>
/// <param name="Hec">H, mg/L suppressor; 0.5 to 12.</param>
public sealed record OperatingPoint(
    double CurrentDensity, double Temperature, double Flow, double Copper, double Acid, double Chloride, double Sps, double Gelatin, double Hec)
{
    public static readonly IReadOnlyList<double> Low = [4000, 45, 45, 70, 80, 10, 0.5, 2, 0.5];

    public static readonly IReadOnlyList<double> High = [7500, 60, 90, 105, 140, 40, 12, 25, 12];

    public static OperatingPoint From(ReadOnlySpan<double> u) => new(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8]);

    public double[] ToArray() => [CurrentDensity, Temperature, Flow, Copper, Acid, Chloride, Sps, Gelatin, Hec];
}

/// <summary>What the line suffers and nobody sets. Defaults are the reference state D0.</summary>
public sealed record Disturbances
{
    /// <summary>Anode coating loss, 0 to 1.</summary>
    public double AnodeLoss { get; init; } = 0.25;

    /// <summary>Drum wear, 0 to 1.</summary>
    public double DrumWear { get; init; } = 0.20;

    /// <summary>Filter clogging, 0 to 1.</summary>
    public double Clog { get; init; } = 0.20;

    /// <summary>Activity of the carbon column, 0 to 1.</summary>
    public double Carbon { get; init; } = 0.85;

    /// <summary>External organics, mg/L.</summary>
    public double Organics { get; init; }

    /// <summary>Iron, g/L.</summary>
    public double Iron { get; init; } = 0.6;

    /// <summary>Cooling-water supply, Cel.</summary>
    public double CoolingWater { get; init; } = 26;

    /// <summary>Ambient, Cel.</summary>
    public double Ambient { get; init; } = 25;

    /// <summary>Potency of the SPS and gelatin stock batches.</summary>
    public double SpsPotency { get; init; } = 1;

    public double GelatinPotency { get; init; } = 1;

    /// <summary>Power price, CNY/kWh.</summary>
    public double Tariff { get; init; } = 0.62;

    /// <summary>Contract cap, kW.</summary>
    public double PowerCap { get; init; } = 400;
}
