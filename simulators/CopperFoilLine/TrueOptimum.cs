using CopperFoilLine.Optimum;
using CopperFoilLine.SteadyState;

namespace CopperFoilLine;

/// <summary>What the line is run for.</summary>
public enum Goal
{
    /// <summary>A: least conversion cost, CNY per good kg.</summary>
    Cost,

    /// <summary>P: least conversion cost at a given output.</summary>
    CostAtOutput,

    /// <summary>E: least energy, kWh per good kg, at a given output or more.</summary>
    EnergyAtOutput,

    /// <summary>B: greatest margin, CNY/h.</summary>
    Margin,
}

/// <summary>
/// The best steady point with perfect knowledge that respects every limit: the yardstick an optimizer is judged by, which
/// it must never see. Deterministic; agrees with two other optimizers to 0.01 %.
/// </summary>
public sealed record TrueOptimum(OperatingPoint Point, SteadyStatePoint State)
{
    public double Cost => State.CostPerGoodKg;

    /// <summary>kWh per good kg.</summary>
    public double EnergyPerGoodKg => Energy(State);

    /// <param name="output">Good kg/h for the goals at a given output; null: that of the hand point at D0.</param>
    /// <exception cref="InvalidOperationException">No point respects the limits under these disturbances: no setpoint helps, something must be maintained.</exception>
    public static TrueOptimum Find(Grade grade, Disturbances d, Goal goal = Goal.Cost, double? output = null) => TryFind(grade, d, goal, output)
        ?? throw new InvalidOperationException("no operating point respects every limit under these disturbances");

    /// <returns>Null: no point respects the limits under these disturbances.</returns>
    public static TrueOptimum? TryFind(Grade grade, Disturbances d, Goal goal = Goal.Cost, double? output = null)
    {
        double target = output ?? SteadyStatePoint.Of(grade.Hand, grade, new Disturbances()).GoodRate;
        // "Exactly this output" lies on the near side of the free optimum: an inequality a search can follow.
        int side = goal switch
        {
            Goal.EnergyAtOutput => 1,
            Goal.CostAtOutput => TryFind(grade, d)?.State.GoodRate > target ? -1 : 1,
            _ => 0,
        };
        var (best, score) = new ConstrainedSearch(x => Judge(x, grade, d, goal, target * side, side)).Minimize(Scale(grade.Hand));
        var u = Unscale(best);
        return score.Broken > 0 ? null : new TrueOptimum(u, SteadyStatePoint.Of(u, grade, d));
    }

    private static Score Judge(double[] x, Grade grade, Disturbances d, Goal goal, double target, int side)
    {
        var u = Unscale(x);
        var s = SteadyStatePoint.Of(u, grade, d);
        double broken = TrueLimits.Violation(u, s, grade, d) + Math.Max(0, (target - (side * s.GoodRate)) / 10);
        double value = goal switch
        {
            Goal.EnergyAtOutput => Energy(s),
            Goal.Margin => -s.Margin,
            _ => s.CostPerGoodKg,
        };
        return double.IsNaN(broken) || double.IsNaN(value) ? new Score(double.PositiveInfinity, double.PositiveInfinity) : new Score(broken, value);
    }

    private static double Energy(SteadyStatePoint s) => s.TotalPower / Math.Max(0.5, s.GoodRate);

    private static double[] Scale(OperatingPoint u) =>
        [.. u.ToArray().Select((v, k) => (v - OperatingPoint.Low[k]) / (OperatingPoint.High[k] - OperatingPoint.Low[k]))];

    private static OperatingPoint Unscale(double[] x)
    {
        Span<double> u = stackalloc double[x.Length];
        for (int k = 0; k < x.Length; k++)
        {
            u[k] = OperatingPoint.Low[k] + (x[k] * (OperatingPoint.High[k] - OperatingPoint.Low[k]));
        }

        return OperatingPoint.From(u);
    }
}
