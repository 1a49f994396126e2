using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Testing.Shapes;

/// <summary>
/// Like a column whose trays foul: the level of the result wanders away, the gain of one setpoint fades to half, and one input sensor
/// drifts. Whoever learns one level and one gain for all time is left behind.
/// </summary>
/// <remarks>
/// A result every 2 h, known 1.5 h later. Purity, % = 90 + g(t) (reflux - 5) - 0.8 (steam - 5) + 0.5 feed + level(t) + noise (s.d. 0.25); g falls from 1.2 to 0.6
/// in a straight line; the level is a random walk (s.d. 0.08 per row) on a slope of -4 over the whole history; the feed sensor reads 1.5 too much at the end.
/// Setpoints are set anew every 12 rows. The engineer declares the signs and rough gains.
/// </remarks>
public static class Drifted
{
    private const int RowsPerSetting = 12;

    public static Shape Make(int seed, int rows = 480)
    {
        var draw = new Draw(seed);
        double reflux = 5, steam = 5, feed = 0, level = 0;
        var made = new List<TrainingRow>(rows);
        for (int n = 0; n < rows; n++)
        {
            double through = (double)n / rows;
            (reflux, steam) = n % RowsPerSetting == 0 ? (5 + (0.8 * draw.Gaussian()), 5 + (0.8 * draw.Gaussian())) : (reflux, steam);
            feed = (0.9 * feed) + (0.44 * draw.Gaussian());
            level += (0.08 * draw.Gaussian()) - (4.0 / rows);
            double gain = 1.2 - (0.6 * through);
            double purity = 90 + (gain * (reflux - 5)) - (0.8 * (steam - 5)) + (0.5 * feed) + level + (0.25 * draw.Gaussian());
            var at = Shape.Start.AddHours(2 * n);
            made.Add(new TrainingRow(at, at.AddHours(1.5), [reflux, steam, feed + (1.5 * through)], purity));
        }

        var unit = new ProcessUnit
        {
            Name = "column",
            Gateway = "gw",
            Tags = [new Tag("purity", "%", 0, 100, null) { Noise = 0.2 }, new Tag("feed", "1", -10, 10, TimeSpan.FromMinutes(1))],
            ManipulatedVariables = [Shape.Manipulated("reflux", 0, 10), Shape.Manipulated("steam", 0, 10)],
            DisturbanceVariables = [new DisturbanceVariable("feed", "feed", "1", TimeSpan.FromHours(1))],
            ControlledVariables = [new ControlledVariable("purity", "purity", "%", null, TimeSpan.FromHours(12))],
        };
        BackboneTerm[] terms = [BackboneTerm.Linear("reflux", 0), BackboneTerm.Linear("steam", 1), BackboneTerm.Linear("feed", 2)];
        DeclaredGain[] gains = [new(0, "reflux", 1, 0.5, 1), new(1, "steam", -1, 0.5, -1)];
        return new Shape("drifted", unit, [new SurrogateDesign("purity", terms, gains)], [Shape.Set("purity", made)]);
    }
}
