using CopperFoilLine.Dynamics;
using CopperFoilLine.Instruments;
using CopperFoilLine.Scenes;
using CopperFoilLine.SteadyState;
using Optimizer.Plant;

namespace CopperFoilLine;

/// <summary>
/// One foil machine on one electrolyte loop. Internal step 10 s at most. Continuous tags, lab and roll results come out of
/// <see cref="Read"/> as they become known; tags are paths such as <c>f01/pv/current</c>, <c>lab/cu</c>, <c>roll/ts</c>.
/// </summary>
public sealed class FoilLine : IPlant
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(10);

    private readonly FoilLineOptions _options;
    private readonly LineDynamics _line;
    private readonly DriftClock _drift;
    private readonly Machine _machine;
    private readonly OnlineInstruments _online;
    private readonly Laboratory _laboratory;
    private readonly FoilInspection _inspection;
    private readonly FaultBoard _faults;
    private readonly Agenda _agenda = new();
    private readonly TransportDelay _toGauge = new(10 + CellState.ArcLength), _toCamera = new(12 + CellState.ArcLength);
    private readonly List<Sample> _fresh = [], _known = [];
    private readonly List<OperatorOrder> _orders = [];
    private double _gauge = double.NaN, _pinholes = double.NaN, _drumTurns;
    private DateTimeOffset _nextSetpointReport;

    public FoilLine(FoilLineOptions options)
    {
        _options = options;
        Now = options.Start;
        _line = new LineDynamics(options, options.Grade.Hand);
        _drift = new DriftClock(options);
        _machine = new Machine(options);
        _online = new OnlineInstruments(options) { Period = options.TelemetryPeriod };
        _laboratory = new Laboratory(options);
        _inspection = new FoilInspection(options);
        _faults = new FaultBoard(options.Seed);
        _nextSetpointReport = options.Start;
    }

    /// <summary>Setpoint names in the order of <see cref="OperatingPoint"/>, with their units.</summary>
    public static IReadOnlyList<(string Tag, string EngineeringUnit)> Setpoints => FoilTags.Setpoints;

    public DateTimeOffset Now { get; private set; }

    public IReadOnlyList<string> SetpointTags { get; } = [.. FoilTags.Setpoints.Select(s => s.Tag)];

    /// <summary>Least time between two values of a continuous tag; may be changed while running.</summary>
    public TimeSpan TelemetryPeriod
    {
        get => _online.Period;
        set => _online.Period = value;
    }

    /// <summary>The grade ordered now.</summary>
    public Grade Grade => _machine.Grade;

    public MachineMode Mode => _machine.Mode;

    /// <summary>What is out of order; may be changed while running.</summary>
    public Upsets Upsets { get; set; } = new();

    /// <summary>False: additive pumps go on as they are; may be changed while running.</summary>
    public bool AutomaticDosing
    {
        get => _line.AutomaticDosing;
        set => _line.AutomaticDosing = value;
    }

    /// <summary>False: foil speed lags behind the current by 30 s, and a current step shows in areal weight; may be changed while running.</summary>
    public bool SpeedFeedForward
    {
        get => _line.SpeedFeedForward;
        set => _line.SpeedFeedForward = value;
    }

    /// <summary>Foil speed set by hand, m/min; null: it follows the areal weight. May be changed while running.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0.5 to 12.</exception>
    public double? ManualFoilSpeed
    {
        get => _line.ManualFoilSpeed;
        set => _line.ManualFoilSpeed = value is null or (>= 0.5 and <= 12) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "expected 0.5 to 12 m/min");
    }

    /// <summary>The hidden truth. A service that optimizes this line must never see it.</summary>
    public FoilTruth Truth => new(_line.Actual, _drift.State, _line.Point, _machine.Mode is MachineMode.Run or MachineMode.Break);

    /// <summary>Good and scrap kilograms so far.</summary>
    public (double Good, double Scrap) Produced => (_inspection.GoodKg, _inspection.ScrapKg);

    internal LineDynamics Dynamics => _line;

    /// <exception cref="ArgumentException">Another number of setpoints than <see cref="SetpointTags"/>, or one that is not finite and above zero.</exception>
    public void Step(TimeSpan dt, ReadOnlySpan<double> setpoints)
    {
        if (setpoints.Length != SetpointTags.Count)
        {
            throw new ArgumentException($"expected {SetpointTags.Count} setpoints, found {setpoints.Length}");
        }

        foreach (double value in setpoints)
        {
            if (!(value > 0 && double.IsFinite(value)))
            {
                throw new ArgumentException(FormattableString.Invariant($"a setpoint is {value}, expected a finite number above zero"));
            }
        }

        var u = OperatingPoint.From(setpoints);
        while (dt > TimeSpan.Zero)
        {
            var part = dt < LongestStep ? dt : LongestStep;
            dt -= part;
            _agenda.Run(Now, this);
            Advance(u, part);
            ReportSetpoints(setpoints);
            Deliver();
        }
    }

    public void Read(ICollection<Sample> into)
    {
        foreach (var sample in _known)
        {
            into.Add(sample);
        }

        _known.Clear();
    }

    /// <summary>Setpoints the line's own operators want changed since the last call: whoever runs the gateway carries them out.</summary>
    public IReadOnlyList<OperatorOrder> TakeOrders()
    {
        if (_orders.Count == 0)
        {
            return [];
        }

        OperatorOrder[] taken = [.. _orders];
        _orders.Clear();
        return taken;
    }

    /// <summary>Does something at an instant; one that has passed means now.</summary>
    public void Schedule(DateTimeOffset at, Action<FoilLine> act) => _agenda.Add(at, act);

    /// <summary>Changes disturbances and what drifts.</summary>
    public void Disturb(Func<Conditions, Conditions> change) => _drift.Change(change);

    /// <summary>Makes a sensor, or the way from it, fail from now on.</summary>
    /// <exception cref="ArgumentException">The line has no such tag; the message lists those there are.</exception>
    public void Fail(SensorFault fault)
    {
        FoilTags.CheckSensor(fault.Tag);
        _faults.Add(fault, Now);
    }

    /// <summary>Starts to make another grade; its recipe is ordered from the operators.</summary>
    public void ChangeGrade(Grade grade)
    {
        _machine.Change(grade);
        double[] recipe = grade.Hand.ToArray();
        for (int i = 0; i < recipe.Length; i++)
        {
            Order(i, recipe[i]);
        }
    }

    /// <summary>Puts a shot into the tank, mg/L of its content.</summary>
    public void Shot(double chloride = 0, double organics = 0) => _line.Shot(chloride, organics);

    /// <summary>Asks the operators for a setpoint.</summary>
    /// <param name="index">Place in <see cref="Setpoints"/>.</param>
    public void Order(int index, double value) => _orders.Add(new OperatorOrder(SetpointTags[index], value));

    private void Advance(OperatingPoint u, TimeSpan part)
    {
        double hours = part.TotalHours;
        Now += part;
        _drift.Step(Now, (Now - _options.Start).TotalHours, hours, _line.Actual, _line.Point.Cell.LimitingShare);
        if (_drift.Oil > 0)
        {
            _line.Shot(organics: _drift.Oil);
        }

        _machine.Step(hours, _drift.Polishing, Upsets.Stopped, _line.Point.BreaksPerHour, (_drift.Drifts & Drifts.Breaks) != 0);
        _line.Step(u, _drift.State, Upsets, _machine, hours, _faults.Seen("f01/pv/gauge_weight", _gauge, Now));
        Wind(part);
        double weight = !_machine.Winding ? double.NaN : double.IsFinite(_gauge) ? _gauge : _line.ArealWeight;
        _online.Step(new InstrumentView(_line, _drift.State, _machine, weight, _drumTurns, _drift.DrumHours, _drift.CarbonHours), Now, part.TotalSeconds, _fresh);
        _laboratory.Step(_line, _drift.State, Upsets, _options.Start, Now, _fresh);
        _inspection.Step(_line, _machine, _drift.Drifts, Upsets, _pinholes, Now, hours, _fresh);
    }

    private void Wind(TimeSpan part)
    {
        if (!_machine.Plating)
        {
            return;
        }

        double metres = _line.FoilSpeed * part.TotalMinutes;
        _drumTurns += metres / CellState.DrumCircumference;
        if (_machine.Winding)
        {
            _gauge = _toGauge.Step(_line.ArealWeight, metres);
            _pinholes = _toCamera.Step(_line.Point.Foil.Pinholes, metres);
        }
        else
        {
            (_gauge, _pinholes) = (_toGauge.Cut(), _toCamera.Cut());
        }
    }

    private void ReportSetpoints(ReadOnlySpan<double> setpoints)
    {
        if (Now < _nextSetpointReport)
        {
            return;
        }

        _nextSetpointReport = Now + (_online.Period > TimeSpan.FromMinutes(1) ? _online.Period : TimeSpan.FromMinutes(1));
        for (int i = 0; i < setpoints.Length; i++)
        {
            _fresh.Add(Sample.Online("sp/" + SetpointTags[i], setpoints[i], Now));
        }
    }

    private void Deliver()
    {
        foreach (var sample in _fresh)
        {
            if (sample.Tag.StartsWith("lab/", StringComparison.Ordinal))
            {
                _line.Lab = Laboratory.Seen(_line.Lab, sample.Tag, _faults.Seen(sample.Tag, sample.Value, sample.KnownAt));
            }

            if (_faults.Apply(sample) is { } reported)
            {
                _known.Add(reported);
            }
        }

        _fresh.Clear();
    }
}
