using CopperFoilLine.Dynamics;
using CopperFoilLine.SteadyState;
using Optimizer.Plant;

namespace CopperFoilLine.Instruments;

/// <summary>
/// Camera, strips and disposition. Every 2 h segment gets a random effect on strength, elongation and roughness that
/// follows the one before (AR(1), rho 0.5); strips are measured 45 +- 10 min later.
/// </summary>
internal sealed class FoilInspection(FoilLineOptions options)
{
    public const double SegmentHours = 2;
    private const double Rho = 0.5;
    private const double SmallStops = 0.97;

    private readonly RandomStream _effects = new("segment", options.Seed), _camera = new("f01/pv/pinhole_rate", options.Seed), _strip = new("roll/strip", options.Seed);
    private readonly List<Sample> _pending = [];
    private readonly double[] _effect = new double[3];
    private double _segment, _window, _area, _expected, _made, _trimmed, _weight, _hours, _transition;
    private Grade _grade = options.Grade;
    private FoilQuality? _last;

    /// <summary>Good and scrap kilograms so far.</summary>
    public double GoodKg { get; private set; }

    public double ScrapKg { get; private set; }

    /// <param name="pinholes">True rate of the foil under the camera, 1/100 m2; NaN: none yet.</param>
    public void Step(LineDynamics line, Machine machine, Drifts drifts, Upsets upsets, double pinholes, DateTimeOffset now, double hours, ICollection<Sample> into)
    {
        Camera(line, machine.Winding, pinholes, now, hours, into);
        if (machine.Grade != _grade)
        {
            // The roll ends where another grade begins.
            EndSegment(upsets, now);
            _grade = machine.Grade;
        }

        if (machine.Winding)
        {
            Wind(line, machine, drifts, hours);
        }

        _segment += hours;
        if (_segment >= SegmentHours - 1e-9)
        {
            EndSegment(upsets, now);
        }

        Report(now, into);
    }

    private void Wind(LineDynamics line, Machine machine, Drifts drifts, double hours)
    {
        // With tears of the web as events only the small stops are left of the average availability.
        double available = (drifts & Drifts.Breaks) != 0 ? SmallStops : line.Point.Availability;
        double kg = line.Point.Cell.MassRate * available * hours;
        if (machine.Mode == MachineMode.GradeChange)
        {
            _transition += kg;
            return;
        }

        var foil = line.Point.Foil;
        _made += kg;
        _trimmed += kg * 0.965 / (1 + (0.04 * foil.Pinholes));
        _weight += hours * line.ArealWeight;
        _hours += hours;
        _last = foil;
    }

    private void Camera(LineDynamics line, bool winding, double pinholes, DateTimeOffset now, double hours, ICollection<Sample> into)
    {
        if (winding && double.IsFinite(pinholes))
        {
            double area = line.FoilSpeed * 60 * hours * CellState.Width;
            _area += area;
            _expected += pinholes * area / 100;
        }

        _window += hours;
        if (_window < (10.0 / 60) - 1e-9)
        {
            return;
        }

        if (_area > 1)
        {
            double count = options.Noise ? _camera.Poisson(_expected) : _expected;
            into.Add(Sample.Online("f01/pv/pinhole_rate", 100 * count / _area, now));
        }

        (_window, _area, _expected) = (0, 0, 0);
    }

    private void EndSegment(Upsets upsets, DateTimeOffset now)
    {
        double[] sigma = [9, SteadyStatePoint.ElongationScatter(_grade), 0.10 * _grade.RoughnessMax / 2];
        for (int k = 0; k < 3; k++)
        {
            double innovation = options.Noise ? Math.Sqrt(1 - (Rho * Rho)) * sigma[k] * _effects.Gaussian() : 0;
            _effect[k] = (Rho * _effect[k]) + innovation;
        }

        ScrapKg += _transition;
        // A stop within the segment ends its foil, not its account.
        if (_last is { } foil && _made > 0)
        {
            Judge(foil, upsets, now);
        }

        (_segment, _made, _trimmed, _weight, _hours, _transition) = (0, 0, 0, 0, 0, 0);
    }

    private void Judge(FoilQuality foil, Upsets upsets, DateTimeOffset now)
    {
        double tensile = foil.Tensile + _effect[0], elongation = foil.Elongation + _effect[1], roughness = foil.Roughness + _effect[2];
        double weight = _weight / _hours;
        double weightError = (100 * ((weight / _grade.ArealWeight) - 1)) + (options.Noise ? foil.WeightSigma * _effects.Gaussian() : 0);
        bool good = tensile >= _grade.TensileMin && elongation >= _grade.ElongationMin && roughness <= _grade.RoughnessMax && Math.Abs(weightError) <= 2.5;
        GoodKg += good ? _trimmed : 0;
        ScrapKg += good ? _made - _trimmed : _made;

        var known = now + TimeSpan.FromSeconds(Math.Round(60 * (35 + (20 * _strip.Uniform())))) + upsets.ResultsLate;
        var sampled = upsets.WrongRoll ? now - TimeSpan.FromHours(SegmentHours) : now;
        Hold("roll/ts", tensile + Noise(6), sampled, known);
        Hold("roll/el", elongation + Noise(0.25), sampled, known);
        Hold("roll/rz", roughness + Noise(0.08), sampled, known);
        Hold("roll/weight", weight + Noise(0.10), sampled, known);
        Hold("roll/good_kg", good ? _trimmed : 0, sampled, known);
        Hold("roll/scrap_kg", _transition + (good ? _made - _trimmed : _made), sampled, known);
        Hold("roll/grade", Grade.IndexOf(_grade), sampled, known);
    }

    private double Noise(double sigma) => options.Noise ? sigma * _strip.Gaussian() : 0;

    private void Hold(string tag, double value, DateTimeOffset sampled, DateTimeOffset known) =>
        _pending.Add(new Sample(tag, value, sampled, known, known, Quality.Good));

    private void Report(DateTimeOffset now, ICollection<Sample> into)
    {
        foreach (var sample in _pending.Where(s => s.KnownAt <= now))
        {
            into.Add(sample);
        }

        _pending.RemoveAll(s => s.KnownAt <= now);
    }
}
