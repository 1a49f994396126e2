using static CopperFoilLine.SteadyState.Functions;

namespace CopperFoilLine.SteadyState;

/// <summary>Shares of the cathode covered by each additive: competitive Langmuir adsorption.</summary>
public sealed record Coverage(double Sps, double Gelatin, double Hec)
{
    internal static Coverage Of(OperatingPoint u, Disturbances d)
    {
        double heat = Math.Exp(12000 / Gas * ((1 / (u.Temperature + Kelvin)) - (1 / 323.15)));
        double chloride = u.Chloride / (u.Chloride + 8);
        double s = 0.35 * heat * u.Sps * chloride * d.SpsPotency;
        double g = 0.12 * heat * u.Gelatin * d.GelatinPotency;
        double h = 0.15 * heat * u.Hec * (0.5 + (0.5 * chloride));
        double all = 1 + s + g + h;
        return new Coverage(s / all, g / all, h / all);
    }
}

/// <summary>Losses of additives, g/h; in steady state they are the doses.</summary>
/// <param name="Sps">Accelerator.</param>
/// <param name="ByProducts">Source of organics in the bath, before carbon and volatilisation, weighted by yield.</param>
public sealed record AdditiveLoss(double Sps, double Gelatin, double Hec, double Chloride, double ByProducts)
{
    internal static AdditiveLoss Of(OperatingPoint u, double current, double carbon)
    {
        double ka = current / 1000, decay = Arrhenius(42000, u.Temperature + Kelvin), taken = 6.0 * 0.06 * carbon;
        double consumedS = 0.55 * ka * u.Sps / 4, consumedG = 0.80 * ka * u.Gelatin / 10, consumedH = 0.25 * ka * u.Hec / 4;
        double decayedS = 0.060 * decay * u.Sps * 60, decayedG = 0.035 * decay * u.Gelatin * 60, decayedH = 0.010 * decay * u.Hec * 60;
        return new AdditiveLoss(
            consumedS + decayedS + (taken * u.Sps), consumedG + decayedG + (taken * u.Gelatin), consumedH + decayedH + (taken * u.Hec),
            0.03 * ka * (u.Chloride / 25) * 10,
            (0.35 * ((0.3 * consumedS) + decayedS)) + (0.45 * ((0.3 * consumedG) + decayedG)) + (0.50 * ((0.3 * consumedH) + decayedH)));
    }

    /// <summary>Rate at which organics leave the bath, m3/h of cleared electrolyte.</summary>
    internal static double Clearance(double carbon) => (6.0 * 0.55 * carbon) + (0.02 * 60);
}
