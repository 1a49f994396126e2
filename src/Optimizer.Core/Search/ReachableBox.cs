using Optimizer.Plant;

namespace Optimizer.Search;

/// <summary>The setpoints search may propose: operator limits with a margin, intersected with a trust region around the present.</summary>
public sealed record ReachableBox(double[] Low, double[] High)
{
    /// <summary>Margin kept inside the operator limits, as a share of the span.</summary>
    public const double LimitMargin = 0.02;

    /// <param name="radius">Half-width of the trust region as a share of each variable's span.</param>
    /// <remarks>A live setpoint beyond the margin stays reachable: the box always contains "stay".</remarks>
    public static ReachableBox Around(IReadOnlyList<ManipulatedVariable> variables, IReadOnlyList<double> live, double radius)
    {
        double[] low = new double[variables.Count], high = new double[variables.Count];
        for (int i = 0; i < low.Length; i++)
        {
            var v = variables[i];
            double margin = LimitMargin * (v.OperatorHigh - v.OperatorLow);
            low[i] = Math.Min(live[i], Math.Max(v.OperatorLow + margin, live[i] - (radius * v.Span)));
            high[i] = Math.Max(live[i], Math.Min(v.OperatorHigh - margin, live[i] + (radius * v.Span)));
        }

        return new ReachableBox(low, high);
    }

    /// <summary>The same box, but variables that take no part stay where they are.</summary>
    public ReachableBox Pinned(IReadOnlyList<double> live, IReadOnlyList<bool> takesPart) => new(
        [.. Low.Select((l, i) => takesPart[i] ? l : live[i])], [.. High.Select((h, i) => takesPart[i] ? h : live[i])]);

    public double Clamp(int variable, double value) => Math.Clamp(value, Low[variable], High[variable]);
}
