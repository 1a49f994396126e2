using Optimizer.Plant;

namespace Optimizer.Mqtt.Sparkplug;

/// <summary>
/// The host side of Sparkplug B 3.0 for the edge nodes of a site: payloads and times in, samples and requests for rebirth out.
/// Pure and total: no clock, no connection, and it never throws, whatever the bytes.
/// </summary>
/// <remarks>
/// Age is no staleness here: a value reported on change holds while its node's session lives. Marks of death are set by our
/// clock, so Sparkplug sources are for sites whose time is the wall clock.
/// </remarks>
public sealed class SparkplugHost
{
    private readonly Dictionary<(string Group, string Node), EdgeNode> _nodes = [];

    /// <param name="watched">Metrics whose every word is wanted in <see cref="Changes"/>, bound to a tag or not.</param>
    public SparkplugHost(IReadOnlyList<SparkplugBinding> bindings, IReadOnlyList<(SparkplugSource Source, string Metric)>? watched = null)
    {
        var all = bindings.Select(b => (b.Source, Tag: (TagBinding?)b.Tag, Metric: b.Tag.Key!, Watched: false))
            .Concat((watched ?? []).Select(w => (w.Source, Tag: (TagBinding?)null, w.Metric, Watched: true)));
        foreach (var ofNode in all.GroupBy(a => (a.Source.Group, a.Source.Node)))
        {
            var tables = ofNode.GroupBy(a => a.Source.Device ?? "", StringComparer.Ordinal).ToDictionary(
                d => d.Key,
                d => new MetricTable(d.First().Source, [.. d.Select(a => a.Tag).OfType<TagBinding>()], d.Where(a => a.Watched).Select(a => a.Metric).ToHashSet(StringComparer.Ordinal)),
                StringComparer.Ordinal);
            _nodes[ofNode.Key] = new EdgeNode(ofNode.Key.Group, ofNode.Key.Node, ofNode.Max(a => a.Source.Role), ofNode.Max(a => a.Source.ReorderTimeout), tables);
        }

        Filters = [.. _nodes.Keys.Select(k => SparkplugTopic.Filter(k.Group, k.Node)).Order(StringComparer.Ordinal)];
    }

    /// <summary>To subscribe to, on a connection of its own: a host's session starts clean and ends with the connection.</summary>
    public IReadOnlyList<string> Filters { get; }

    /// <summary>What watched metrics said, oldest first; whoever reads it empties it.</summary>
    public List<SparkplugChange> Changes { get; } = [];

    /// <param name="receivedAt">When it arrived, by our clock.</param>
    /// <param name="retained">Kept by the broker from before: no message of an edge node may be.</param>
    public DecodeOutcome Take(string topic, ReadOnlySpan<byte> payload, DateTimeOffset receivedAt, bool retained, ICollection<Sample> into)
    {
        if (!SparkplugTopic.TryParse(topic, out var parsed) || !_nodes.TryGetValue((parsed.Group, parsed.Node), out var node))
        {
            return new DecodeOutcome(0, $"no tag is bound to {topic}", false);
        }

        if (parsed.Message == SparkplugMessage.Other || retained)
        {
            return new DecodeOutcome(0, retained ? $"{topic} was retained: it may be of any time before" : null, true);
        }

        int before = into.Count;
        var taking = new Taking(into, Changes);
        node.Advance(receivedAt, taking);
        var decoded = SparkplugPayload.Decode(payload);
        if (decoded.Value is { } value)
        {
            node.Take(parsed, value, new Arrival(receivedAt, Retained: false, SourceClock: false), taking);
        }
        else
        {
            taking.Reason = decoded.Reason;
            node.Unreadable(parsed.Message, decoded.Reason!, receivedAt, taking);
        }

        return new DecodeOutcome(into.Count - before, taking.Reason, true) { Unbound = taking.Unbound };
    }

    /// <summary>Passes time: gaps in sequences, devices that were not born again. Call it at least once a second.</summary>
    public DecodeOutcome Advance(DateTimeOffset now, ICollection<Sample> into)
    {
        int before = into.Count;
        var taking = new Taking(into, Changes);
        foreach (var node in _nodes.Values)
        {
            node.Advance(now, taking);
        }

        return new DecodeOutcome(into.Count - before, taking.Reason, true);
    }

    /// <summary>
    /// Our own connection ended: deaths and births go unheard from now on, so every value is Bad until the node's next birth.
    /// Known aliases are no way back: a node may have been born anew meanwhile and have given them to other metrics.
    /// </summary>
    public void LinkLost(DateTimeOffset now, ICollection<Sample> into)
    {
        foreach (var node in _nodes.Values)
        {
            node.Lost(now, into);
        }
    }

    /// <summary>Our connection stands: nodes of the active role are asked for a birth.</summary>
    public void LinkUp()
    {
        foreach (var node in _nodes.Values)
        {
            node.Connected();
        }
    }

    /// <summary>Requests for rebirth that are due, at most one per node every 10 s.</summary>
    public IReadOnlyList<OutboundMessage> Rebirths(DateTimeOffset now) => [.. _nodes.Values.Select(n => n.Rebirth(now)).OfType<OutboundMessage>()];

    /// <summary>What the birth of the living session declared; null: there is none, or it has no such metric.</summary>
    public SparkplugDefinition? Find(SparkplugSource source, string metric) =>
        _nodes.TryGetValue((source.Group, source.Node), out var node) && node.IsAlive ? node.Table(source.Device)?.Find(metric) : null;

    /// <summary>The node's session lives, and the device in it.</summary>
    public bool IsAlive(SparkplugSource source) =>
        _nodes.TryGetValue((source.Group, source.Node), out var node) && node.IsAlive && node.Table(source.Device) is { IsBorn: true };
}
