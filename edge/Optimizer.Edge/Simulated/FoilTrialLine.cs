using Optimizer.Edge.Site;
using Optimizer.Plant;
using Optimizer.Replay;

namespace Optimizer.Edge.Simulated;

/// <summary>The foil plant for a trial in virtual time: history by operators, then the gateway.</summary>
internal sealed class FoilTrialLine(FoilPlant plant, SiteDefinition site) : ITrialLine
{
    private readonly Dictionary<string, string> _tags = site.Tags
        .Select(t => (Path: t.Source ?? $"{t.SamplePoint}/{t.Analyte}", t.Name))
        .Concat(site.Manipulated.Select(m => (Path: "sp/" + m.SetpointTag, Name: m.SetpointTag)))
        .ToDictionary(p => p.Path, p => p.Name, StringComparer.Ordinal);

    private readonly List<Sample> _read = [];
    private readonly List<Acknowledgement> _vetoes = [];

    public DateTimeOffset Now => plant.Now;

    public IReadOnlyList<Sample> Step(TimeSpan dt)
    {
        if (plant.ByHand() is { } setpoints)
        {
            plant.Gateway.TakeOver(setpoints);
        }

        plant.Step(dt, [.. plant.Gateway.Setpoints]);
        foreach (var (tag, value) in plant.Orders())
        {
            _vetoes.AddRange(plant.Gateway.OperatorSet(tag, value, Now));
        }

        _read.Clear();
        plant.Read(_read);
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

    public IReadOnlyList<Acknowledgement> Answers()
    {
        Acknowledgement[] answers = [.. _vetoes, .. plant.Gateway.Advance(Now)];
        _vetoes.Clear();
        return answers;
    }

    public Heartbeat Beat() => plant.Gateway.Beat(Now);

    public void Hear(Heartbeat heartbeat) => plant.Gateway.Receive(heartbeat, Now);
}
