using CopperFoilLine;
using CopperFoilLine.Scenes;
using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.Edge.Simulated;
using Optimizer.Edge.Site;
using Optimizer.Plant;

namespace Optimizer.Benchmarks.Learning;

/// <summary>What the foil line went through under operators, as the worker would remember it, with the truth beside it.</summary>
internal sealed record FoilHistory(SiteLine Site, IReadOnlyList<TrainingSet> Sets, double[] Reference, DateTimeOffset Until, FoilTruth Truth)
{
    private const int HoursPerRoll = 2;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    public static SiteLine CopperFoil() => SiteMapper.Load(Path.Combine(AppContext.BaseDirectory, "sites", "copper-foil.json"));

    /// <param name="scenario">As on the command line of <c>record</c>.</param>
    /// <param name="home">The operators go back to the hand point in the last day, as before a closed loop; false: the campaign runs to the end.</param>
    public static FoilHistory Record(SiteLine site, string scenario, int rolls, int seed, bool home = true)
    {
        var plant = FoilPlant.Create(new FoilPlantPlan
        {
            Scenario = ScenarioPlan.Parse(scenario),
            Seed = seed,
            Gateway = site.Line.Terms.Gateway,
            HistoryLasts = TimeSpan.FromHours(HoursPerRoll * rolls),
            RunFrom = TimeSpan.Zero,
            HomeLasts = home ? TimeSpan.FromHours(24) : TimeSpan.Zero,
            TelemetryPeriod = site.Site.Telemetry.Period,
        });
        var line = new FoilTrialLine(plant, site.Site);
        var memory = new LineMemory(site.Line.Unit, site.Line.Settings with { Retention = TimeSpan.FromDays(36_500) });
        while (line.Now < plant.HistoryEnds)
        {
            foreach (var sample in line.Step(Step))
            {
                memory.Take(sample);
            }
        }

        var until = line.Now;
        double[] reference = memory.Training.Inputs(until, until, out string? missing) ?? throw new InvalidOperationException($"the latest inputs are not complete: {missing}");
        TrainingSet[] sets = [.. site.Line.Unit.ControlledVariables.Select(v => memory.Training.Build(v, DateTimeOffset.MinValue, until))];
        return new FoilHistory(site, sets, reference, until, plant.Line.Truth);
    }
}
