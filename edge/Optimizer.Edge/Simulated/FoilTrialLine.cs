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

    public DateTimeOffset Now => plant.Now;

    public IReadOnlyList<Sample> Step(TimeSpan dt)
    {
        _read.Clear();
        plant.Advance(dt, _read);
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
        Acknowledgement[] answers = [.. plant.Vetoes, .. plant.Gateway.Advance(Now)];
        plant.Vetoes.Clear();
        return answers;
    }

    public Heartbeat Beat() => plant.Gateway.Beat(Now);

    public void Hear(Heartbeat heartbeat) => plant.Gateway.Receive(heartbeat, Now);
}
