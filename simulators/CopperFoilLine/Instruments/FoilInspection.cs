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

    private readonly RandomStream _effects = new("segment", options.Seed), _camera = new("f01/pv/pinhole_rate", options.Seed), _strip = new("roll/strip", options.Seed);
    private readonly List<Sample> _pending = [];
    private readonly double[] _effect = new double[3];
    private double _segment, _window, _area, _expected, _made, _trimmed, _weight, _hours;
    private FoilQuality? _last;

    /// <summary>Good and scrap kilograms so far.</summary>
    public double GoodKg { get; private set; }

    public double ScrapKg { get; private set; }

    /// <param name="pinholes">True rate of the foil under the camera, 1/100 m2; NaN: none yet.</param>
    public void Step(LineDynamics line, bool running, double pinholes, DateTimeOffset now, double hours, ICollection<Sample> into)
    {
        Camera(line, running, pinholes, now, hours, into);
        if (running)
        {
            var foil = line.Point.Foil;
            double kg = line.Point.Cell.MassRate * line.Point.Availability * hours;
            _made += kg;
            _trimmed += kg * 0.965 / (1 + (0.04 * foil.Pinholes));
            _weight += hours * line.ArealWeight;
            _hours += hours;
            _last = foil;
        }

        _segment += hours;
        if (_segment >= SegmentHours - 1e-9)
        {
            EndSegment(now);
            (_segment, _made, _trimmed, _weight, _hours) = (0, 0, 0, 0, 0);
        }

        Report(now, into);
    }

    private void Camera(LineDynamics line, bool running, double pinholes, DateTimeOffset now, double hours, ICollection<Sample> into)
    {
        if (running && double.IsFinite(pinholes))
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

    private void EndSegment(DateTimeOffset now)
    {
        var grade = options.Grade;
        double[] sigma = [9, SteadyStatePoint.ElongationScatter(grade), 0.10 * grade.RoughnessMax / 2];
        for (int k = 0; k < 3; k++)
        {
            double innovation = options.Noise ? Math.Sqrt(1 - (Rho * Rho)) * sigma[k] * _effects.Gaussian() : 0;
            _effect[k] = (Rho * _effect[k]) + innovation;
        }

        // A stop within the segment ends its foil, not its account.
        if (_last is not { } foil || _made <= 0)
        {
            return;
        }

        double tensile = foil.Tensile + _effect[0], elongation = foil.Elongation + _effect[1], roughness = foil.Roughness + _effect[2];
        double weight = _weight / _hours;
        double weightError = (100 * ((weight / grade.ArealWeight) - 1)) + (options.Noise ? foil.WeightSigma * _effects.Gaussian() : 0);
        bool good = tensile >= grade.TensileMin && elongation >= grade.ElongationMin && roughness <= grade.RoughnessMax && Math.Abs(weightError) <= 2.5;
        GoodKg += good ? _trimmed : 0;
        ScrapKg += good ? _made - _trimmed : _made;

        var known = now + TimeSpan.FromMinutes(35 + (20 * _strip.Uniform()));
        Hold("roll/ts", tensile + Noise(6), now, known);
        Hold("roll/el", elongation + Noise(0.25), now, known);
        Hold("roll/rz", roughness + Noise(0.08), now, known);
        Hold("roll/weight", weight + Noise(0.10), now, known);
        Hold("roll/good_kg", good ? _trimmed : 0, now, known);
        Hold("roll/scrap_kg", good ? _made - _trimmed : _made, now, known);
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
