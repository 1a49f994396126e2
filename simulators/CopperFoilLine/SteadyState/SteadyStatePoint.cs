using static CopperFoilLine.SteadyState.Functions;

namespace CopperFoilLine.SteadyState;

/// <summary>The line at rest: cell, foil, utilities, yield and money at one operating point under given disturbances.</summary>
public sealed record SteadyStatePoint
{
    public required CellState Cell { get; init; }

    public required Coverage Coverage { get; init; }

    public required AdditiveLoss Dose { get; init; }

    public required FoilQuality Foil { get; init; }

    /// <summary>By-products and external organics in the bath, mg/L.</summary>
    public required double Organics { get; init; }

    /// <summary>Foil speed, m/min.</summary>
    public required double FoilSpeed { get; init; }

    /// <summary>Rectifier input, kW.</summary>
    public required double RectifierPower { get; init; }

    public required double PumpPower { get; init; }

    /// <summary>Line power, kW.</summary>
    public required double TotalPower { get; init; }

    /// <summary>Heat to be removed, kW.</summary>
    public required double Cooling { get; init; }

    /// <summary>Cooling capacity, kW.</summary>
    public required double CoolingCapacity { get; init; }

    /// <summary>Share of the wound mass that is good.</summary>
    public required double Yield { get; init; }

    public required double Availability { get; init; }

    /// <summary>Expected tears of the web, 1/h.</summary>
    public required double BreaksPerHour { get; init; }

    /// <summary>Good foil, kg/h.</summary>
    public required double GoodRate { get; init; }

    /// <summary>Running cost, CNY/h.</summary>
    public required double CostRate { get; init; }

    /// <summary>J: conversion cost without copper, CNY per good kg.</summary>
    public double CostPerGoodKg => CostRate / Math.Max(0.5, GoodRate);

    /// <summary>CNY/h.</summary>
    public required double Margin { get; init; }

    /// <summary>AC energy per plated kg, kWh/kg.</summary>
    public double EnergyPerKg => TotalPower / Cell.MassRate;

    /// <summary>Solves the line at rest; organics are those of steady state.</summary>
    public static SteadyStatePoint Of(OperatingPoint u, Grade grade, Disturbances d) => Of(u, grade, d, Coverage.Of(u, d), null);

    /// <summary>The same with the bath's present organics and coverage, which lag behind the operating point.</summary>
    internal static SteadyStatePoint Of(OperatingPoint u, Grade grade, Disturbances d, Coverage coverage, double? organics)
    {
        var cell = CellState.Of(u, d, coverage);
        var dose = AdditiveLoss.Of(u, cell.Current, d.Carbon);
        double org = organics ?? (d.Organics + (dose.ByProducts / AdditiveLoss.Clearance(d.Carbon)));
        var foil = FoilQuality.Of(u, grade, d, cell, coverage, org);
        double speed = cell.MassRate * 1000 / 60 / (grade.ArealWeight * CellState.Width);

        double direct = cell.Voltage * cell.Current / 1000;
        double pump = PumpOf(u.Flow, d.Clog);
        double cooling = direct + pump - (1.6 * (u.Temperature - d.Ambient));
        double thermal = cooling >= 0 ? cooling * (0.05 + (0.25 * Math.Exp(-(u.Temperature - d.CoolingWater - 12) / 8))) : -cooling;
        double power = (direct / 0.925) + pump + thermal + (11 * cell.MassRate / 34) + 45;

        double yield = YieldOf(foil, grade);
        double breaks = 0.012 * Math.Pow(speed / 7, 2) * Math.Pow(6 / grade.Thickness, 1.5) * Math.Pow(320 / foil.Tensile, 2) * (1 + (foil.Pinholes / 4));
        double availability = 0.97 / (1 + (0.4 * breaks));
        double made = cell.MassRate * availability, good = made * yield;
        double wear = AnodeWear(u, cell.LimitingShare);
        double additives = (0.35 * dose.Sps) + (0.12 * dose.Gelatin) + (0.10 * dose.Hec) + (0.02 * dose.Chloride);
        double cost = (power * d.Tariff) + additives + (150000 * wear) + (2.6 * (made - good)) + 100;
        return new SteadyStatePoint
        {
            Cell = cell,
            Coverage = coverage,
            Dose = dose,
            Foil = foil,
            Organics = org,
            FoilSpeed = speed,
            RectifierPower = direct / 0.925,
            PumpPower = pump,
            TotalPower = power,
            Cooling = cooling,
            CoolingCapacity = CoolingCapacityOf(u.Temperature, d.CoolingWater),
            Yield = yield,
            Availability = availability,
            BreaksPerHour = breaks,
            GoodRate = good,
            CostRate = cost,
            Margin = (grade.Fee * good) - cost,
        };
    }

    /// <summary>Anode coating lost per hour.</summary>
    public static double AnodeWear(OperatingPoint u, double limitingShare) =>
        Math.Pow(u.CurrentDensity / 5500, 1.7) * Math.Exp((0.035 * (u.Temperature - 50)) + (0.010 * (u.Acid - 110))) * (1 + (0.25 * Math.Max(0, limitingShare - 0.6))) / 7000;

    /// <summary>Most copper that stays dissolved in the coldest pipe, less 2 g/L; g/L.</summary>
    public static double CopperLimit(double temperature, double acid) => 87 + (1.60 * (temperature - 3 - 25)) - (0.27 * acid) - 2;

    internal static double PumpOf(double flow, double clog) =>
        (1.2e5 + (2.8e5 * Math.Pow(flow / 60, 2) * (1 + (1.5 * clog * clog)))) * flow / 3600 / 0.62 / 1000;

    internal static double CoolingCapacityOf(double temperature, double coolingWater) => 185 * Math.Max(0, temperature - coolingWater) / 25;

    private static double YieldOf(FoilQuality foil, Grade grade)
    {
        double tensile = (foil.Tensile - grade.TensileMin) / 9;
        double elongation = (foil.Elongation - grade.ElongationMin) / ElongationScatter(grade);
        double roughness = (grade.RoughnessMax - foil.Roughness) / (0.10 * grade.RoughnessMax / 2);
        return 0.965 * Normal(tensile) * Normal(elongation) * Normal(roughness) * ((2 * Normal(2.5 / foil.WeightSigma)) - 1) / (1 + (0.04 * foil.Pinholes));
    }

    internal static double ElongationScatter(Grade grade) => 0.33 * Math.Pow(grade.Thickness / 6, 0.62);
}
