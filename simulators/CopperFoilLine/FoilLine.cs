using CopperFoilLine.Dynamics;
using CopperFoilLine.Instruments;
using CopperFoilLine.SteadyState;
using Optimizer.Plant;

namespace CopperFoilLine;

/// <summary>What the plant really is now: for judges, never for the optimizer.</summary>
public sealed record FoilTruth(OperatingPoint Actual, Disturbances Disturbances, SteadyStatePoint Point, bool Running);

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
    private readonly OnlineInstruments _online;
    private readonly Laboratory _laboratory;
    private readonly FoilInspection _inspection;
    private readonly TransportDelay _toGauge = new(10 + CellState.ArcLength), _toCamera = new(12 + CellState.ArcLength);
    private readonly List<Sample> _known = [];
    private double _gauge = double.NaN, _pinholes = double.NaN;
    private DateTimeOffset _nextSetpointReport;

    public FoilLine(FoilLineOptions options)
    {
        _options = options;
        Now = options.Start;
        _line = new LineDynamics(options, options.Grade.Hand);
        _drift = new DriftClock(options);
        _online = new OnlineInstruments(options) { Period = options.TelemetryPeriod };
        _laboratory = new Laboratory(options);
        _inspection = new FoilInspection(options);
        _nextSetpointReport = options.Start;
    }

    /// <summary>Setpoint names in the order of <see cref="OperatingPoint"/>, with their units.</summary>
    public static IReadOnlyList<(string Tag, string EngineeringUnit)> Setpoints { get; } =
    [
        ("current_density.SP", "A/m2"), ("electrolyte_temperature.SP", "Cel"), ("feed_flow.SP", "m3/h"), ("copper.SP", "g/L"), ("acid.SP", "g/L"),
        ("chloride.SP", "mg/L"), ("sps.SP", "mg/L"), ("gelatin.SP", "mg/L"), ("hec.SP", "mg/L"),
    ];

    /// <summary>Unit of every lab and roll result, by tag.</summary>
    public static IReadOnlyDictionary<string, string> LabUnits { get; } = new Dictionary<string, string>
    {
        ["lab/cu"] = "g/L",
        ["lab/acid"] = "g/L",
        ["lab/cl"] = "mg/L",
        ["lab/sps"] = "mg/L",
        ["lab/gel"] = "mg/L",
        ["lab/hec"] = "mg/L",
        ["lab/toc"] = "mg/L",
        ["lab/fe"] = "g/L",
        ["roll/ts"] = "MPa",
        ["roll/el"] = "%",
        ["roll/rz"] = "um",
        ["roll/weight"] = "g/m2",
        ["roll/good_kg"] = "kg",
        ["roll/scrap_kg"] = "kg",
    };

    public DateTimeOffset Now { get; private set; }

    public IReadOnlyList<string> SetpointTags { get; } = [.. Setpoints.Select(s => s.Tag)];

    /// <summary>Least time between two values of a continuous tag; may be changed while running.</summary>
    public TimeSpan TelemetryPeriod
    {
        get => _online.Period;
        set => _online.Period = value;
    }

    public Grade Grade => _options.Grade;

    /// <summary>The hidden truth. A service that optimizes this line must never see it.</summary>
    public FoilTruth Truth => new(_line.Actual, _drift.State, _line.Point, !_drift.Polishing);

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
            Advance(u, part);
            ReportSetpoints(setpoints);
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

    private void Advance(OperatingPoint u, TimeSpan part)
    {
        double hours = part.TotalHours;
        Now += part;
        _drift.Step(Now, (Now - _options.Start).TotalHours, hours, _line.Actual, _line.Point.Cell.LimitingShare);
        bool running = !_drift.Polishing;
        _line.Step(u, _drift.State, hours, running, _gauge);
        if (running)
        {
            double metres = _line.FoilSpeed * part.TotalMinutes;
            _gauge = _toGauge.Step(_line.ArealWeight, metres);
            _pinholes = _toCamera.Step(_line.Point.Foil.Pinholes, metres);
        }

        double weight = double.IsFinite(_gauge) ? _gauge : _line.ArealWeight;
        _online.Step(new InstrumentView(_line, _drift.State, running, weight, _drift.DrumHours, _drift.CarbonHours), Now, part.TotalSeconds, _known);
        _laboratory.Step(_line, _drift.State, _options.Start, Now, _known);
        _inspection.Step(_line, running, _pinholes, Now, hours, _known);
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
            _known.Add(Sample.Online("sp/" + SetpointTags[i], setpoints[i], Now));
        }
    }
}
