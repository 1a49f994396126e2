using Optimizer.Plant;

namespace Optimizer.Mqtt.Sparkplug;

/// <summary>
/// One session of one edge node. It lives from an NBIRTH seen on the present connection to the NDEATH with the same bdSeq, to a
/// message that never came, or to the loss of our own connection; otherwise every value of it is Bad.
/// </summary>
/// <remarks>
/// Under report by exception a lost message may have been a change, a death or another birth, so values after a gap are not
/// known until the next birth. A passive host waits for it; an active one asks.
/// </remarks>
internal sealed class EdgeNode(string group, string node, SparkplugRole role, TimeSpan reorderTimeout, IReadOnlyDictionary<string, MetricTable> tables)
{
    public static readonly TimeSpan RebirthEvery = TimeSpan.FromSeconds(10);
    private const int MostPending = 64;
    private const string Itself = "";
    private const string RebirthMetric = "Node Control/Rebirth";

    private readonly Dictionary<ulong, (SparkplugTopic Topic, SparkplugPayload Payload, Arrival Arrival)> _pending = [];
    private ulong _expected;
    private long? _session;
    private DateTimeOffset? _gapSince, _askedAt;
    private bool _isAlive, _isDead, _wantsBirth;

    public bool IsAlive => _isAlive;

    public MetricTable? Table(string? device) => tables.GetValueOrDefault(device ?? Itself);

    public void Take(in SparkplugTopic topic, SparkplugPayload payload, in Arrival arrival, Taking taking)
    {
        switch (topic.Message)
        {
            case SparkplugMessage.NodeBirth:
                Birth(payload, arrival, taking);
                break;
            case SparkplugMessage.NodeDeath:
                Death(payload, arrival, taking);
                break;
            default:
                Sequenced(topic, payload, arrival, taking);
                break;
        }

        _wantsBirth |= taking.UnknownName;
    }

    /// <summary>Passes time: gaps that were not filled, devices that were not born again.</summary>
    public void Advance(DateTimeOffset now, Taking taking)
    {
        if (_gapSince is { } since && now - since >= reorderTimeout)
        {
            Doubt($"message {_expected} of {group}/{node} did not come within {reorderTimeout.TotalSeconds:G3} s", now, taking);
        }

        foreach (var table in tables.Values.Where(t => t.DueBy <= now))
        {
            table.Mark(now, now, taking.Samples);
        }
    }

    /// <summary>What it says from now on we do not hear; what it says next we cannot place.</summary>
    public void Lost(DateTimeOffset now, ICollection<Sample> into)
    {
        End(now, now, into);
        (_wantsBirth, _isDead) = (false, false);
    }

    /// <summary>Asks for a birth in any case: one that was seen may still be of the connection before.</summary>
    public void Connected() => _wantsBirth = true;

    /// <summary>A message that cannot be read: a node's birth ends what went before; any other leaves a gap that will show.</summary>
    public void Unreadable(SparkplugMessage message, string reason, DateTimeOffset now, Taking taking)
    {
        if (message == SparkplugMessage.NodeBirth)
        {
            Doubt(reason, now, taking);
        }
    }

    /// <summary>The request for a rebirth that is due; null: none.</summary>
    public OutboundMessage? Rebirth(DateTimeOffset now)
    {
        if (role != SparkplugRole.Active || !_wantsBirth || _isDead || now - _askedAt < RebirthEvery)
        {
            return null;
        }

        _askedAt = now;
        var metric = new SparkplugMetric
        {
            Name = RebirthMetric,
            Timestamp = (ulong)now.ToUnixTimeMilliseconds(),
            Type = SparkplugType.Boolean,
            Value = SparkplugValue.From(SparkplugType.Boolean, 1)!.Value,
        };
        return new OutboundMessage(SparkplugTopic.Command(group, node, null), new SparkplugPayload(metric.Timestamp, null, [metric]).Encode(), 0) { IsBinary = true };
    }

    private void Birth(SparkplugPayload payload, in Arrival arrival, Taking taking)
    {
        (_isAlive, _isDead, _wantsBirth, _gapSince) = (true, false, false, null);
        _pending.Clear();
        // 0 by one chapter of the specification, anything by another.
        _expected = ((payload.Sequence ?? 0) + 1) % 256;
        _session = Session(payload);
        foreach (var (device, table) in tables.Where(t => t.Key != Itself))
        {
            // Their births follow at once; a moment of Bad at every rebirth would look like a stop of the line.
            table.DueBy = table.IsBorn ? arrival.At + reorderTimeout : table.DueBy;
            table.Forget();
        }

        if (Table(null)?.Birth(payload, arrival, taking) is { } reason)
        {
            taking.Reason ??= reason;
            if (!Table(null)!.IsBorn)
            {
                Doubt(reason, arrival.At, taking);
            }
        }
    }

    private void Death(SparkplugPayload payload, in Arrival arrival, Taking taking)
    {
        // Without a bdSeq on either side nothing tells the sessions apart: then a death counts.
        if (Session(payload) is { } dead && _session is { } present && dead != present)
        {
            taking.Reason = $"death of session {dead} of {group}/{node}, the present one is {present}";
            return;
        }

        if (_isAlive)
        {
            End(arrival.At, arrival.At, taking.Samples);
        }

        (_isDead, _wantsBirth) = (true, false);
    }

    private void Sequenced(in SparkplugTopic topic, SparkplugPayload payload, in Arrival arrival, Taking taking)
    {
        if (!_isAlive)
        {
            (_wantsBirth, _isDead) = (true, false);
            taking.Reason = $"no birth of {group}/{node} was seen on this connection"
                + (role == SparkplugRole.Passive ? "; in the role active we would ask for one" : "");
            return;
        }

        if (payload.Sequence is not { } sequence)
        {
            Doubt($"{topic.Message} of {group}/{node} has no seq", arrival.At, taking);
            return;
        }

        _pending[sequence] = (topic, payload, arrival);
        while (_isAlive && _pending.Remove(_expected, out var next))
        {
            _expected = (_expected + 1) % 256;
            _gapSince = null;
            Apply(next.Topic, next.Payload, next.Arrival, taking);
        }

        if (_isAlive && _pending.Count > 0)
        {
            _gapSince ??= arrival.At;
            if (_pending.Count > MostPending)
            {
                Doubt($"{_pending.Count} messages of {group}/{node} wait for message {_expected}", arrival.At, taking);
            }
        }
    }

    private void Apply(SparkplugTopic topic, SparkplugPayload payload, in Arrival arrival, Taking taking)
    {
        if (Table(topic.Device) is not { } table)
        {
            // Nobody here uses that device, but its messages count.
            taking.Unbound += payload.Metrics.Count;
            taking.Reason ??= tables.Keys.FirstOrDefault(k => string.Equals(k, topic.Device, StringComparison.OrdinalIgnoreCase)) is { } known
                ? $"device {topic.Device} of {group}/{node} differs from {known} in case only" : null;
            return;
        }

        switch (topic.Message)
        {
            case SparkplugMessage.DeviceBirth when table.Birth(payload, arrival, taking) is { } reason:
                taking.Reason ??= reason;
                Unborn(table, arrival.At, taking);
                break;
            case SparkplugMessage.DeviceBirth:
                break;
            case SparkplugMessage.DeviceDeath:
                table.Forget();
                table.Mark(SampleRules.TryMilliseconds(payload.Timestamp, out var at) && at <= arrival.At ? at : arrival.At, arrival.At, taking.Samples);
                break;
            case var _ when !table.IsBorn:
                taking.Reason ??= $"data of {group}/{node}/{topic.Device} before its birth";
                Unborn(table, arrival.At, taking);
                break;
            default:
                if (table.Data(payload, arrival, taking) is { } doubt)
                {
                    Doubt(doubt, arrival.At, taking);
                }

                break;
        }
    }

    private void Unborn(MetricTable table, DateTimeOffset at, Taking taking)
    {
        if (!table.IsBorn)
        {
            table.Mark(at, at, taking.Samples);
            _wantsBirth = true;
        }
    }

    private void Doubt(string reason, DateTimeOffset at, Taking taking)
    {
        taking.Reason = reason;
        End(at, at, taking.Samples);
        _wantsBirth = true;
    }

    private void End(DateTimeOffset at, DateTimeOffset receivedAt, ICollection<Sample> into)
    {
        (_isAlive, _session, _gapSince) = (false, null, null);
        _pending.Clear();
        foreach (var table in tables.Values)
        {
            table.Forget();
            table.Mark(at, receivedAt, into);
        }
    }

    private static long? Session(SparkplugPayload payload) =>
        payload.Metrics.FirstOrDefault(m => m.Name == "bdSeq") is { } metric && metric.Value.TryNumber(metric.Type == SparkplugType.Unknown ? SparkplugType.Int64 : metric.Type, out double n) ? (long)n : null;
}
