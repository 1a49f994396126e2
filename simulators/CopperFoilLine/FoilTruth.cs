using CopperFoilLine.SteadyState;

namespace CopperFoilLine;

/// <summary>What the plant really is now: for judges, never for the optimizer.</summary>
public sealed record FoilTruth(OperatingPoint Actual, Disturbances Disturbances, SteadyStatePoint Point, bool Running)
{
    /// <summary>The truth as tags with units, as published below <c>_truth</c>.</summary>
    public IReadOnlyList<(string Tag, double Value, string EngineeringUnit)> Tags =>
    [
        ("cell/limiting_current_density", Point.Cell.LimitingCurrentDensity, "A/m2"),
        ("cell/limiting_share", Point.Cell.LimitingShare, "1"),
        ("cell/efficiency", Point.Cell.Efficiency, "1"),
        ("coverage/sps", Point.Coverage.Sps, "1"),
        ("coverage/gelatin", Point.Coverage.Gelatin, "1"),
        ("coverage/hec", Point.Coverage.Hec, "1"),
        ("bath/copper", Actual.Copper, "g/L"),
        ("bath/acid", Actual.Acid, "g/L"),
        ("bath/chloride", Actual.Chloride, "mg/L"),
        ("bath/sps", Actual.Sps, "mg/L"),
        ("bath/gelatin", Actual.Gelatin, "mg/L"),
        ("bath/hec", Actual.Hec, "mg/L"),
        ("bath/organics", Point.Organics, "mg/L"),
        ("wear/anode", Disturbances.AnodeLoss, "1"),
        ("wear/drum", Disturbances.DrumWear, "1"),
        ("wear/clog", Disturbances.Clog, "1"),
        ("wear/carbon", Disturbances.Carbon, "1"),
        ("batch/sps_potency", Disturbances.SpsPotency, "1"),
        ("batch/gelatin_potency", Disturbances.GelatinPotency, "1"),
        ("foil/tensile", Point.Foil.Tensile, "MPa"),
        ("foil/elongation", Point.Foil.Elongation, "%"),
        ("foil/roughness", Point.Foil.Roughness, "um"),
        ("foil/pinholes", Point.Foil.Pinholes, "1/100m2"),
        ("money/yield", Point.Yield, "1"),
        ("money/cost", Point.CostPerGoodKg, "CNY/kg"),
    ];
}
