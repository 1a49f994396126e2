using CopperFoilLine.SteadyState;
using MathNet.Numerics.LinearAlgebra;

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

    /// <summary>Sum of relative breaches of hard limits and guarded specifications.</summary>
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

/// <summary>The cheapest operating point that respects every limit (objective A), found by CMA-ES on the true equations.</summary>
/// <remarks>N. Hansen, "The CMA Evolution Strategy: A Tutorial" (2016); limits as an exact penalty. Deterministic.</remarks>
public sealed record TrueOptimum(OperatingPoint Point, SteadyStatePoint State)
{
    private const int Dimensions = 9;
    private const double PenaltyPerBreach = 20;

    public double Cost => State.CostPerGoodKg;

    /// <exception cref="InvalidOperationException">No point respects the limits under these disturbances.</exception>
    public static TrueOptimum Find(Grade grade, Disturbances d)
    {
        double Cost(double[] x)
        {
            var u = Decode(x, out double outside);
            var p = SteadyStatePoint.Of(u, grade, d);
            return Math.Log(p.CostPerGoodKg) + (PenaltyPerBreach * (TrueLimits.Violation(u, p, grade, d) + outside));
        }

        double[] start = Normalised(grade.Hand);
        double[] best = start;
        double bestCost = Cost(start);
        for (int restart = 0; restart < 3; restart++)
        {
            double[] found = Evolve(Cost, restart == 0 ? start : best, restart == 0 ? 0.08 : 0.02, new RandomStream("optimum", restart));
            if (Cost(found) < bestCost)
            {
                (best, bestCost) = (found, Cost(found));
            }
        }

        var point = Decode(best, out _);
        var state = SteadyStatePoint.Of(point, grade, d);
        return TrueLimits.Violation(point, state, grade, d) < 1e-3
            ? new TrueOptimum(point, state)
            : throw new InvalidOperationException("no operating point respects every limit under these disturbances");
    }

    private static double[] Evolve(Func<double[], double> cost, double[] start, double step, RandomStream random)
    {
        const int lambda = 20, mu = 10;
        double[] w = [.. Enumerable.Range(0, mu).Select(i => Math.Log(mu + 0.5) - Math.Log(i + 1))];
        double sum = w.Sum();
        w = [.. w.Select(x => x / sum)];
        double muEff = 1 / w.Sum(x => x * x), n = Dimensions;
        double cc = (4 + (muEff / n)) / (n + 4 + (2 * muEff / n)), cs = (muEff + 2) / (n + muEff + 5);
        double c1 = 2 / (Math.Pow(n + 1.3, 2) + muEff), cmu = Math.Min(1 - c1, 2 * (muEff - 2 + (1 / muEff)) / (Math.Pow(n + 2, 2) + muEff));
        double damps = 1 + (2 * Math.Max(0, Math.Sqrt((muEff - 1) / (n + 1)) - 1)) + cs, expected = Math.Sqrt(n) * (1 - (1 / (4 * n)) + (1 / (21 * n * n)));
        var mean = Vector<double>.Build.DenseOfArray(start);
        Vector<double> pc = Vector<double>.Build.Dense(Dimensions), ps = Vector<double>.Build.Dense(Dimensions);
        var c = Matrix<double>.Build.DenseIdentity(Dimensions);
        for (int generation = 0; generation < 350 && step > 1e-7; generation++)
        {
            var evd = c.Evd(Symmetricity.Symmetric);
            var axes = evd.EigenVectors;
            var lengths = evd.EigenValues.Map(z => Math.Sqrt(Math.Max(z.Real, 1e-20)));
            var offspring = Enumerable.Range(0, lambda).Select(_ =>
            {
                var y = axes * Vector<double>.Build.Dense(Dimensions, k => lengths[k] * random.Gaussian());
                return (Y: y, Cost: cost([.. mean + (step * y)]));
            }).OrderBy(o => o.Cost).Take(mu).ToList();

            var shift = offspring.Select((o, i) => o.Y * w[i]).Aggregate((a, b) => a + b);
            mean += step * shift;
            ps = ((1 - cs) * ps) + (Math.Sqrt(cs * (2 - cs) * muEff) * (axes * (axes.TransposeThisAndMultiply(shift).PointwiseDivide(lengths))));
            double norm = ps.L2Norm();
            double h = norm / Math.Sqrt(1 - Math.Pow(1 - cs, 2 * (generation + 1))) < (1.4 + (2 / (n + 1))) * expected ? 1 : 0;
            pc = ((1 - cc) * pc) + (h * Math.Sqrt(cc * (2 - cc) * muEff) * shift);
            c = ((1 - c1 - cmu) * c) + (c1 * pc.OuterProduct(pc)) + (cmu * offspring.Select((o, i) => w[i] * o.Y.OuterProduct(o.Y)).Aggregate((a, b) => a + b));
            step *= Math.Exp(cs / damps * ((norm / expected) - 1));
        }

        return [.. mean];
    }

    private static double[] Normalised(OperatingPoint u) =>
        [.. u.ToArray().Select((v, i) => (v - OperatingPoint.Low[i]) / (OperatingPoint.High[i] - OperatingPoint.Low[i]))];

    private static OperatingPoint Decode(double[] x, out double outside)
    {
        outside = x.Sum(v => Math.Max(0, v - 1) + Math.Max(0, -v));
        return OperatingPoint.From([.. x.Select((v, i) => OperatingPoint.Low[i] + (Math.Clamp(v, 0, 1) * (OperatingPoint.High[i] - OperatingPoint.Low[i])))]);
    }
}
