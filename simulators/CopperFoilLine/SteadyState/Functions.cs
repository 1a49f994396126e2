namespace CopperFoilLine.SteadyState;

internal static class Functions
{
    public const double Faraday = 96485.33;
    public const double Gas = 8.314462;
    public const double Kelvin = 273.15;
    public const double CopperMass = 63.546;
    public const double AcidMass = 98.079;

    /// <summary>A ramp with a smooth knee of width w.</summary>
    public static double SoftPlus(double x, double width) => x / width > 40 ? x : width * Math.Log(1 + Math.Exp(x / width));

    /// <summary>Standard normal distribution.</summary>
    public static double Normal(double z) => 0.5 * (1 + ErrorFunction.Erf(z / Math.Sqrt(2)));

    /// <summary>Arrhenius factor relative to 50 Cel; <paramref name="energy"/> in J/mol.</summary>
    public static double Arrhenius(double energy, double kelvin) => Math.Exp(-energy / Gas * ((1 / kelvin) - (1 / 323.15)));
}
