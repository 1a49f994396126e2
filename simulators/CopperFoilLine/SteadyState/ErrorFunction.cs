namespace CopperFoilLine.SteadyState;

/// <summary>
/// erf by the rational Chebyshev approximations of W. J. Cody, Math. Comp. 23 (1969) 631; relative error near 1e-16.
/// Yields are products of normal probabilities far out in the tails, where shorter formulas are wrong in the seventh digit.
/// </summary>
internal static class ErrorFunction
{
    private const double InverseRootPi = 0.56418958354775628695;

    private static readonly double[] SmallNumerator = [3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02, 3.20937758913846947e03, 1.85777706184603153e-1];

    private static readonly double[] SmallDenominator = [2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03];

    private static readonly double[] MiddleNumerator =
    [
        5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e01, 2.98635138197400131e02, 8.81952221241769090e02,
        1.71204761263407058e03, 2.05107837782607147e03, 1.23033935479799725e03, 2.15311535474403846e-8,
    ];

    private static readonly double[] MiddleDenominator =
    [
        1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02, 1.62138957456669019e03,
        3.29079923573345963e03, 4.36261909014324716e03, 3.43936767414372164e03, 1.23033935480374942e03,
    ];

    private static readonly double[] LargeNumerator =
        [3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2];

    private static readonly double[] LargeDenominator =
        [2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

    public static double Erf(double x)
    {
        double y = Math.Abs(x);
        if (y <= 0.46875)
        {
            return x * Ratio(SmallNumerator, SmallDenominator, x * x);
        }

        if (y >= 6)
        {
            return Math.Sign(x);
        }

        double tail = y <= 4 ? Ratio(MiddleNumerator, MiddleDenominator, y) : Large(y);
        // exp(-y2) in two factors: y2 loses digits otherwise.
        double rounded = Math.Truncate(y * 16) / 16, rest = (y - rounded) * (y + rounded);
        return Math.Sign(x) * (1 - (Math.Exp(-rounded * rounded) * Math.Exp(-rest) * tail));
    }

    private static double Large(double y)
    {
        double inverse = 1 / (y * y);
        return (InverseRootPi - (inverse * Ratio(LargeNumerator, LargeDenominator, inverse))) / y;
    }

    // Cody's order: the leading coefficient of the numerator comes last, that of the denominator is 1.
    private static double Ratio(double[] numerator, double[] denominator, double t)
    {
        double above = numerator[^1] * t, below = t;
        for (int k = 0; k < denominator.Length - 1; k++)
        {
            above = (above + numerator[k]) * t;
            below = (below + denominator[k]) * t;
        }

        return (above + numerator[^2]) / (below + denominator[^1]);
    }
}
