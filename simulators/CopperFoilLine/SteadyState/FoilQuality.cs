using static CopperFoilLine.SteadyState.Functions;

namespace CopperFoilLine.SteadyState;

/// <summary>Properties of the foil. Signs and shapes follow the literature; coefficients are invented.</summary>
/// <param name="GrainSize">um.</param>
/// <param name="Tensile">MPa.</param>
/// <param name="Elongation">%.</param>
/// <param name="Roughness">Matte-side Rz, um.</param>
/// <param name="Pinholes">Per 100 m2.</param>
/// <param name="WeightSigma">Cross-web standard deviation of areal weight, %.</param>
public sealed record FoilQuality(double GrainSize, double Tensile, double Elongation, double Roughness, double Pinholes, double WeightSigma)
{
    internal static FoilQuality Of(OperatingPoint u, Grade grade, Disturbances d, CellState cell, Coverage c, double organics)
    {
        double h = grade.Thickness, i = u.CurrentDensity, r = cell.LimitingShare, warm = u.Temperature - 50, acid = u.Acid - 110;
        double overS = Math.Pow(u.Sps / 14, 2), overG = Math.Pow(u.Gelatin / 30, 2), overH = Math.Pow(u.Hec / 12, 2), over = overS + overG + overH;
        double grain = 1.36 * Math.Exp((-1.00 * c.Sps) - (1.35 * c.Gelatin) - (1.60 * c.Hec) - grade.Package) * Math.Pow(i / 5000, -0.35)
            * Math.Exp((0.008 * warm) + (0.0020 * acid)) * Math.Pow(h / 6, 0.12);
        double tensile = (150 + (140 / Math.Sqrt(grain))) * Math.Exp((-0.06 * over) - (0.0015 * organics) - (0.8 * SoftPlus(r - 0.72, 0.03)));

        double covered = c.Sps + c.Gelatin + (0.6 * c.Hec);
        double balance = Math.Exp(-0.5 * Math.Pow(Math.Log((c.Sps + 1e-6) / ((0.90 * (c.Gelatin + (0.5 * c.Hec))) + 1e-6)) / 0.90, 2));
        double growth = 1 - (0.88 * covered * balance) + (0.25 * over) + (0.010 * SoftPlus(u.Chloride - 34, 2)) + (0.020 * SoftPlus(12 - u.Chloride, 2)) + (0.006 * organics);
        double grown = 2.15 * Math.Pow(h / 6, 0.45) * Math.Exp(2.6 * (r - 0.6)) * growth;
        double drum = 0.95 + (0.75 * d.DrumWear);
        double rz = Math.Sqrt((drum * drum) + (grown * grown));

        double elongation = 5.35 * grade.PackageElongation * Math.Pow(h / 6, 0.62) * Math.Exp(-(tensile - 340) / 170) * Math.Exp(-0.20 * SoftPlus(rz - 1.5, 0.2))
            * Math.Exp((-0.30 * overG) - (0.20 * overH) - (0.06 * overS)) * Math.Exp((-0.012 * organics) + (0.0025 * acid) + (0.010 * warm))
            * Math.Exp(-2.5 * SoftPlus(r - 0.66, 0.03)) * Math.Pow(i / 5500, -0.45);
        double pinholes = 0.70 * Math.Pow(6 / h, 1.3) * Math.Exp(
            (7 * SoftPlus(r - 0.62, 0.03)) + (1.1 * over) + (0.035 * organics) + (1.5 * d.Clog * d.Clog) + (0.9 * d.DrumWear)
            + (0.5 * Math.Pow((u.Chloride - 22) / 14, 2)) + (0.04 * SoftPlus(u.Temperature - 55, 1)) + (4 * SoftPlus(cell.Velocity - 0.66, 0.03)) + (12 * SoftPlus(cell.VoidFraction - 0.145, 0.01)));
        double sigma = 0.55 * (1 + (0.9 * d.AnodeLoss)) * (1 + (0.6 * Math.Pow(r / 0.6, 2))) / 1.6;
        return new FoilQuality(grain, tensile, elongation, rz, pinholes, sigma);
    }
}
