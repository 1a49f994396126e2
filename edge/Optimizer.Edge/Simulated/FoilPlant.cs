using CopperFoilLine;
using Optimizer.Edge.Site;
using Optimizer.Plant;
using Optimizer.Replay;
using Optimizer.Simulation;

namespace Optimizer.Edge.Simulated;

/// <summary>The simulated foil line behind its gateway, as demo, simulate and trial run it.</summary>
internal sealed class FoilPlant
{
    private FoilPlant(FoilLine line, PlantGateway gateway) => (Line, Gateway) = (line, gateway);

    public FoilLine Line { get; }

    public PlantGateway Gateway { get; }

    /// <param name="gateway">Gateway id.</param>
    public static FoilPlant Create(string scenario, int seed, string gateway)
    {
        var line = new FoilLine(Scenarios.Apply(scenario, new FoilLineOptions { Seed = seed }));
        return new FoilPlant(line, new PlantGateway(new GatewayOptions { Name = gateway, Tags = Tags(line.Grade) }));
    }

    // The gateway's own limits: the equipment's, not the site file's.
    private static GatewayTag[] Tags(Grade grade)
    {
        double[] hand = grade.Hand.ToArray();
        double[] rate = [50, 2.0 / 60, 5, 0.5 / 60, 0.6 / 60, 2.0 / 60, 0.05, 0.2, 0.05];
        double[] step = [200, 1, 3, 2, 2, 2, 0.3, 1, 0.3];
        double[] high = [6362, .. OperatingPoint.High.Skip(1)];
        return [.. FoilLine.Setpoints.Select((s, i) => new GatewayTag(s.Tag, s.EngineeringUnit, OperatingPoint.Low[i], high[i], rate[i], step[i], hand[i]))];
    }
}

/// <summary>The foil plant for a trial in virtual time: history by operators, then the gateway.</summary>
internal sealed class FoilTrialLine(FoilPlant plant, SiteDefinition site, OperatorHistory? history, DateTimeOffset historyEnds) : ITrialLine
{
    private readonly Dictionary<string, string> _tags = site.Tags
        .Select(t => (Path: t.Source ?? $"{t.SamplePoint}/{t.Analyte}", t.Name))
        .Concat(site.Manipulated.Select(m => (Path: "sp/" + m.SetpointTag, Name: m.SetpointTag)))
        .ToDictionary(p => p.Path, p => p.Name, StringComparer.Ordinal);

    private readonly List<Sample> _read = [];

    public DateTimeOffset Now => plant.Line.Now;

    public IReadOnlyList<Sample> Step(TimeSpan dt)
    {
        if (history is not null && Now < historyEnds)
        {
            plant.Gateway.TakeOver(history.At(Now));
        }

        plant.Line.Step(dt, [.. plant.Gateway.Setpoints]);
        _read.Clear();
        plant.Line.Read(_read);
        var samples = new List<Sample>(_read.Count);
        foreach (var sample in _read)
        {
            if (_tags.TryGetValue(sample.Tag, out string? name))
            {
                samples.Add(sample with { Tag = name });
            }
        }

        return samples;
    }

    public IReadOnlyList<Acknowledgement> Deliver(SetpointRequest request) => plant.Gateway.Receive(request, Now);

    public IReadOnlyList<Acknowledgement> Answers() => plant.Gateway.Advance(Now);

    public Heartbeat Beat() => plant.Gateway.Beat(Now);

    public void Hear(Heartbeat heartbeat) => plant.Gateway.Receive(heartbeat, Now);
}
