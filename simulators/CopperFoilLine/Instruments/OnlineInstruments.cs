using CopperFoilLine.Dynamics;
using CopperFoilLine.SteadyState;
using Optimizer.Plant;

namespace CopperFoilLine.Instruments;

/// <summary>The continuous tags: each averages the truth over its period and adds its own noise.</summary>
internal sealed class OnlineInstruments
{
    // Averaging many readings does not remove what is common to them: calibration, position, flow profile.
    private const double NoiseFloor = 0.3;

    private readonly List<Instrument> _instruments = [];
    private readonly FoilLineOptions _options;
    private readonly Dictionary<string, (double Value, DateTimeOffset At)> _lastOnChange = new(StringComparer.Ordinal);

    public OnlineInstruments(FoilLineOptions options)
    {
        _options = options;
        Add("f01/pv/current", 1, 0.03, s => s.Plating ? s.Line.Point.Cell.Current / 1000 : 0);
        Add("f01/pv/cell_voltage", 1, 0.023, s => s.Plating ? s.Line.Point.Cell.Voltage : 0);
        Add("f01/pv/drum_speed", 1, 0.004, s => s.Plating ? s.Line.FoilSpeed : 0);
        Add("f01/pv/feed_flow", 5, 0.4, s => s.Line.Flow);
        Add("f01/pv/feed_temp", 5, 0.05, s => s.Line.Actual.Temperature);
        Add("f01/pv/outlet_temp", 5, 0.05, s => s.Line.Actual.Temperature + OutletRise(s));
        Add("f01/pv/feed_press", 5, 2, s => 120 + (130 * Math.Pow(s.Line.Flow / 60, 2)));
        // The drum is not quite round: 0.3 % once per turn.
        Add("f01/pv/gauge_weight", 10, 0.12, s => s.GaugeWeight * (1 + (_options.Noise ? 0.003 * Math.Sin(2 * Math.PI * s.DrumTurns) : 0)));
        Add("f01/pv/gauge_cv", 60, 0.04, s => s.Machine.Winding ? s.Line.Point.Foil.WeightSigma : double.NaN);
        Add("f01/pv/tension", 1, 1.5, s => s.Machine.Winding ? 60 : 0);
        Add("rc/pv/ac_power", 1, 0.4, s => s.Plating ? s.Line.Point.RectifierPower : 0);
        Add("mt/pv/level", 10, 0.2, _ => 72);
        Add("mt/pv/density", 60, 0.8, s => CellState.DensityOf(s.Line.TankCopper, s.Line.TankAcid, s.Line.TankTemperature));
        Add("mt/pv/conductivity", 60, 0.15, s => CellState.ConductivityOf(s.Line.TankCopper, s.Line.TankAcid, s.Line.TankTemperature));
        // Invented: air holds the redox potential up.
        Add("mt/pv/orp", 60, 3, s => 480 + (80 * Math.Min(1, s.Line.AirFlow / 900)));
        Add("mt/pv/temp", 10, 0.05, s => s.Line.TankTemperature);
        Add("dt/pv/air_flow", 10, 8, s => s.Line.AirFlow);
        Add("dt/pv/temp", 10, 0.1, s => s.Line.DissolutionTemperature);
        Add("fi/pv/dp", 10, 1.5, s => 200 * s.Disturbances.Clog * Math.Pow(s.Line.Flow / 60, 2));
        Add("cf/pv/dp", 10, 0.5, s => 15 + (s.CarbonHours / 60));
        Add("cf/pv/hours", 3600, 0, s => s.CarbonHours);
        Add("f01/pv/drum_hours", 600, 0, s => s.DrumHours);
        // Stock strengths: SPS 20, gelatin 40, HEC 10 g/L; chloride 20 g/L (invented; its source names none).
        AddDose("ad/pv/dose_sps", s => s.Line.Doses.Sps / 20 / 60 * 1000);
        AddDose("ad/pv/dose_gel", s => s.Line.Doses.Gelatin / 40 / 60 * 1000);
        AddDose("ad/pv/dose_hec", s => s.Line.Doses.Hec / 10 / 60 * 1000);
        AddDose("ad/pv/dose_hcl", s => s.Line.Doses.Chloride / 20 / 60 * 1000);
        _instruments.Add(new Instrument("dt/pv/cu_charge", 3600, value => 0.01 * value, s => s.Line.Dissolution, new RandomStream("dt/pv/cu_charge", options.Seed)));
        Add("hx/pv/cw_temp", 10, 0.1, s => s.Disturbances.CoolingWater);
        Add("hx/pv/valve", 10, 0.3, s => 100 * Math.Clamp(s.Line.Cooling / Math.Max(1, s.Line.Point.CoolingCapacity), 0, 1));
        Add("ut/pv/power_total", 60, 0.8, s => s.Plating ? s.Line.Point.TotalPower : s.Line.Point.PumpPower + 45);
    }

    /// <summary>Least time between two values of a continuous tag.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Every periodic tag with its native period, in seconds, and its noise at a typical value.</summary>
    public IEnumerable<(string Tag, double PeriodSeconds)> Tags => _instruments.Select(i => (i.Tag, i.PeriodSeconds));

    public void Step(InstrumentView view, DateTimeOffset now, double seconds, ICollection<Sample> into)
    {
        foreach (var instrument in _instruments)
        {
            instrument.Step(view, now, seconds, Period, _options.Noise, into);
        }

        OnChange("ut/pv/tariff", view.Disturbances.Tariff, now, into);
        OnChange("ut/pv/power_cap", view.Disturbances.PowerCap, now, into);
        OnChange("f01/state/mode", (double)view.Machine.Mode, now, into);
        OnChange("f01/state/grade", Grade.IndexOf(view.Machine.Grade), now, into);
    }

    private void OnChange(string tag, double value, DateTimeOffset now, ICollection<Sample> into)
    {
        // Repeated every hour, so that whoever subscribes later learns it too.
        if (!_lastOnChange.TryGetValue(tag, out var last) || !last.Value.Equals(value) || now - last.At >= TimeSpan.FromHours(1))
        {
            _lastOnChange[tag] = (value, now);
            into.Add(Sample.Online(tag, value, now));
        }
    }

    private static double OutletRise(InstrumentView s)
    {
        if (!s.Plating)
        {
            return 0;
        }

        var cell = s.Line.Point.Cell;
        double watts = cell.Current * (cell.Voltage - 1.146 - (0.5 * cell.Bus));
        return watts / (1241 * 3300 * s.Line.Flow / 3600);
    }

    private void Add(string tag, double periodSeconds, double noise, Func<InstrumentView, double> truth) =>
        _instruments.Add(new Instrument(tag, periodSeconds, _ => noise, truth, new RandomStream(tag, _options.Seed)));

    private void AddDose(string tag, Func<InstrumentView, double> truth) =>
        _instruments.Add(new Instrument(tag, 10, value => 0.01 * Math.Abs(value), truth, new RandomStream(tag, _options.Seed)));

    private sealed class Instrument(string tag, double periodSeconds, Func<double, double> noise, Func<InstrumentView, double> truth, RandomStream random)
    {
        private double _sum, _seconds, _before = double.NaN;

        public string Tag => tag;

        public double PeriodSeconds => periodSeconds;

        public void Step(in InstrumentView view, DateTimeOffset now, double seconds, TimeSpan least, bool noisy, ICollection<Sample> into)
        {
            double value = truth(view), before = double.IsNaN(_before) ? value : _before;
            _before = value;
            double period = Math.Max(periodSeconds, least.TotalSeconds);
            if (period < seconds - 1e-6)
            {
                // Faster than the plant is computed: on the straight line between two states.
                int n = (int)Math.Round(seconds / period);
                for (int k = 1; k <= n; k++)
                {
                    Report(before + ((value - before) * k / n), 1, now - TimeSpan.FromSeconds(seconds * (n - k) / n), noisy, into);
                }

                return;
            }

            _sum += value * seconds;
            _seconds += seconds;
            if (_seconds >= period - 1e-6)
            {
                Report(_sum / _seconds, Math.Max(NoiseFloor, Math.Sqrt(periodSeconds / _seconds)), now, noisy, into);
                (_sum, _seconds) = (0, 0);
            }
        }

        private void Report(double value, double noiseShare, DateTimeOffset at, bool noisy, ICollection<Sample> into)
        {
            if (double.IsNaN(value))
            {
                return;
            }

            if (noisy)
            {
                value += noise(value) * noiseShare * random.Gaussian();
            }

            into.Add(Sample.Online(tag, value, at));
        }
    }
}

/// <summary>What instruments can touch.</summary>
internal readonly record struct InstrumentView(
    LineDynamics Line, Disturbances Disturbances, Machine Machine, double GaugeWeight, double DrumTurns, double DrumHours, double CarbonHours)
{
    public bool Plating => Machine.Plating;
}
