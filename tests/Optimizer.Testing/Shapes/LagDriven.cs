using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Testing.Shapes;

/// <summary>
/// Like a sulfur-recovery unit: four gas streams swing within minutes and are read once a minute; the tail-gas analysis, taken every
/// 30 min and known 10 min later, answers to what they were 5 to 25 min before. What they are at the sample's time says little.
/// </summary>
/// <remarks>
/// Streams are first-order autoregressive with time constants of 9 to 15 min. Tail gas, % = 2 + excess + 0.6 ln(1 + e^(3 excess)) / 3 + 0.25 trim
/// + noise (s.d. 0.15), excess = 0.9 a(10, 5) - 0.7 b(20, 5) + 0.4 c(5, 5), where s(l, w) is the mean of stream s over the w minutes that ended l minutes before.
/// Stream d does nothing. The air trim steps every 4 h.
/// </remarks>
public static class LagDriven
{
    private const int MinutesBetween = 30;
    private const int Window = 5;

    /// <summary>Lags of the declared windows, min; each is 5 min long.</summary>
    private static readonly int[] Lags = [0, 5, 10, 15, 20];

    private static readonly string[] Streams = ["acid_gas", "air", "sour_gas", "steam"];
    private static readonly double[] Constants = [12, 9, 15, 10];

    /// <param name="lagged">True: each stream at five lags is an input; false: only its last value.</param>
    public static Shape Make(int seed, int rows = 600, bool lagged = true)
    {
        var draw = new Draw(seed);
        int minutes = (rows + 2) * MinutesBetween;
        double[][] streams = [.. Constants.Select(c => Course(draw, minutes, c))];
        double trim = 0;
        var made = new List<TrainingRow>(rows);
        for (int n = 0; n < rows; n++)
        {
            int t = (n + 2) * MinutesBetween;
            trim = n % 8 == 0 ? draw.Uniform(-2, 2) : trim;
            double excess = (0.9 * Mean(streams[0], t, 10)) - (0.7 * Mean(streams[1], t, 20)) + (0.4 * Mean(streams[2], t, 5));
            double tail = 2 + excess + (0.6 * Math.Log(1 + Math.Exp(3 * excess)) / 3) + (0.25 * trim) + (0.15 * draw.Gaussian());
            var at = Shape.Start.AddMinutes(t);
            double[] fast = lagged ? [.. streams.SelectMany(s => Lags.Select(l => Mean(s, t, l)))] : [.. streams.Select(s => s[t])];
            made.Add(new TrainingRow(at, at.AddMinutes(10), [trim, .. fast], tail));
        }

        string[] names = lagged ? [.. Streams.SelectMany(s => Lags.Select(l => $"{s}_{l}min"))] : Streams;
        var unit = new ProcessUnit
        {
            Name = "sulfur recovery",
            Gateway = "gw",
            Tags = [new Tag("tail_gas", "%", 0, 20, null) { Noise = 0.1 }, .. Streams.Select(s => new Tag(s, "1", -10, 10, TimeSpan.FromMinutes(1)))],
            ManipulatedVariables = [Shape.Manipulated("air_trim", -3, 3)],
            DisturbanceVariables = [.. names.Select((n, i) => new DisturbanceVariable(n, Streams[lagged ? i / Lags.Length : i], "1", TimeSpan.FromMinutes(Window)))],
            ControlledVariables = [new ControlledVariable("tail_gas", "tail_gas", "%", null, TimeSpan.FromHours(24))],
        };
        BackboneTerm[] terms = [BackboneTerm.Linear("air_trim", 0), .. names.Select((n, i) => BackboneTerm.Linear(n, i + 1))];
        return new Shape(lagged ? "lag-driven" : "lag-driven, last values only", unit, [new SurrogateDesign("tail_gas", terms, [])], [Shape.Set("tail_gas", made)]);
    }

    private static double[] Course(Draw draw, int minutes, double constant)
    {
        double kept = Math.Exp(-1 / constant), value = draw.Gaussian();
        var course = new double[minutes];
        for (int m = 0; m < minutes; m++)
        {
            course[m] = value = (kept * value) + (Math.Sqrt(1 - (kept * kept)) * draw.Gaussian());
        }

        return course;
    }

    private static double Mean(double[] course, int minute, int lag) => course.AsSpan(minute - lag - Window + 1, Window).ToArray().Average();
}
