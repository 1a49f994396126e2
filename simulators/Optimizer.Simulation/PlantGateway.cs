using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>What the gateway itself knows of one setpoint; it trusts nobody else's limits.</summary>
/// <param name="RatePerMinute">Rate at which the controller walks.</param>
/// <param name="MaxStep">Largest change in one request.</param>
public sealed record GatewayTag(string Tag, string EngineeringUnit, double Low, double High, double RatePerMinute, double MaxStep, double Start);

/// <summary>Options of the controller stand-in.</summary>
public sealed record GatewayOptions
{
    public required string Name { get; init; }

    /// <summary>In the order of the plant's setpoints.</summary>
    public required IReadOnlyList<GatewayTag> Tags { get; init; }

    /// <summary>Largest difference between a request's issue time and ours.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence of the optimizer after which its lease is taken back. Default 90 s; never zero.</summary>
    public TimeSpan Watchdog { get; init; } = TimeSpan.FromSeconds(90);
}

/// <summary>
/// The controller's side of the setpoint contract: every check of the handshake, setpoint walking, lease, read-back,
/// operator veto. Losing the lease holds the last setpoints; nothing returns to remote by itself but a new, valid write.
/// </summary>
public sealed class PlantGateway(GatewayOptions options) : IGateway
{
    private readonly double[] _live = [.. options.Tags.Select(t => t.Start)];
    private readonly double[] _target = [.. options.Tags.Select(t => t.Start)];
    private readonly Dictionary<string, (SetpointRequest Request, Acknowledgement Answer)> _answered = new(StringComparer.Ordinal);
    private readonly RequestChecks _checks = new(options);
    private DateTimeOffset _lastAdvance = DateTimeOffset.MinValue, _leaseUntil, _peerHeard;
    private SetpointRequest? _walking, _leased;
    private DateTimeOffset _verifyBy;
    private long _n, _peerN;

    public string Name => options.Name;

    public IReadOnlyList<double> Setpoints => _live;

    /// <summary>The operator's switch: false refuses every request.</summary>
    public bool Remote { get; private set; } = true;

    /// <summary>A plant trip that forbids remote writes.</summary>
    public bool Interlock { get; set; }

    /// <summary>The setpoints stop following: for tests of read-back.</summary>
    public bool Stuck { get; set; }

    public IReadOnlyList<Acknowledgement> Receive(SetpointRequest request, DateTimeOffset now)
    {
        if (_answered.TryGetValue(request.SetpointId, out var before))
        {
            return [SameContent(before.Request, request) ? before.Answer : Reject(request, ReasonCode.Duplicate, "this id was used for another request", now)];
        }

        var (code, reason) = _checks.Judge(request, _live, Remote, Interlock, now);
        if (code != ReasonCode.None)
        {
            return [Remember(request, Reject(request, code, reason, now))];
        }

        _checks.Took(request);
        return request.Kind switch
        {
            RequestKind.Renew => Renew(request, now),
            RequestKind.Release => Release(request, now),
            _ => Write(request, now),
        };
    }

    public IReadOnlyList<Acknowledgement> Advance(DateTimeOffset now)
    {
        double minutes = _lastAdvance == DateTimeOffset.MinValue ? 0 : (now - _lastAdvance).TotalMinutes;
        _lastAdvance = now;
        if (!Stuck)
        {
            Walk(minutes);
        }

        var acks = new List<Acknowledgement>();
        if (_walking is { } walking)
        {
            if (walking.Items.All(AtTarget))
            {
                acks.Add(Remember(walking, Answer(walking, AcknowledgementState.Verified, ReasonCode.None, null, now)));
                _walking = null;
            }
            else if (now > _verifyBy)
            {
                acks.Add(Remember(walking, Answer(walking, AcknowledgementState.Deviated, ReasonCode.ControllerFault, "read-back did not reach the setpoint in time", now)));
                _walking = null;
            }
        }

        if (_leased is not null && now > _leaseUntil)
        {
            acks.Add(Shed(ReasonCode.Expired, "the lease ran out", now));
        }
        else if (_leased is not null && _peerHeard != default && now - _peerHeard > options.Watchdog)
        {
            acks.Add(Shed(ReasonCode.Watchdog, FormattableString.Invariant($"no heartbeat for {(now - _peerHeard).TotalSeconds:F0} s"), now));
        }

        return acks;
    }

    public void Receive(Heartbeat heartbeat, DateTimeOffset now)
    {
        if (heartbeat.N > _peerN || heartbeat.N < _peerN - 1000)
        {
            (_peerN, _peerHeard) = (heartbeat.N, now);
        }
    }

    public Heartbeat Beat(DateTimeOffset now) => new(Name, ++_n, _peerN == 0 ? null : _peerN, now);

    /// <summary>An operator moves a setpoint by hand: theirs stands, and a lease is lost.</summary>
    /// <exception cref="ArgumentException">The gateway has no such tag, or the value is outside its limits.</exception>
    public IReadOnlyList<Acknowledgement> OperatorSet(string tag, double value, DateTimeOffset now)
    {
        int i = _checks.IndexOf(tag);
        if (i < 0 || !(value >= options.Tags[i].Low && value <= options.Tags[i].High))
        {
            throw new ArgumentException(i < 0
                ? $"gateway {Name} has no setpoint \"{tag}\", expected one of {string.Join(", ", options.Tags.Select(t => t.Tag))}"
                : FormattableString.Invariant($"{tag}: found {value}, expected {options.Tags[i].Low} to {options.Tags[i].High}"));
        }

        _target[i] = value;
        return _leased is null ? [] : [Shed(ReasonCode.OperatorVeto, $"an operator moved {tag}", now)];
    }

    /// <summary>The operator's local/remote switch; to local takes a lease back.</summary>
    public IReadOnlyList<Acknowledgement> SetRemote(bool remote, DateTimeOffset now)
    {
        Remote = remote;
        return remote || _leased is null ? [] : [Shed(ReasonCode.OperatorVeto, "switched to local", now)];
    }

    /// <summary>Operators ran the line by hand meanwhile: live setpoints are where they left them.</summary>
    public void TakeOver(ReadOnlySpan<double> setpoints)
    {
        setpoints.CopyTo(_live);
        setpoints.CopyTo(_target);
    }

    private List<Acknowledgement> Write(SetpointRequest request, DateTimeOffset now)
    {
        var acks = new List<Acknowledgement> { Answer(request, AcknowledgementState.Received, ReasonCode.None, null, now) };
        if (_walking is { } walking)
        {
            acks.Add(Remember(walking, Answer(walking, AcknowledgementState.Superseded, ReasonCode.None, null, now)));
        }

        double ramp = 0;
        foreach (var item in request.Items)
        {
            int i = _checks.IndexOf(item.Tag);
            _target[i] = item.Value;
            ramp = Math.Max(ramp, Math.Abs(item.Value - _live[i]) / options.Tags[i].RatePerMinute);
        }

        (_walking, _leased, _leaseUntil) = (request, request, now + request.Lease);
        _verifyBy = now + TimeSpan.FromMinutes(2 * ramp) + TimeSpan.FromSeconds(60);
        acks.Add(Answer(request, AcknowledgementState.Accepted, ReasonCode.None, null, now));
        acks.Add(Remember(request, Answer(request, AcknowledgementState.Applied, ReasonCode.None, null, now)));
        return acks;
    }

    private List<Acknowledgement> Renew(SetpointRequest request, DateTimeOffset now)
    {
        if (_leased is not { } leased || leased.WriterEpoch != request.WriterEpoch || !leased.Items.Select(i => (i.Tag, i.Value)).SequenceEqual(request.Items.Select(i => (i.Tag, i.Value))))
        {
            return [Remember(request, Reject(request, ReasonCode.ExpectMismatch, "nothing with these values is leased", now))];
        }

        _leaseUntil = now + request.Lease;
        return [Remember(request, Answer(request, AcknowledgementState.Accepted, ReasonCode.None, null, now))];
    }

    private List<Acknowledgement> Release(SetpointRequest request, DateTimeOffset now)
    {
        _leased = null;
        return [Remember(request, Answer(request, AcknowledgementState.Released, ReasonCode.None, null, now))];
    }

    private void Walk(double minutes)
    {
        for (int i = 0; i < _live.Length; i++)
        {
            double reach = options.Tags[i].RatePerMinute * minutes;
            _live[i] += Math.Clamp(_target[i] - _live[i], -reach, reach);
        }
    }

    private bool AtTarget(SetpointItem item)
    {
        int i = _checks.IndexOf(item.Tag);
        return Math.Abs(_live[i] - item.Value) <= 1e-9 * Math.Max(1, Math.Abs(item.Value));
    }

    private Acknowledgement Shed(ReasonCode code, string reason, DateTimeOffset now)
    {
        var ack = Answer(_leased!, AcknowledgementState.LeaseLost, code, reason, now);
        // Hold: stop walking where the line stands.
        _live.CopyTo(_target, 0);
        (_leased, _walking) = (null, null);
        return ack;
    }

    private Acknowledgement Remember(SetpointRequest request, Acknowledgement answer)
    {
        _answered[request.SetpointId] = (request, answer);
        if (_answered.Count > 20_000)
        {
            foreach (string old in _answered.Where(a => answer.At - a.Value.Answer.At > TimeSpan.FromHours(24)).Select(a => a.Key).ToList())
            {
                _answered.Remove(old);
            }
        }

        return answer;
    }

    private Acknowledgement Reject(SetpointRequest request, ReasonCode code, string reason, DateTimeOffset now) =>
        Answer(request, code == ReasonCode.Expired ? AcknowledgementState.Expired : AcknowledgementState.Rejected, code, reason, now);

    private Acknowledgement Answer(SetpointRequest request, AcknowledgementState state, ReasonCode code, string? reason, DateTimeOffset now) =>
        new(request.SetpointId, request.WriterEpoch, request.Sequence, Name, state, code, reason, now,
            [.. request.Items.Select(Item)]);

    private AcknowledgedItem Item(SetpointItem item)
    {
        int i = _checks.IndexOf(item.Tag);
        return i < 0 ? new AcknowledgedItem(item.Tag, item.Value, null, null) : new AcknowledgedItem(item.Tag, item.Value, _target[i], _live[i]);
    }

    private static bool SameContent(SetpointRequest a, SetpointRequest b) =>
        a.Kind == b.Kind && a.WriterEpoch == b.WriterEpoch && a.Sequence == b.Sequence && a.Gateway == b.Gateway && a.Items.SequenceEqual(b.Items);
}
