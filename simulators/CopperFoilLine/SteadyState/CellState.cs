using static CopperFoilLine.SteadyState.Functions;

namespace CopperFoilLine.SteadyState;

/// <summary>Mass transfer, voltage and current efficiency of the drum cell.</summary>
public sealed record CellState
{
    /// <summary>Length of the arc under electrolyte, m.</summary>
    public const double ArcLength = DrumCircumference * 0.45;

    /// <summary>m.</summary>
    public const double DrumCircumference = Math.PI * 2.70;

    /// <summary>Foil width, m.</summary>
    public const double Width = 1.40;

    /// <summary>Plating area, m2.</summary>
    public const double Area = ArcLength * Width;

    private const double Gap = 0.011;

    /// <summary>Electrolyte velocity in the gap, m/s.</summary>
    public required double Velocity { get; init; }

    public required double Reynolds { get; init; }

    /// <summary>Mass-transfer coefficient, m/s.</summary>
    public required double MassTransfer { get; init; }

    /// <summary>Limiting current density iL, A/m2.</summary>
    public required double LimitingCurrentDensity { get; init; }

    /// <summary>r = i / iL.</summary>
    public required double LimitingShare { get; init; }

    /// <summary>Gas void fraction.</summary>
    public required double VoidFraction { get; init; }

    /// <summary>Conductivity without gas, S/m.</summary>
    public required double Conductivity { get; init; }

    /// <summary>Current, A.</summary>
    public required double Current { get; init; }

    /// <summary>Parts of the terminal voltage, V.</summary>
    public required double Reversible { get; init; }

    public required double Anodic { get; init; }

    public required double Cathodic { get; init; }

    public required double Concentration { get; init; }

    public required double Ohmic { get; init; }

    public required double Bus { get; init; }

    public double Voltage => Reversible + Anodic + Cathodic + Concentration + Ohmic + Bus;

    /// <summary>Current efficiency, 0 to 1.</summary>
    public required double Efficiency { get; init; }

    /// <summary>Copper deposited, kg/h (Faraday).</summary>
    public required double MassRate { get; init; }

    public static double ConductivityOf(double copper, double acid, double temperature) =>
        Math.Max(8, 100 * (0.134 - (0.00356 * copper) + (0.00249 * acid) + (0.00426 * temperature)));

    public static double DensityOf(double copper, double acid, double temperature) => 1022 + (2.24 * copper) + (0.55 * acid) - (0.58 * temperature);

    internal static CellState Of(OperatingPoint u, Disturbances d, Coverage coverage)
    {
        double tk = u.Temperature + Kelvin, i = u.CurrentDensity;
        double v = u.Flow / 3600 / (2 * Width * Gap), dh = 2 * Gap;
        double water = 2.414e-5 * Math.Pow(10, 247.8 / (tk - 140));
        double nu = water * Math.Exp((0.0050 * u.Copper) + (0.0021 * u.Acid)) / DensityOf(u.Copper, u.Acid, u.Temperature);
        double diffusion = 8.4e-10 * Arrhenius(19200, tk) * Math.Max(0.5, 1 - (0.0015 * (u.Copper - 50)) - (0.0005 * (u.Acid - 180)));
        double re = v * dh / nu, sc = nu / diffusion;
        double forced = 0.023 * Math.Pow(re, 0.8) * Math.Pow(sc, 1.0 / 3) * diffusion / dh;
        double gas = 1.9e-5 * Math.Sqrt(i / 5000);
        double k = Math.Sqrt((forced * forced) + (gas * gas));
        double migration = 1 + (0.5 / (1 + (2 * (u.Acid / AcidMass) / (u.Copper / CopperMass))));
        double limiting = 2 * Faraday * k * (1000 * u.Copper / CopperMass) * migration;
        double r = i / limiting;
        double eps = Math.Min(0.45, 0.12 * (i / 5000) * Math.Pow(0.6 / v, 0.7));
        double kappa = ConductivityOf(u.Copper, u.Acid, u.Temperature);
        double ce = 0.992 - (60 * (k / 2.5e-5) * (0.6 + (0.4 * d.Iron / 0.6)) / i) - (0.25 * SoftPlus(r - 0.82, 0.02));
        ce = Math.Max(0.3, Math.Min(ce, 0.99 / r));
        double thermal = Gas * tk / Faraday, a = d.AnodeLoss;
        double exchange = 45 * Math.Exp((0.8 * coverage.Sps) - (1.1 * coverage.Gelatin) - (1.6 * coverage.Hec)) * Arrhenius(35000, tk);
        return new CellState
        {
            Velocity = v,
            Reynolds = re,
            MassTransfer = k,
            LimitingCurrentDensity = limiting,
            LimitingShare = r,
            VoidFraction = eps,
            Conductivity = kappa,
            Current = i * Area,
            Reversible = 1.229 - (0.000846 * (tk - 298.15)) + (thermal * Math.Log(0.40 * u.Acid / AcidMass)) - (0.337 + (thermal / 2 * Math.Log(0.05 * u.Copper / CopperMass))),
            Anodic = (0.110 * (tk / 323.15) * Math.Log10(i / (0.15 * (1 - (0.7 * a))))) + (i * 6.0e-5 * a * a),
            Cathodic = 0.118 * (tk / 323.15) * Math.Log10(i / exchange),
            Concentration = -(thermal / 2) * Math.Log(Math.Max(1e-3, 1 - r)),
            Ohmic = i * Gap / (kappa * Math.Pow(1 - eps, 1.5)),
            Bus = i * Area * 2.4e-5,
            Efficiency = ce,
            MassRate = i * Area * ce * CopperMass / (2 * Faraday) * 3.6,
        };
    }
}
