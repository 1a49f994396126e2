using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Testing.Shapes;

/// <summary>
/// Like a batch process with a strength test per batch: 72 batches, a day apart, seven inputs, a bent answer and noise. Too few rows for
/// trees, enough for a smooth model that shrinks.
/// </summary>
/// <remarks>
/// Strength, MPa = 40 + 3 x1 - 2 x2 + 1.5 x3 - x1^2 + 0.8 x1 x2 + 1.2 tanh(x5) + noise (s.d. 1.2), inputs standard normal and kept within
/// 2.5; x4, x6 and x7 do nothing. The engineer declares linear terms, a square of x1 and x3, and no gains.
/// </remarks>
public static class SmallSample
{
    private const int Manipulated = 4;
    private static readonly string[] Names = ["cement", "water", "admixture", "sand", "ambient", "moisture", "age"];

    public static Shape Make(int seed, int rows = 72)
    {
        var draw = new Draw(seed);
        var made = new List<TrainingRow>(rows);
        for (int n = 0; n < rows; n++)
        {
            double[] x = [.. Names.Select(_ => Math.Clamp(draw.Gaussian(), -2.5, 2.5))];
            double strength = 40 + (3 * x[0]) - (2 * x[1]) + (1.5 * x[2]) - (x[0] * x[0]) + (0.8 * x[0] * x[1]) + (1.2 * Math.Tanh(x[4])) + (1.2 * draw.Gaussian());
            var at = Shape.Start.AddDays(n);
            made.Add(new TrainingRow(at, at.AddHours(20), x, strength));
        }

        var unit = new ProcessUnit
        {
            Name = "mixer",
            Gateway = "gw",
            Tags = [new Tag("strength", "MPa", 0, 100, null) { Noise = 0.8 }, .. Names.Skip(Manipulated).Select(n => new Tag(n, "1", -5, 5, TimeSpan.FromMinutes(1)))],
            ManipulatedVariables = [.. Names.Take(Manipulated).Select(n => Shape.Manipulated(n, -3, 3))],
            DisturbanceVariables = [.. Names.Skip(Manipulated).Select(n => new DisturbanceVariable(n, n, "1", TimeSpan.FromHours(1)))],
            ControlledVariables = [new ControlledVariable("strength", "strength", "MPa", null, TimeSpan.FromDays(30))],
        };
        BackboneTerm[] terms = [.. Names.Select((n, i) => BackboneTerm.Linear(n, i)), BackboneTerm.Square("cement", 0, 0, 1), BackboneTerm.Square("admixture", 2, 0, 1)];
        return new Shape("small sample", unit, [new SurrogateDesign("strength", terms, [])], [Shape.Set("strength", made)]);
    }
}
