using CopperFoilLine.SteadyState;

namespace CopperFoilLine.Optimum;

/// <summary>Room left before one limit, in units of its scale; negative: broken.</summary>
public readonly record struct LimitMargin(string Name, double Margin);

/// <summary>
/// What a point must hold at rest: properties with 1.5 sigma of segment scatter in hand, pinholes, limiting current,
/// voltage, solubility, cooling, power, current, speed. Box bounds are <see cref="OperatingPoint.Low"/> and High.
/// </summary>
public static class ProcessLimits
{
    /// <summary>Guard on tensile strength, elongation and roughness, in standard deviations of one segment.</summary>
    public const double Guard = 1.5;

    /// <summary>Most rectifier current, A.</summary>
    public const double CurrentMax = 34_000;

    private const double Tolerance = 1e-6;

    public static IReadOnlyList<LimitMargin> Margins(OperatingPoint u, Grade grade, Disturbances d) => Margins(u, grade, d, SteadyStatePoint.Of(u, grade, d));

    public static bool Hold(OperatingPoint u, Grade grade, Disturbances d) => Broken(u, grade, d, SteadyStatePoint.Of(u, grade, d)) <= Tolerance && InBox(u);

    internal static bool InBox(OperatingPoint u)
    {
        double[] x = u.ToArray();
        return Enumerable.Range(0, x.Length).All(k => x[k] >= OperatingPoint.Low[k] && x[k] <= OperatingPoint.High[k]);
    }

    internal static IReadOnlyList<LimitMargin> Margins(OperatingPoint u, Grade grade, Disturbances d, SteadyStatePoint s)
    {
        Span<double> room = stackalloc double[Names.Length];
        Fill(room, u, grade, d, s);
        var margins = new LimitMargin[room.Length];
        for (int k = 0; k < room.Length; k++)
        {
            margins[k] = new LimitMargin(Names[k], room[k]);
        }

        return margins;
    }

    /// <summary>Sum of what is broken; 0 where all limits hold.</summary>
    internal static double Broken(OperatingPoint u, Grade grade, Disturbances d, SteadyStatePoint s)
    {
        Span<double> room = stackalloc double[Names.Length];
        Fill(room, u, grade, d, s);
        double broken = 0;
        foreach (double margin in room)
        {
            // NaN counts as broken.
            broken += margin >= 0 ? 0 : double.IsNaN(margin) ? 1e3 : -margin;
        }

        return broken;
    }

    private static readonly string[] Names = ["tensile", "elongation", "roughness", "pinholes", "limiting_share", "voltage", "solubility", "cooling", "power", "current", "speed"];

    private static void Fill(Span<double> room, OperatingPoint u, Grade grade, Disturbances d, SteadyStatePoint s)
    {
        room[0] = ((s.Foil.Tensile - grade.TensileMin) / 9) - Guard;
        room[1] = ((s.Foil.Elongation - grade.ElongationMin) / SteadyStatePoint.ElongationScatter(grade)) - Guard;
        room[2] = ((grade.RoughnessMax - s.Foil.Roughness) / (0.10 * grade.RoughnessMax / 2)) - Guard;
        room[3] = (grade.PinholesMax - s.Foil.Pinholes) / grade.PinholesMax;
        room[4] = (0.80 - s.Cell.LimitingShare) / 0.80;
        room[5] = (6.5 - s.Cell.Voltage) / 6.5;
        room[6] = (SteadyStatePoint.CopperLimit(u.Temperature, u.Acid) - u.Copper) / 10;
        room[7] = (s.CoolingCapacity - s.Cooling) / 100;
        room[8] = (d.PowerCap - s.TotalPower) / 100;
        room[9] = (Math.Min(CurrentMax, grade.CurrentDensityMax * CellState.Area) - s.Cell.Current) / CurrentMax;
        room[10] = (12 - s.FoilSpeed) / 12;
    }
}
