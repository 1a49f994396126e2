using Optimizer.Guardrails;
using Optimizer.History;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Cycle;

/// <param name="Epoch">Fencing token of this process life; greater than any before it.</param>
/// <param name="Mode">Mode at start.</param>
/// <param name="At">Process time at start.</param>
/// <param name="Seed">Fixes search and training.</param>
/// <param name="SourceClock">Process time comes from the data and may run faster than the clock.</param>
public sealed record LineStart(long Epoch, OperatingMode Mode, DateTimeOffset At, int Seed, bool SourceClock)
{
    /// <summary>Stored surrogates to begin with; null: none.</summary>
    public SurrogateSet? Surrogates { get; init; }

    /// <summary>Moves written by lives before this one within the last day: dwell and travel limits count on. Oldest first.</summary>
    public IReadOnlyList<PastMove> Moves { get; init; } = [];

    /// <summary>Highest version ever given to a set of this line: trainings count on from it.</summary>
    public int LastVersion { get; init; }
}

/// <summary>
/// One line in closed loop: takes samples, acknowledgements, heartbeats and mode requests, and on each
/// <see cref="Advance"/> says what to do. No input or output of its own: the live worker, replay and trials drive the same
/// code. Single-threaded: one caller at a time.
/// </summary>
public sealed class LineLoop
{
    private readonly LineDefinition _line;
    private readonly LineStart _start;
    private readonly LineMemory _memory;
    private readonly ModeMachine _mode;
    private readonly WriteLedger _ledger;
    private readonly MoveBook _moves;
    private readonly SurrogateSuccession _surrogates;
    private readonly GatewayWatch _gateway;
    private readonly ShedRules _shed = new();
    private readonly AlarmBook _alarms = new();
    private readonly RecommendationBook _recommendations = new();
    private readonly List<LineEvent> _events = [];
    private DateTimeOffset _nextCycle;
    private int _cycles;

    public LineLoop(LineDefinition line, ISurrogateTrainer trainer, LineStart start)
    {
        (_line, _start) = (line, start);
        _memory = new LineMemory(line.Unit, line.Settings);
        _mode = new ModeMachine(start.Mode, line.Ceiling, start.At) { CeilingReason = line.CeilingReason };
        _ledger = new WriteLedger(start.Epoch, line.Terms);
        _moves = new MoveBook(line.Unit, start.Moves);
        _surrogates = new SurrogateSuccession(line, trainer, _memory, start, _events);
        _gateway = new GatewayWatch(line.Terms.Gateway);
    }

    public LineDefinition Line => _line;

    public ModeState Mode => _mode.State;

    public WriteLedger Ledger => _ledger;

    public ProcessHistorian Historian => _memory.Historian;

    /// <summary>The set in force; null: nothing learned yet.</summary>
    public SurrogateSet? Surrogates => _surrogates.Champion;

    /// <summary>The newly trained set on trial beside it; null: none.</summary>
    public SurrogateSet? Challenger => _surrogates.Challenger;

    public CycleOutcome? LastOutcome { get; private set; }

    /// <summary>The input of the last decision: keep it to replay that decision.</summary>
    public CycleInput? LastInput { get; private set; }

    /// <summary>The recommendation a person may act on; null: none. It may have expired.</summary>
    public Recommendation? OpenRecommendation => _recommendations.Open;

    public IReadOnlyCollection<Alarm> Alarms => _alarms.Standing;

    /// <summary>False: nothing is written to the plant.</summary>
    public bool AuditWritable { get; private set; } = true;

    /// <summary>Why nothing may be written; null: nothing forbids it.</summary>
    public string? WritingForbidden => _mode.Forbidden;

    public AppendOutcome Take(in Sample sample) => _memory.Take(sample);

    /// <summary>The lab took a result back: it is as if it had never been.</summary>
    public bool Withdraw(string tag, DateTimeOffset sampledAt) => _memory.Historian.Remove(tag, sampledAt);

    public void Take(Heartbeat heartbeat, DateTimeOffset now) => _gateway.Take(heartbeat, now);

    public IReadOnlyList<LineEvent> Take(Acknowledgement ack, DateTimeOffset now)
    {
        _events.Add(new Acknowledged(now, ack));
        int unmatched = _ledger.Unmatched;
        if (_ledger.Take(ack, now) is { } ended)
        {
            Ended(ended, now);
        }

        if (_ledger.Unmatched > unmatched)
        {
            _alarms.Suspicious($"acknowledgement of {ack.SetpointId}, epoch {ack.WriterEpoch}: this optimizer never sent it", now);
        }

        if (ack.State == AcknowledgementState.LeaseLost && ack.WriterEpoch == _start.Epoch)
        {
            Shed($"gateway {ack.Gateway} took the lease back ({ack.ReasonCode}{(ack.Reason is null ? "" : ": " + ack.Reason)})", now);
        }

        return Drain(now);
    }

    /// <summary>A person's mode request. <paramref name="refusal"/> is null when it was done.</summary>
    public IReadOnlyList<LineEvent> Request(ModeRequest request, DateTimeOffset now, out string? refusal)
    {
        int version = _mode.State.Version;
        refusal = UnknownParticipant(request) ?? _mode.Request(request, now);
        if (refusal is null && request.Mode > OperatingMode.Advisory)
        {
            _shed.Reset();
            _alarms.Shed(null, now);
        }

        if (_mode.State.Version != version)
        {
            _events.Add(new ModeChanged(now, _mode.State));
            ReleaseBelowSupervised(now);
        }

        return Drain(now);
    }

    /// <summary>A person's answer to a recommendation. <paramref name="refusal"/> is null when it was carried out.</summary>
    public IReadOnlyList<LineEvent> Take(OperatorDecision decision, DateTimeOffset now, out Refusal? refusal)
    {
        var lockouts = new List<string>();
        CycleOutcome? outcome = null;
        refusal = Carry(decision, now, lockouts, ref outcome);
        _events.Add(new OperatorDecided(now, decision, refusal, lockouts));
        if (outcome is not null)
        {
            Act(outcome, now);
        }

        if (refusal is null && _shed.After(decision) is { } why)
        {
            Shed(why, now);
        }

        return Drain(now);
    }

    /// <summary>Something arrived that only an intruder or a second optimizer sends; it was not acted on.</summary>
    public IReadOnlyList<LineEvent> Suspicious(string what, DateTimeOffset now)
    {
        _alarms.Suspicious(what, now);
        return Drain(now);
    }

    /// <summary>The plant has sent nothing for a while by the wall clock; with a source clock nothing else would notice.</summary>
    public IReadOnlyList<LineEvent> Silent(TimeSpan silence, DateTimeOffset now)
    {
        if (silence > _line.Guardrails.Watchdog)
        {
            _gateway.Lost(now);
            WatchGateway(now);
            string why = string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"gateway {_line.Terms.Gateway} is silent for {silence.TotalSeconds:F1} s, limit {_line.Guardrails.Watchdog.TotalSeconds:F0} s");
            if (_mode.State.Mode > OperatingMode.Advisory)
            {
                Shed(why, now);
                LastOutcome = CycleOutcome.Hold(now, why);
                _events.Add(new DecisionMade(now, LastOutcome));
            }
        }

        return Drain(now);
    }

    /// <summary>A person put another set of surrogates in force.</summary>
    public IReadOnlyList<LineEvent> Install(SurrogateSet set, string why, DateTimeOffset now)
    {
        _surrogates.Install(set, why, now);
        return Drain(now);
    }

    /// <summary>The audit record cannot be written: nothing is written to the plant from now on.</summary>
    public IReadOnlyList<LineEvent> AuditLost(string reason, DateTimeOffset now)
    {
        AuditWritable = false;
        _alarms.AuditFailed($"the audit record cannot be written: {reason}", now);
        Shed($"the audit record cannot be written: {reason}", now);
        return Drain(now);
    }

    /// <summary>The audit record can be written again. Going up stays a human act.</summary>
    public IReadOnlyList<LineEvent> AuditFound(DateTimeOffset now)
    {
        AuditWritable = true;
        _alarms.AuditFound(now);
        return Drain(now);
    }

    /// <summary>
    /// The way to the plant cannot carry a write safely: advisory at most, whoever asks for more. Null: it can again; going up
    /// stays a human act.
    /// </summary>
    public IReadOnlyList<LineEvent> ForbidWriting(string? reason, DateTimeOffset now)
    {
        _mode.Forbidden = reason;
        if (reason is not null)
        {
            Shed(reason, now);
        }

        return Drain(now);
    }

    /// <summary>Our next heartbeat; it echoes the gateway's, so send it after everything received before has been taken.</summary>
    public Heartbeat Beat(DateTimeOffset now) => _gateway.Beat(_start.Epoch, _mode.State.Mode, now);

    /// <summary>Graceful stop: gives the lease back.</summary>
    public IReadOnlyList<LineEvent> Stop(DateTimeOffset now)
    {
        if (_ledger.Release(now) is { } release)
        {
            _events.Add(new SendWrite(now, release));
        }

        return Drain(now);
    }

    /// <summary>Passes process time: leases, timeouts, training, and a decision when one is due.</summary>
    public IReadOnlyList<LineEvent> Advance(DateTimeOffset now)
    {
        var due = _ledger.Advance(now, out var ended);
        _events.AddRange(due.Select(w => new SendWrite(now, w)));

        if (ended is not null)
        {
            Ended(ended, now);
        }

        _surrogates.Collect(now);
        WatchGateway(now);
        if (now >= _nextCycle)
        {
            // Aligned to the period, so that restarts do not shift the rhythm.
            _nextCycle = new DateTimeOffset(((now.UtcTicks / _line.Settings.Period.Ticks) + 1) * _line.Settings.Period.Ticks, TimeSpan.Zero);
            if (_mode.State.Mode != OperatingMode.Off)
            {
                _surrogates.Review(now);
                Decide(now);
            }
        }

        return Drain(now);
    }

    private void Decide(DateTimeOffset now)
    {
        var input = Input(now);
        if (_surrogates.Watch(input.Levels, now) is { } failed)
        {
            Shed(failed, now);
            input = Input(now);
        }

        var outcome = Outcome(input);
        _cycles++;
        if (outcome.Recommendation is { } recommendation && _mode.State.Mode >= OperatingMode.Advisory)
        {
            _recommendations.Publish(recommendation, outcome.Write is not null);
        }

        Act(outcome, now);
    }

    private CycleOutcome Outcome(CycleInput input)
    {
        var outcome = OptimizationCycle.Decide(input);
        (LastInput, LastOutcome) = (input, outcome);
        return outcome;
    }

    private void Act(CycleOutcome outcome, DateTimeOffset now)
    {
        _events.Add(new DecisionMade(now, outcome));
        if (outcome.Write is { } write)
        {
            _ledger.Open(write, now);
            _moves.Add(write, now);
            _events.Add(new SendWrite(now, write));
        }
    }

    private Refusal? Carry(OperatorDecision decision, DateTimeOffset now, List<string> lockouts, ref CycleOutcome? outcome)
    {
        if (decision.By.Role == ActorRole.Viewer)
        {
            return new Refusal("role", $"{decision.By.User} is a viewer, expected operator, engineer, admin or system");
        }

        if (_recommendations.Find(decision.RecommendationId, now, out var refusal) is not { } open)
        {
            return refusal;
        }

        switch (decision.Choice)
        {
            case OperatorChoice.Reject:
                lockouts.AddRange(open.Move.Items.Select(i => Sentences.Closed(i, now)));
                open.Move.Items.ToList().ForEach(i => _moves.Refused(i, now));
                break;
            case OperatorChoice.Accept or OperatorChoice.Modify:
                if (WhyNot(decision, open) is { } whyNot)
                {
                    return whyNot;
                }

                bool modified = decision.Choice == OperatorChoice.Modify;
                var setpoints = modified ? decision.Moves : [.. open.Move.Items.Select(i => new AskedSetpoint(i.Variable.Name, i.To))];
                outcome = Outcome(Input(now) with { Approval = new Approval(open, setpoints, decision.By, modified) });
                if (outcome.Write is null)
                {
                    return new Refusal("guardrail", outcome.Sentence);
                }

                break;
            default:
                // Not now: it stays open until it expires.
                return null;
        }

        _recommendations.Decided(decision, now);
        return null;
    }

    private Refusal? WhyNot(OperatorDecision decision, Recommendation open)
    {
        var mode = _mode.State.Mode;
        if (mode != OperatingMode.Supervised)
        {
            return new Refusal("mode", mode == OperatingMode.Closed
                ? "closed: moves are written without approval"
                : $"{mode.ToString().ToLowerInvariant()}: nothing is written; ask for supervised first");
        }

        if (decision.Choice == OperatorChoice.Modify && decision.Moves.Count == 0)
        {
            return new Refusal("bad_schema", "modify without moves, expected the setpoints wanted instead");
        }

        var names = open.Move.Items.Select(i => i.Variable.Name).ToHashSet(StringComparer.Ordinal);
        return decision.Moves.FirstOrDefault(m => !names.Contains(m.Variable)) is { } stray
            ? new Refusal("unknown_mv", $"{stray.Variable} is not part of the recommendation, expected one of {string.Join(", ", names)}")
            : null;
    }

    private string? UnknownParticipant(ModeRequest request)
    {
        var known = _line.Unit.ManipulatedVariables.Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
        return request.Participants?.FirstOrDefault(p => !known.Contains(p)) is { } stray
            ? $"{stray} is no manipulated variable of {_line.Unit.Name}, expected some of {string.Join(", ", known)}"
            : null;
    }

    private CycleInput Input(DateTimeOffset now)
    {
        var snapshot = _memory.Snapshot(now);
        return new CycleInput
        {
            Line = _line,
            Snapshot = snapshot,
            Surrogates = Surrogates,
            Levels = _surrogates.Levels(now),
            Prices = _memory.Prices(_line.Prices, now),
            Mode = _mode.State.Mode,
            FewestRows = _surrogates.FewestRows,
            Turn = _ledger.NextTurn,
            Supersedes = _recommendations.Open?.Id,
            Seed = unchecked((_start.Seed * 7919) + _cycles),
            Context = new GuardrailContext
            {
                Now = now,
                Limits = _line.Guardrails,
                Variables = _moves.Histories(snapshot.Setpoints, _mode.State, now),
                Gateway = _gateway.State(now, _ledger.HasOpen, _mode.LockedOut),
                InputGaps = [],
                Transients = [],
                Running = snapshot.RunningSince is { } since ? now - since : null,
                AuditWritable = AuditWritable,
            },
        };
    }

    private void Ended(WriteAccount account, DateTimeOffset now)
    {
        _events.Add(new WriteEnded(now, account));
        _alarms.After(account, now);
        if (_shed.After(account, now) is { } why)
        {
            Shed(why, now);
        }
    }

    private void Shed(string cause, DateTimeOffset now)
    {
        if (_mode.Demote(OperatingMode.Advisory, cause, now))
        {
            _events.Add(new ModeChanged(now, _mode.State));
            ReleaseBelowSupervised(now);
        }

        if (_mode.LockedOut is { } why)
        {
            _alarms.Shed(why, now);
        }
    }

    private void WatchGateway(DateTimeOffset now) =>
        _alarms.Watch(_gateway.State(now, _ledger.HasOpen, _mode.LockedOut), _line.Guardrails, _mode.State.Mode >= OperatingMode.Advisory, now);

    private void ReleaseBelowSupervised(DateTimeOffset now)
    {
        if (_mode.State.Mode < OperatingMode.Supervised && _ledger.Release(now) is { } release)
        {
            _events.Add(new SendWrite(now, release));
        }
    }

    private LineEvent[] Drain(DateTimeOffset now)
    {
        _events.AddRange(_alarms.Drain().Select(a => new AlarmChanged(now, a)));
        LineEvent[] drained = [.. _events];
        _events.Clear();
        return drained;
    }
}
