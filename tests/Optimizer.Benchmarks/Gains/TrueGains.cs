using CopperFoilLine;
using CopperFoilLine.SteadyState;
using Optimizer.Plant;

namespace Optimizer.Benchmarks.Gains;

/// <summary>What the foil line's results truly do when a setpoint moves, at its true state of the moment.</summary>
internal static class TrueGains
{
    // Small enough that bends do not count, large enough that rounding does not.
    private const double ShareOfSpan = 1e-4;

    /// <summary>Per engineering unit of each manipulated variable, in the unit's order, on the learning scale of <paramref name="variable"/>; by central difference at rest.</summary>
    public static double[] Of(ProcessUnit unit, ControlledVariable variable, FoilTruth truth, Grade grade) => [.. unit.ManipulatedVariables.Select(m =>
    {
        int place = FoilLine.Setpoints.Select(s => s.Tag).ToList().IndexOf(m.SetpointTag);
        double step = ShareOfSpan * (m.OperatorHigh - m.OperatorLow);
        double[] up = truth.Actual.ToArray(), down = truth.Actual.ToArray();
        up[place] += step;
        down[place] -= step;
        return (At(up) - At(down)) / (2 * step);

        double At(double[] u) => variable.Transform(Result(variable.Name, SteadyStatePoint.Of(OperatingPoint.From(u), grade, truth.Disturbances)));
    })];

    private static double Result(string variable, SteadyStatePoint at) => variable switch
    {
        "voltage" => at.Cell.Voltage,
        "line_power" => at.TotalPower,
        "tensile" => at.Foil.Tensile,
        "elongation" => at.Foil.Elongation,
        "roughness" => at.Foil.Roughness,
        "pinholes" => at.Foil.Pinholes,
        _ => throw new ArgumentException($"controlled variable {variable}: expected one of the copper-foil site"),
    };
}
