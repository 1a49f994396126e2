using CopperFoilLine;
using Optimizer.Plant;

namespace Optimizer.Benchmarks.Historian;

/// <summary>What the simulated foil line says, once a minute and tag, in the order it comes; received a little later, as over a network.</summary>
internal static class HistorianData
{
    /// <param name="digits">Significant digits of a value, as an instrument reports it; 17: all the noise the simulator has.</param>
    public static List<Sample> Samples(int count, int digits)
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 3, TelemetryPeriod = TimeSpan.FromMinutes(1) });
        double[] setpoints = line.Grade.Hand.ToArray();
        var random = new Random(3);
        var read = new List<Sample>();
        var samples = new List<Sample>(count);
        while (samples.Count < count)
        {
            line.Step(TimeSpan.FromSeconds(10), setpoints);
            line.Read(read);
            samples.AddRange(read.Select(s => s with { Value = Rounded(s.Value, digits), ReceivedAt = s.KnownAt + TimeSpan.FromTicks(random.Next(20_000, 400_000)) }));
            read.Clear();
        }

        samples.RemoveRange(count, samples.Count - count);
        return samples;
    }

    private static double Rounded(double value, int digits)
    {
        if (digits >= 17 || value == 0 || !double.IsFinite(value))
        {
            return value;
        }

        int decimals = Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 15);
        return Math.Round(value, decimals);
    }

    public static IReadOnlyList<Tag> Tags(IEnumerable<Sample> samples) =>
        [.. samples.Select(s => s.Tag).Distinct().Select(t => new Tag(t, "1", -1e9, 1e9, null) { Lab = FoilTags.Results.ContainsKey(t) })];
}
