using CopperFoilLine.SteadyState;

namespace CopperFoilLine.Dynamics;

/// <summary>Solutes and temperature of one vessel.</summary>
internal record struct Bath(double Temperature, double Copper, double Acid, double Chloride, double Sps, double Gelatin, double Hec)
{
    public static Bath Of(OperatingPoint u) => new(u.Temperature, u.Copper, u.Acid, u.Chloride, u.Sps, u.Gelatin, u.Hec);

    /// <summary>Moves a share of the way to another bath: first-order mixing.</summary>
    public readonly Bath Toward(in Bath other, double share) => new(
        Temperature + (share * (other.Temperature - Temperature)), Copper + (share * (other.Copper - Copper)), Acid + (share * (other.Acid - Acid)),
        Chloride + (share * (other.Chloride - Chloride)), Sps + (share * (other.Sps - Sps)), Gelatin + (share * (other.Gelatin - Gelatin)), Hec + (share * (other.Hec - Hec)));
}

/// <summary>Doses now, g/h.</summary>
internal record struct Doses(double Sps, double Gelatin, double Hec, double Chloride);

/// <summary>The latest reported concentration of each dosed solute: what feedback sees.</summary>
internal record struct LabView(double Sps, double Gelatin, double Hec, double Chloride);
