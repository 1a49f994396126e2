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
public sealed record LineStart(long Epoch, OperatingMode Mode, DateTimeOffset At, int Seed, bool SourceClock);

/// <summary>
/// One line in closed loop: takes samples, acknowledgements, heartbeats and mode requests, and on each
/// <see cref="Advance"/> says what to do. No input or output of its own: the live worker, replay and trials drive the same
/// code. Single-threaded: one caller at a time.
/// </summary>
public sealed class LineLoop
{
    private readonly LineDefinition _line;
    private readonly LineStart _start;
    private readonly ISurrogateTrainer _trainer;
    private readonly LineMemory _memory;
    private readonly ModeMachine _mode;
    private readonly WriteLedger _ledger;
    private readonly MoveBook _moves;
    private readonly TrainingLane _training;
    private readonly GatewayWatch _gateway;
    private readonly ShedRules _shed = new();
    private readonly List<LineEvent> _events = [];
    private DateTimeOffset _nextCycle, _nextTraining;
    private int _trainings, _cycles, _fewestRows;

    public LineLoop(LineDefinition line, ISurrogateTrainer trainer, LineStart start)
    {
        (_line, _trainer, _start) = (line, trainer, start);
        _memory = new LineMemory(line.Unit, line.Settings);
        _mode = new ModeMachine(start.Mode, line.Ceiling, start.At) { CeilingReason = line.CeilingReason };
        _ledger = new WriteLedger(start.Epoch, line.Terms);
        _moves = new MoveBook(line.Unit);
        _training = new TrainingLane(start.SourceClock, line.Settings.TrainingAllowance);
        _gateway = new GatewayWatch(line.Terms.Gateway);
    }

    public LineDefinition Line => _line;

    public ModeState Mode => _mode.State;

    public WriteLedger Ledger => _ledger;

    public ProcessHistorian Historian => _memory.Historian;

    public SurrogateSet? Surrogates { get; private set; }

    public CycleOutcome? LastOutcome { get; private set; }

    /// <summary>The input of the last decision: keep it to replay that decision.</summary>
    public CycleInput? LastInput { get; private set; }

    /// <summary>False: nothing is written to the plant.</summary>
    public bool AuditWritable { get; private set; } = true;

    public AppendOutcome Take(in Sample sample) => _memory.Take(sample);

    public void Take(Heartbeat heartbeat, DateTimeOffset now) => _gateway.Take(heartbeat, now);

    public IReadOnlyList<LineEvent> Take(Acknowledgement ack, DateTimeOffset now)
    {
        _events.Add(new Acknowledged(now, ack));
        if (_ledger.Take(ack, now) is { } ended)
        {
            Ended(ended, now);
        }

        if (ack.State == AcknowledgementState.LeaseLost && ack.WriterEpoch == _start.Epoch)
        {
            Shed($"gateway {ack.Gateway} took the lease back ({ack.ReasonCode}{(ack.Reason is null ? "" : ": " + ack.Reason)})", now);
        }

        return Drain();
    }

    /// <summary>A person's mode request. <paramref name="refusal"/> is null when it was done.</summary>
    public IReadOnlyList<LineEvent> Request(ModeRequest request, DateTimeOffset now, out string? refusal)
    {
        int version = _mode.State.Version;
        refusal = _mode.Request(request, now);
        if (refusal is null && request.Mode > OperatingMode.Advisory)
        {
            _shed.Reset();
        }

        if (_mode.State.Version != version)
        {
            _events.Add(new ModeChanged(now, _mode.State));
            ReleaseBelowSupervised(now);
        }

        return Drain();
    }

    /// <summary>The plant has sent nothing for a while by the wall clock; with a source clock nothing else would notice.</summary>
    public IReadOnlyList<LineEvent> Silent(TimeSpan silence, DateTimeOffset now)
    {
        if (silence > _line.Guardrails.Watchdog)
        {
            _gateway.Lost(now);
            string why = string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"gateway {_line.Terms.Gateway} is silent for {silence.TotalSeconds:F1} s, limit {_line.Guardrails.Watchdog.TotalSeconds:F0} s");
            if (_mode.State.Mode > OperatingMode.Advisory)
            {
                Shed(why, now);
                LastOutcome = CycleOutcome.Hold(now, why);
                _events.Add(new DecisionMade(now, LastOutcome));
            }
        }

        return Drain();
    }

    /// <summary>The audit record cannot be written: nothing is written to the plant from now on.</summary>
    public IReadOnlyList<LineEvent> AuditLost(string reason, DateTimeOffset now)
    {
        AuditWritable = false;
        Shed($"the audit record cannot be written: {reason}", now);
        return Drain();
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

        return Drain();
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

        AdoptTraining(now);
        if (now >= _nextCycle)
        {
            // Aligned to the period, so that restarts do not shift the rhythm.
            _nextCycle = new DateTimeOffset(((now.UtcTicks / _line.Settings.Period.Ticks) + 1) * _line.Settings.Period.Ticks, TimeSpan.Zero);
            StartTraining(now);
            if (_mode.State.Mode != OperatingMode.Off)
            {
                Decide(now);
            }
        }

        return Drain();
    }

    private void Decide(DateTimeOffset now)
    {
        var input = Input(now);
        var outcome = OptimizationCycle.Decide(input);
        _cycles++;
        (LastInput, LastOutcome) = (input, outcome);
        _events.Add(new DecisionMade(now, outcome));
        if (outcome.Write is { } write)
        {
            _ledger.Open(write, now);
            _moves.Add(write, now);
            _events.Add(new SendWrite(now, write));
        }
    }

    private CycleInput Input(DateTimeOffset now)
    {
        var snapshot = _memory.Snapshot(now);
        return new CycleInput
        {
            Line = _line,
            Snapshot = snapshot,
            Surrogates = Surrogates,
            Biases = Biases(now),
            Prices = _line.Prices.ToDictionary(p => p.Name, p => p.Tag is null ? p.Value : _memory.Mean(p.Tag, p.Window, now) ?? p.Value, StringComparer.Ordinal),
            Mode = _mode.State.Mode,
            FewestRows = _fewestRows,
            Turn = _ledger.NextTurn,
            Seed = unchecked((_start.Seed * 7919) + _cycles),
            Context = new GuardrailContext
            {
                Now = now,
                Limits = _line.Guardrails,
                Variables = _moves.Histories(snapshot.Setpoints, now),
                Gateway = _gateway.State(now, _ledger.HasOpen, _mode.LockedOut),
                InputGaps = [],
                Transients = [],
                Running = snapshot.RunningSince is { } since ? now - since : null,
                AuditWritable = AuditWritable,
            },
        };
    }

    private BiasState[] Biases(DateTimeOffset now) => Surrogates is null ? [] : [.. Surrogates.Surrogates.Select(s =>
        BiasEstimator.Estimate(s, _memory.Training.Build(s.Variable, now - (BiasEstimator.Memories * s.Variable.BiasTime), now).Rows))];

    private void StartTraining(DateTimeOffset now)
    {
        if (_training.IsBusy || now < _nextTraining || _mode.State.Mode == OperatingMode.Off)
        {
            return;
        }

        var sets = _line.Unit.ControlledVariables.Select(v => _memory.Training.Build(v, DateTimeOffset.MinValue, now)).ToList();
        _fewestRows = sets.Min(s => s.Rows.Count);
        if (_fewestRows < _line.Settings.MinimumRows || _memory.Training.Inputs(now, now, out _) is not { } reference)
        {
            return;
        }

        _nextTraining = now + _line.Settings.Retrain;
        int version = ++_trainings;
        _training.Start(() => _trainer.Train(sets, reference, version, now), now);
        _events.Add(new TrainingStarted(now, sets.Sum(s => s.Rows.Count)));
    }

    private void AdoptTraining(DateTimeOffset now)
    {
        if (_training.Collect(now) is not { } training)
        {
            return;
        }

        if (training.IsCompletedSuccessfully)
        {
            Surrogates = training.Result;
            _events.Add(new SurrogatesAdopted(now, Surrogates));
        }
        else
        {
            // The surrogates in force stay: an old model that worked beats none.
            _events.Add(new TrainingFailed(now, training.Exception?.InnerException?.Message ?? "cancelled"));
        }
    }

    private void Ended(WriteAccount account, DateTimeOffset now)
    {
        _events.Add(new WriteEnded(now, account));
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
    }

    private void ReleaseBelowSupervised(DateTimeOffset now)
    {
        if (_mode.State.Mode < OperatingMode.Supervised && _ledger.Release(now) is { } release)
        {
            _events.Add(new SendWrite(now, release));
        }
    }

    private LineEvent[] Drain()
    {
        LineEvent[] drained = [.. _events];
        _events.Clear();
        return drained;
    }
}
