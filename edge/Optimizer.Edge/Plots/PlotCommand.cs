using Optimizer.Edge.Commands;
using Optimizer.Edge.Simulated;
using Optimizer.Plant;

namespace Optimizer.Edge.Plots;

/// <summary><c>simulate --plot</c>: runs the plant in virtual time and draws what it went through.</summary>
internal static class PlotCommand
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TruthEvery = TimeSpan.FromMinutes(10);

    public static int Run(FoilPlant plant, double hours, string file, CancellationToken cancel)
    {
        if (!file.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"--plot: found \"{file}\", expected a file name that ends in .png");
        }

        CommonOptions.Writable(file);
        var curves = new Curves(plant.Now);
        var until = plant.Now + TimeSpan.FromHours(hours);
        var nextTruth = plant.Now;
        var read = new List<Sample>();
        while (plant.Now < until)
        {
            cancel.ThrowIfCancellationRequested();
            plant.Advance(Step, read);
            foreach (var sample in read)
            {
                curves.Add(sample.Tag, sample.SampledAt, sample.Value);
            }

            read.Clear();
            if (plant.Now >= nextTruth)
            {
                nextTruth += TruthEvery;
                foreach (var (tag, value, _) in plant.Line.Truth.Tags)
                {
                    curves.Add("true " + tag, plant.Now, value);
                }
            }
        }

        FoilPage.Draw(curves, plant.Line.Grade, file);
        Console.WriteLine(FormattableString.Invariant($"{hours:0.#} h of process time drawn to {Path.GetFullPath(file)}"));
        return ExitCodes.Ok;
    }
}

/// <summary>Values over days since the start, by tag.</summary>
internal sealed class Curves(DateTimeOffset start)
{
    private readonly Dictionary<string, (List<double> Days, List<double> Values)> _curves = new(StringComparer.Ordinal);

    public void Add(string tag, DateTimeOffset at, double value)
    {
        if (!_curves.TryGetValue(tag, out var curve))
        {
            _curves[tag] = curve = ([], []);
        }

        curve.Days.Add((at - start).TotalDays);
        curve.Values.Add(value);
    }

    /// <summary>Empty where nothing was reported.</summary>
    public (double[] Days, double[] Values) Of(string tag) => _curves.TryGetValue(tag, out var curve) ? ([.. curve.Days], [.. curve.Values]) : ([], []);
}
