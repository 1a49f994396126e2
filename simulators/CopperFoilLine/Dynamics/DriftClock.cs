using CopperFoilLine.SteadyState;

namespace CopperFoilLine.Dynamics;

/// <summary>
/// Everything that wears, clogs, ages or changes by itself, and the maintenance that resets it. Clocks: drum two weeks,
/// filter nine days, carbon nineteen, additive batches five to ten, anode months.
/// </summary>
internal sealed class DriftClock(FoilLineOptions options)
{
    private const double PolishAt = 0.45;
    private const double DaysBetweenOil = 10;

    private readonly RandomStream _batches = new("batches", options.Seed), _oil = new("oily-scrap", options.Seed);
    private double _nextSpsBatch = double.NaN, _nextGelatinBatch = double.NaN, _nextOil = double.NaN, _polishLeft;
    private double _water = options.Disturbances.CoolingWater, _ambient = options.Disturbances.Ambient;

    public Disturbances State { get; private set; } = options.Disturbances;

    public Drifts Drifts { get; private set; } = options.Drifts;

    /// <summary>Hours the drum has plated since its last polish.</summary>
    public double DrumHours { get; private set; } = Math.Max(0, (options.Disturbances.DrumWear - 0.05) * 900);

    /// <summary>Hours since the carbon was changed.</summary>
    public double CarbonHours { get; private set; } = Math.Max(0, (1 - options.Disturbances.Carbon) * 900);

    /// <summary>The drum is being polished: no current for two hours.</summary>
    public bool Polishing => _polishLeft > 0;

    /// <summary>Organics that came in with scrap in this step, mg/L.</summary>
    public double Oil { get; private set; }

    /// <summary>Something is done to the line from outside.</summary>
    public void Change(Func<Conditions, Conditions> change)
    {
        var changed = change(new Conditions(State with { CoolingWater = _water, Ambient = _ambient }, Drifts));
        (State, Drifts) = (changed.Disturbances, changed.Drifts);
        (_water, _ambient) = (State.CoolingWater, State.Ambient);
    }

    /// <param name="elapsed">Hours since the start.</param>
    public void Step(DateTimeOffset now, double elapsed, double hours, OperatingPoint actual, double limitingShare)
    {
        Wear(hours, actual, limitingShare);
        Climate(now);
        Batches(elapsed);
        OilyScrap(elapsed);
        if (Has(Drifts.Organics))
        {
            State = State with { Organics = State.Organics * (1 - (hours / 15)) };
        }
    }

    private void Wear(double hours, OperatingPoint actual, double limitingShare)
    {
        if (Polishing)
        {
            _polishLeft -= hours;
            if (!Polishing)
            {
                State = State with { DrumWear = 0.05 };
                DrumHours = 0;
            }
        }
        else
        {
            // A counter never tells of more wear than there is: it stands still with the wear.
            DrumHours += Has(Drifts.Drum) ? hours : 0;
            double anode = Has(Drifts.Anode) ? State.AnodeLoss + (hours * SteadyStatePoint.AnodeWear(actual, limitingShare)) : State.AnodeLoss;
            double drum = Has(Drifts.Drum) ? State.DrumWear + (hours / 900) : State.DrumWear;
            State = State with { AnodeLoss = anode >= 0.95 ? 0.05 : anode, DrumWear = drum };
            _polishLeft = Has(Drifts.Drum) && drum >= PolishAt ? 2 : 0;
        }

        CarbonHours += Has(Drifts.Carbon) ? hours : 0;
        double clog = Has(Drifts.Filter) ? State.Clog + (hours / 400) : State.Clog;
        double carbon = Has(Drifts.Carbon) ? Math.Max(0.2, State.Carbon - (hours / 900)) : State.Carbon;
        bool changed = Has(Drifts.Carbon) && carbon <= 0.5;
        CarbonHours = changed ? 0 : CarbonHours;
        State = State with
        {
            Clog = Has(Drifts.Filter) && clog >= 0.60 ? 0.05 : clog,
            Carbon = changed ? 1.0 : carbon,
            Iron = Has(Drifts.Iron) ? State.Iron + (0.02 * hours / 720) : State.Iron,
        };
    }

    private void Climate(DateTimeOffset now)
    {
        if (Has(Drifts.Climate))
        {
            double swing = 2 * Math.Sin(2 * Math.PI * (now.TimeOfDay.TotalHours - 9) / 24);
            State = State with { CoolingWater = _water + swing, Ambient = _ambient + swing };
        }

        if (Has(Drifts.Tariff))
        {
            State = State with { Tariff = now.Hour < 8 ? 0.30 : now.Hour < 16 ? 0.62 : 1.02 };
        }
    }

    private void Batches(double elapsed)
    {
        if (!Has(Drifts.Batches))
        {
            return;
        }

        if (double.IsNaN(_nextSpsBatch))
        {
            (_nextSpsBatch, _nextGelatinBatch) = (Days(_batches, 0, 10), Days(_batches, 0, 10));
        }

        if (elapsed >= _nextSpsBatch)
        {
            _nextSpsBatch = elapsed + Days(_batches, 5, 10);
            State = State with { SpsPotency = Potency() };
        }

        if (elapsed >= _nextGelatinBatch)
        {
            _nextGelatinBatch = elapsed + Days(_batches, 5, 10);
            State = State with { GelatinPotency = Potency() };
        }
    }

    private void OilyScrap(double elapsed)
    {
        Oil = 0;
        if (!Has(Drifts.OilyScrap))
        {
            return;
        }

        if (elapsed >= _nextOil)
        {
            Oil = 5 + (10 * _oil.Uniform());
        }

        if (double.IsNaN(_nextOil) || elapsed >= _nextOil)
        {
            _nextOil = elapsed + Days(_oil, 0, 2 * DaysBetweenOil);
        }
    }

    private static double Days(RandomStream random, double low, double high) => 24 * (low + (random.Uniform() * (high - low)));

    private double Potency() => Math.Clamp(1 + (0.10 * _batches.Gaussian()), 0.65, 1.40);

    private bool Has(Drifts drift) => (Drifts & drift) != 0;
}
