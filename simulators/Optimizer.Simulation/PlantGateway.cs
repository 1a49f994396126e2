using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>
/// The controller's side of the setpoint contract: every check of the handshake, setpoint walking, lease, read-back,
/// operator veto. Losing the lease holds the last setpoints; nothing returns to remote by itself but a new, valid write.
/// Not thread-safe: one caller at a time, with instants that never go back.
/// </summary>
public sealed class PlantGateway : IGateway
{
    private static readonly TimeSpan VerifySlack = TimeSpan.FromSeconds(60);

    private readonly GatewayOptions _options;
    private readonly SetpointWalk _walk;
    private readonly RequestChecks _checks;
    private readonly AnswerMemory _answers = new();
    private readonly PeerWatch _peer = new();
    private DateTimeOffset? _lastAdvance;
    private DateTimeOffset _leaseUntil, _verifyBy;
    private SetpointRequest? _walking, _leased;
    private long _n;

    /// <exception cref="ArgumentException">No tags, a tag twice, limits or rates that allow nothing, or a watchdog of zero.</exception>
    public PlantGateway(GatewayOptions options)
    {
        if (options.Watchdog <= TimeSpan.Zero)
        {
            throw new ArgumentException("the watchdog time must be above zero: without it a dead optimizer keeps its lease");
        }

        if (options.Tags.FirstOrDefault(t => !(t.Low < t.High && t.RatePerMinute > 0 && t.MaxStep > 0 && double.IsFinite(t.Start))) is { } bad)
        {
            throw new ArgumentException($"{bad.Tag}: expected low below high, rate and step above zero, a finite start");
        }

        _options = options;
        _walk = new SetpointWalk(options.Tags);
        _checks = new RequestChecks(options);
    }

    public string Name => _options.Name;

    public IReadOnlyList<double> Setpoints => _walk.Live;

    /// <summary>The operator's switch: false refuses every write and renewal.</summary>
    public bool Remote { get; private set; } = true;

    /// <summary>A plant trip that forbids remote writes; a lease is lost at the next <see cref="Advance"/>.</summary>
    public bool Interlock { get; set; }

    /// <summary>The end at which a base loop can no longer follow its setpoint, by tag: a write further that way is refused.</summary>
    public Dictionary<string, Windup> WoundUp { get; } = new(StringComparer.Ordinal);

    /// <summary>The setpoints stop following: for tests of read-back.</summary>
    public bool Stuck { get; set; }

    /// <summary>A writer holds the setpoints.</summary>
    public bool Leased => _leased is not null;

    public IReadOnlyList<Acknowledgement> Receive(SetpointRequest request, DateTimeOffset now)
    {
        if (_answers.TryFind(request.SetpointId, out var before, out var answer))
        {
            return [AnswerMemory.SameContent(before, request) ? answer : Refuse(request, ReasonCode.Duplicate, "this id was used for another request", now)];
        }

        Progress(now);
        var (code, reason) = _checks.Judge(request, _walk.Live, Remote, Interlock, WoundUp, now);
        if (code == ReasonCode.None && request.Kind == RequestKind.Renew && !Renews(request))
        {
            (code, reason) = (ReasonCode.ExpectMismatch, "nothing with these values is leased");
        }

        if (code != ReasonCode.None)
        {
            return [_answers.Keep(request, Refuse(request, code, reason, now))];
        }

        _checks.Took(request);
        if (request.DryRun)
        {
            return [_answers.Keep(request, Answer(request, AcknowledgementState.Accepted, ReasonCode.DryRun, "verified, nothing done", now))];
        }

        _peer.Alive(now);
        return request.Kind switch
        {
            RequestKind.Renew => Renew(request, now),
            RequestKind.Release => Release(request, now),
            _ => Write(request, now),
        };
    }

    public IReadOnlyList<Acknowledgement> Advance(DateTimeOffset now)
    {
        Progress(now);
        var acks = new List<Acknowledgement>();
        if (_walking is { } walking)
        {
            if (walking.Items.All(i => _walk.Live[_checks.IndexOf(i.Tag)].Equals(i.Value)))
            {
                End(walking, AcknowledgementState.Verified, ReasonCode.None, null, now, acks);
            }
            else if (now > _verifyBy)
            {
                End(walking, AcknowledgementState.Deviated, ReasonCode.ControllerFault, "read-back did not reach the setpoint in time", now, acks);
            }
        }

        var (code, reason) = WhyShed(now);
        if (code != ReasonCode.None)
        {
            Shed(code, reason, now, acks);
        }

        return acks;
    }

    public void Receive(Heartbeat heartbeat, DateTimeOffset now) => _peer.Hear(heartbeat, now);

    public Heartbeat Beat(DateTimeOffset now) => new(Name, ++_n, _peer.Counter, now);

    public IReadOnlyList<Acknowledgement> OperatorSet(string tag, double value, DateTimeOffset now)
    {
        int i = _checks.IndexOf(tag);
        if (i < 0 || !(value >= _options.Tags[i].Low && value <= _options.Tags[i].High))
        {
            throw new ArgumentException(i < 0
                ? $"gateway {Name} has no setpoint \"{tag}\", expected one of {string.Join(", ", _options.Tags.Select(t => t.Tag))}"
                : FormattableString.Invariant($"{tag}: found {value}, expected {_options.Tags[i].Low} to {_options.Tags[i].High}"));
        }

        Progress(now);
        var acks = Veto($"an operator moved {tag}", now);
        _walk.Aim(i, value, null);
        return acks;
    }

    public IReadOnlyList<Acknowledgement> SetRemote(bool remote, DateTimeOffset now)
    {
        Progress(now);
        Remote = remote;
        return remote ? [] : Veto("switched to local", now);
    }

    /// <summary>Operators ran the line by hand meanwhile: live setpoints are where they left them.</summary>
    public void TakeOver(ReadOnlySpan<double> setpoints) => _walk.Place(setpoints);

    private void Progress(DateTimeOffset now)
    {
        var dt = now - (_lastAdvance ?? now);
        _lastAdvance = now;
        if (!Stuck && dt > TimeSpan.Zero)
        {
            _walk.Walk(dt);
        }
    }

    private List<Acknowledgement> Write(SetpointRequest request, DateTimeOffset now)
    {
        var acks = new List<Acknowledgement>();
        if (_walking is { } walking)
        {
            End(walking, AcknowledgementState.Superseded, ReasonCode.None, null, now, acks);
        }

        acks.Add(Answer(request, AcknowledgementState.Received, ReasonCode.None, null, now));
        var ramp = request.Items.Max(i => _walk.Aim(_checks.IndexOf(i.Tag), i.Value, i.RampPerMinute));
        (_walking, _leased, _leaseUntil, _verifyBy) = (request, request, now + request.Lease, now + (2 * ramp) + VerifySlack);
        acks.Add(Answer(request, AcknowledgementState.Accepted, ReasonCode.None, null, now));
        acks.Add(_answers.Keep(request, Answer(request, AcknowledgementState.Applied, ReasonCode.None, null, now)));
        return acks;
    }

    private bool Renews(SetpointRequest request) =>
        _leased is { } leased && leased.WriterEpoch == request.WriterEpoch && leased.Items.Select(i => (i.Tag, i.Value)).SequenceEqual(request.Items.Select(i => (i.Tag, i.Value)));

    private List<Acknowledgement> Renew(SetpointRequest request, DateTimeOffset now)
    {
        _leaseUntil = now + request.Lease;
        return [_answers.Keep(request, Answer(request, AcknowledgementState.Accepted, ReasonCode.None, null, now))];
    }

    private List<Acknowledgement> Release(SetpointRequest request, DateTimeOffset now)
    {
        var acks = new List<Acknowledgement>();
        if (_walking is { } walking)
        {
            End(walking, AcknowledgementState.Released, ReasonCode.None, "released before it arrived", now, acks);
            _walk.Hold();
        }

        _leased = null;
        acks.Add(_answers.Keep(request, Answer(request, AcknowledgementState.Released, ReasonCode.None, null, now)));
        return acks;
    }

    private (ReasonCode Code, string Reason) WhyShed(DateTimeOffset now)
    {
        if (_leased is null)
        {
            return (ReasonCode.None, "");
        }

        if (Interlock)
        {
            return (ReasonCode.Interlock, "an interlock tripped");
        }

        if (now > _leaseUntil)
        {
            return (ReasonCode.Expired, "the lease ran out");
        }

        var silence = _peer.Silence(now);
        return silence > _options.Watchdog ? (ReasonCode.Watchdog, FormattableString.Invariant($"no heartbeat for {silence.TotalSeconds:F0} s")) : (ReasonCode.None, "");
    }

    private List<Acknowledgement> Veto(string reason, DateTimeOffset now)
    {
        var acks = new List<Acknowledgement>();
        if (Leased)
        {
            Shed(ReasonCode.OperatorVeto, reason, now, acks);
        }

        return acks;
    }

    private void Shed(ReasonCode code, string reason, DateTimeOffset now, List<Acknowledgement> acks)
    {
        _walk.Hold();
        acks.Add(_answers.Keep(_leased!, Answer(_leased!, AcknowledgementState.LeaseLost, code, reason, now)));
        (_leased, _walking) = (null, null);
        Remote &= !_options.LocalAfterLeaseLoss;
    }

    private void End(SetpointRequest walking, AcknowledgementState state, ReasonCode code, string? reason, DateTimeOffset now, List<Acknowledgement> acks)
    {
        acks.Add(_answers.Keep(walking, Answer(walking, state, code, reason, now)));
        _walking = null;
    }

    private Acknowledgement Refuse(SetpointRequest request, ReasonCode code, string reason, DateTimeOffset now) =>
        Answer(request, code == ReasonCode.Expired ? AcknowledgementState.Expired : AcknowledgementState.Rejected, code, reason, now);

    private Acknowledgement Answer(SetpointRequest request, AcknowledgementState state, ReasonCode code, string? reason, DateTimeOffset now)
    {
        bool taken = state is not (AcknowledgementState.Rejected or AcknowledgementState.Expired or AcknowledgementState.Received) && code != ReasonCode.DryRun;
        return new Acknowledgement(request.SetpointId, request.WriterEpoch, request.Sequence, Name, state, code, reason, now,
            [.. request.Items.Select(i => _walk.Report(i, _checks.IndexOf(i.Tag), taken))])
        { Controller = Controller(request) };
    }

    private ControllerState Controller(SetpointRequest request)
    {
        var wound = request.Items.Select(i => WoundUp.GetValueOrDefault(i.Tag)).Where(w => w != Windup.None).Distinct().ToList();
        return new ControllerState(
            !Remote ? ControllerMode.Manual : Leased ? ControllerMode.RemoteCascade : ControllerMode.Auto, Remote, Interlock,
            wound.Count switch { 0 => Windup.None, 1 => wound[0], _ => Windup.Both });
    }
}
