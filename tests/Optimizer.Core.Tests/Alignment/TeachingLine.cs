using Optimizer.Alignment;
using Optimizer.Core.Tests.Cycle;
using Optimizer.Cycle;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Alignment;

/// <summary>One setpoint with a lag of an hour, a disturbance, a lab result and a meter, and the tags that tell of grade, lot and speed.</summary>
internal static class TeachingLine
{
    public static readonly DateTimeOffset Start = SmallLine.Start;

    public static readonly ControlledVariable Strength = new("strength", "strength_lab", "MPa", null, TimeSpan.FromHours(12))
    {
        Signals = [new TagWindow("load_slope", "load", TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), WindowStatistic.Slope)],
    };

    public static readonly ControlledVariable Meter = new("power", "meter", "kW", TimeSpan.FromHours(1), TimeSpan.FromHours(12));

    public static ProcessUnit Unit(CampaignTag? campaign = null) => new()
    {
        Name = "U1",
        Gateway = "gw-1",
        Tags =
        [
            new Tag("x.SP", "t/h", 0, 10, TimeSpan.FromMinutes(1)), new Tag("load", "%", 0, 100, TimeSpan.FromMinutes(1)) { Noise = 0.1, SteadyKey = true },
            new Tag("meter", "kW", 0, 100, TimeSpan.FromMinutes(1)), new Tag("strength_lab", "MPa", 0, 1000, null) { Lab = true },
            new Tag("acid_lab", "g/L", 0, 200, null) { Lab = true },
            new Tag("grade", "1", 0, 20, null), new Tag("lot", "1", 0, 1e6, null), new Tag("speed", "m/min", 0, 100, TimeSpan.FromMinutes(1)),
        ],
        ManipulatedVariables = [SmallLine.Variable("x") with { Lag = TimeSpan.FromHours(1), SettledWithin = 0.05 }],
        DisturbanceVariables =
        [
            new DisturbanceVariable("load", "load", "%", TimeSpan.FromMinutes(30)) { Lag = TimeSpan.FromMinutes(5) },
            new DisturbanceVariable("load_spread", "load", "%", TimeSpan.FromMinutes(30)) { Statistic = WindowStatistic.Deviation },
        ],
        ControlledVariables = [Strength, Meter],
        Campaign = campaign,
    };

    public static LineMemory Memory(ProcessUnit unit, IEnumerable<Sample> samples)
    {
        var memory = new LineMemory(unit, new CycleSettings());
        foreach (var sample in samples)
        {
            memory.Take(sample);
        }

        return memory;
    }

    public static Sample Result(string tag, double value, double sampledHour, double knownHour) =>
        new(tag, value, Start.AddHours(sampledHour), Start.AddHours(knownHour), Start.AddHours(knownHour), Quality.Good);

    /// <summary>Values by the minute, each a function of the hour.</summary>
    public static IEnumerable<Sample> Course(double hours, Func<double, double>? setpoint = null, Func<double, double>? load = null, Func<double, double>? meter = null)
    {
        for (int minute = 0; minute <= hours * 60; minute++)
        {
            var at = Start.AddMinutes(minute);
            yield return Sample.Online("x.SP", setpoint?.Invoke(minute / 60.0) ?? 5, at);
            yield return Sample.Online("load", load?.Invoke(minute / 60.0) ?? 50, at);
            yield return Sample.Online("meter", meter?.Invoke(minute / 60.0) ?? 20, at);
        }
    }

    public static string Text(TrainingSet set) => string.Join('\n', set.Rows.Select(r =>
        $"{r.SampledAt:O} {r.KnownAt:O} {r.Campaign} {string.Join(' ', r.Inputs)} | {string.Join(' ', r.InputsKnown)} | {string.Join(' ', r.Signals)} | {r.Target:R}").Append(string.Join(',', set.Excluded.OrderBy(e => e.Key, StringComparer.Ordinal))));
}
