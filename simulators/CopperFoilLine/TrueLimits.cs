using CopperFoilLine.SteadyState;

namespace CopperFoilLine;

/// <summary>The limits an operating point must truly respect, and how far it breaks them.</summary>
public static class TrueLimits
{
    public const double LimitingShareMax = 0.80;
    public const double VoltageMax = 6.5;
    public const double CurrentMax = 34_000;
    public const double FoilSpeedMax = 12;

    /// <summary>Guard on strength, elongation and roughness, in standard deviations of segment-to-segment scatter.</summary>
    public const double GuardSigmas = 1.5;

    /// <summary>Hard limits broken, each as a sentence; empty: none.</summary>
    public static IReadOnlyList<string> Broken(OperatingPoint u, SteadyStatePoint p, Grade grade, Disturbances d)
    {
        var broken = new List<string>();
        foreach (var (name, value, limit) in Hard(u, p, grade, d))
        {
            if (value > limit)
            {
                broken.Add(FormattableString.Invariant($"{name} {value:G5}, limit {limit:G5}"));
            }
        }

        return broken;
    }

    /// <summary>The foil truly misses its specification on average.</summary>
    public static bool OutOfSpecification(SteadyStatePoint p, Grade grade) =>
        p.Foil.Tensile < grade.TensileMin || p.Foil.Elongation < grade.ElongationMin || p.Foil.Roughness > grade.RoughnessMax || p.Foil.Pinholes > grade.PinholesMax;

    /// <summary>Inside the box, every hard limit kept, every property with its guard in hand.</summary>
    public static bool Respected(OperatingPoint u, Grade grade, Disturbances d)
    {
        double[] x = u.ToArray();
        return Enumerable.Range(0, x.Length).All(k => x[k] >= OperatingPoint.Low[k] && x[k] <= OperatingPoint.High[k])
            && Violation(u, SteadyStatePoint.Of(u, grade, d), grade, d) <= 0;
    }

    /// <summary>Sum of relative breaches of hard limits and guarded specifications; 0: all respected.</summary>
    internal static double Violation(OperatingPoint u, SteadyStatePoint p, Grade grade, Disturbances d)
    {
        double sum = 0;
        foreach (var (_, value, limit) in Hard(u, p, grade, d))
        {
            sum += Math.Max(0, (value - limit) / Math.Max(Math.Abs(limit), 1));
        }

        sum += Math.Max(0, GuardSigmas - ((p.Foil.Tensile - grade.TensileMin) / 9)) / 10;
        sum += Math.Max(0, GuardSigmas - ((p.Foil.Elongation - grade.ElongationMin) / SteadyStatePoint.ElongationScatter(grade))) / 10;
        sum += Math.Max(0, GuardSigmas - ((grade.RoughnessMax - p.Foil.Roughness) / (0.10 * grade.RoughnessMax / 2))) / 10;
        return sum + Math.Max(0, (p.Foil.Pinholes - grade.PinholesMax) / grade.PinholesMax);
    }

    private static IEnumerable<(string Name, double Value, double Limit)> Hard(OperatingPoint u, SteadyStatePoint p, Grade grade, Disturbances d) =>
    [
        ("share of limiting current", p.Cell.LimitingShare, LimitingShareMax),
        ("cell voltage", p.Cell.Voltage, VoltageMax),
        ("copper", u.Copper, SteadyStatePoint.CopperLimit(u.Temperature, u.Acid)),
        ("cooling", p.Cooling, p.CoolingCapacity),
        ("line power", p.TotalPower, d.PowerCap),
        ("drum current", p.Cell.Current, Math.Min(CurrentMax, grade.CurrentDensityMax * CellState.Area)),
        ("foil speed", p.FoilSpeed, FoilSpeedMax),
    ];
}
