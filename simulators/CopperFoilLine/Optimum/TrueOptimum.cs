using CopperFoilLine.SteadyState;

namespace CopperFoilLine.Optimum;

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

/// <param name="Point">Best point found; where <paramref name="Feasible"/> is false, the one that breaks the limits least.</param>
/// <param name="Value">CNY per good kg, kWh per good kg, or CNY/h, by goal.</param>
/// <param name="Feasible">All limits hold. False: no set-point helps; something must be maintained.</param>
public sealed record OptimumPoint(OperatingPoint Point, SteadyStatePoint State, double Value, bool Feasible, IReadOnlyList<LimitMargin> Margins);

/// <summary>
/// The best steady point with perfect knowledge: the yardstick an optimizer is judged by, which it must never see.
/// Deterministic; differential evolution round the grade's hand point, then pattern search.
/// </summary>
public static class TrueOptimum
{
    /// <param name="output">Good kg/h for the goals at a given output; null: that of the hand point at D0.</param>
    /// <param name="power">Contract cap, kW; null: that of <paramref name="disturbances"/>.</param>
    public static OptimumPoint Find(Grade grade, Disturbances disturbances, Goal goal = Goal.Cost, double? output = null, double? power = null)
    {
        var d = power is { } cap ? disturbances with { PowerCap = cap } : disturbances;
        double target = output ?? SteadyStatePoint.Of(grade.Hand, grade, new Disturbances()).GoodRate;
        int side = goal switch
        {
            Goal.EnergyAtOutput => 1,
            // At exactly an output is on the near side of the free optimum: an inequality the search can follow.
            Goal.CostAtOutput => Find(grade, d).State.GoodRate > target ? -1 : 1,
            _ => 0,
        };
        double[] best = new ConstrainedSearch(x => Score(x, grade, d, goal, target, side)).Minimize(Scale(grade.Hand));
        var u = Unscale(best);
        var state = SteadyStatePoint.Of(u, grade, d);
        double value = Value(state, goal);
        bool feasible = Score(best, grade, d, goal, target, side).Broken <= 1e-6;
        return new OptimumPoint(u, state, goal == Goal.Margin ? -value : value, feasible, ProcessLimits.Margins(u, grade, d, state));
    }

    private static Score Score(double[] x, Grade grade, Disturbances d, Goal goal, double target, int side)
    {
        var u = Unscale(x);
        var s = SteadyStatePoint.Of(u, grade, d);
        double broken = ProcessLimits.Broken(u, grade, d, s) + Math.Max(0, side * (target - s.GoodRate) / target);
        return new Score(broken, Value(s, goal));
    }

    private static double Value(SteadyStatePoint s, Goal goal) => goal switch
    {
        Goal.EnergyAtOutput => s.TotalPower / Math.Max(0.5, s.GoodRate),
        Goal.Margin => -s.Margin,
        _ => s.CostPerGoodKg,
    };

    private static double[] Scale(OperatingPoint u)
    {
        double[] x = u.ToArray();
        for (int k = 0; k < x.Length; k++)
        {
            x[k] = (x[k] - OperatingPoint.Low[k]) / (OperatingPoint.High[k] - OperatingPoint.Low[k]);
        }

        return x;
    }

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
