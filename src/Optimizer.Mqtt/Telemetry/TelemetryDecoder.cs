using System.Text.Json;
using Optimizer.Mqtt.Dialects;
using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary>What became of a payload.</summary>
/// <param name="Samples">Samples it gave.</param>
/// <param name="Reason">Why it, or a part of it, gave none; null: all well.</param>
/// <param name="IsOurs">False: no tag is bound to the topic.</param>
public readonly record struct DecodeOutcome(int Samples, string? Reason, bool IsOurs)
{
    /// <summary>Values in it that no tag is bound to.</summary>
    public int Unbound { get; init; }

    /// <summary>The key of the first of them.</summary>
    public string? Stranger { get; init; }

    /// <summary>What only lab results have; null: it was none, or there is nothing to say.</summary>
    public LabNotes? Lab { get; init; }
}

/// <summary>What a lab result says beside its values.</summary>
/// <param name="Withdrawn">Values it took back: cancelled, or moved to another time.</param>
/// <param name="Censored">Results that are intervals and no numbers, each a sentence.</param>
/// <param name="Stale">Why it was ignored: a newer revision is known. Null: it was not.</param>
public sealed record LabNotes(IReadOnlyList<(string Tag, DateTimeOffset SampledAt)> Withdrawn, IReadOnlyList<string> Censored, string? Stale);

/// <summary>Payload bytes to samples, by the site's bindings. Total: it never throws, whatever the bytes. It remembers only which
/// revision of a lab result it saw last.</summary>
public sealed class TelemetryDecoder
{
    private const int LargestPayload = 256 * 1024;

    private readonly Dictionary<string, List<PayloadReader>> _byTopic = new(StringComparer.Ordinal);
    private readonly List<(string Filter, PayloadReader Reader)> _byFilter = [];
    private readonly bool _sourceClock;

    /// <param name="sourceClock">Time comes from the data: a source clock ahead of ours is no mistake.</param>
    /// <exception cref="ArgumentException">A binding is not complete for its dialect.</exception>
    public TelemetryDecoder(IReadOnlyList<TagBinding> bindings, bool sourceClock)
    {
        _sourceClock = sourceClock;
        foreach (var group in bindings.GroupBy(b => (b.Topic, Lab: b.Analyte is not null, b.Dialect, b.Items, b.Gzip)))
        {
            var reader = PayloadReader.For([.. group]);
            if (TopicFilter.HasWildcard(group.Key.Topic))
            {
                _byFilter.Add((group.Key.Topic, reader));
            }
            else if (_byTopic.TryGetValue(group.Key.Topic, out var readers))
            {
                readers.Add(reader);
            }
            else
            {
                _byTopic[group.Key.Topic] = [reader];
            }
        }

        Topics = [.. bindings.Select(b => b.Topic).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The topics and filters to subscribe to.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <param name="receivedAt">When it arrived, by our clock.</param>
    /// <param name="retained">Kept by the broker from before: it may be old, so it counts as Uncertain.</param>
    public DecodeOutcome Decode(string topic, ReadOnlyMemory<byte> payload, DateTimeOffset receivedAt, bool retained, ICollection<Sample> into)
    {
        var arrival = new Arrival(receivedAt, retained, _sourceClock);
        DecodeOutcome all = default;
        if (_byTopic.TryGetValue(topic, out var readers))
        {
            foreach (var reader in readers)
            {
                all = Add(all, Read(reader, payload, arrival, into));
            }
        }

        foreach (var (filter, reader) in _byFilter)
        {
            if (TopicFilter.Matches(filter, topic))
            {
                all = Add(all, Read(reader, payload, arrival, into));
            }
        }

        return all.IsOurs ? all : new DecodeOutcome(0, $"no tag is bound to {topic}", false);
    }

    private static DecodeOutcome Add(in DecodeOutcome all, in DecodeOutcome more) =>
        !all.IsOurs ? more : new DecodeOutcome(all.Samples + more.Samples, all.Reason ?? more.Reason, true) { Unbound = all.Unbound + more.Unbound, Stranger = all.Stranger ?? more.Stranger, Lab = all.Lab ?? more.Lab };

    private static DecodeOutcome Read(PayloadReader reader, ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        if (payload.Length > LargestPayload)
        {
            return new DecodeOutcome(0, $"{payload.Length} bytes, at most {LargestPayload} are taken", true);
        }

        try
        {
            return reader.Read(payload, arrival, into);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException or InvalidDataException)
        {
            return new DecodeOutcome(0, e.Message, true);
        }
    }
}
