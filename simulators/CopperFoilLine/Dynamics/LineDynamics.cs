using CopperFoilLine.SteadyState;

namespace CopperFoilLine.Dynamics;

/// <summary>
/// Balances and base loops of the line, explicit Euler. Volumes: main tank 60 m3, head tank 6 m3; heat capacity 68.75
/// kWh/K. Fast lags: flow 20 s, foil speed 30 s, adsorption 90 s, dissolution 0.5 h.
/// </summary>
internal sealed class LineDynamics
{
    public const double TankVolume = 60;
    private const double HeadVolume = 6;
    private const double HeatCapacity = 68.75;
    private const double ChargingMax = 60;
    private const double BleedMax = 1.5;
    private const double TrimGain = 0.1;
    private const double TrimTime = 2.0 / 60;
    private const double TrimErrorMax = 0.01;
    private const double TrimMax = 0.03;
    private const double AcidPerCopper = Functions.AcidMass / Functions.CopperMass;

    private readonly FoilLineOptions _options;
    private Doses _heldDoses;
    private Bath _tank, _head;
    private Coverage _coverage;
    private double _dissolution, _organics, _heatIntegral, _trim, _wantedSpeed;

    public LineDynamics(FoilLineOptions options, OperatingPoint start)
    {
        _options = options;
        var rest = SteadyStatePoint.Of(start, options.Grade, options.Disturbances);
        _tank = _head = Bath.Of(start);
        _coverage = rest.Coverage;
        _dissolution = rest.Cell.MassRate;
        _organics = rest.Organics;
        _heldDoses = new Doses(rest.Dose.Sps, rest.Dose.Gelatin, rest.Dose.Hec, rest.Dose.Chloride);
        (CurrentDensity, Flow, FoilSpeed) = (start.CurrentDensity, start.Flow, rest.FoilSpeed);
        (Doses, _wantedSpeed) = (_heldDoses, rest.FoilSpeed);
        Lab = new LabView(start.Sps, start.Gelatin, start.Hec, start.Chloride);
        Point = rest;
        AutomaticDosing = options.AutomaticDosing;
        ManualFoilSpeed = options.ManualFoilSpeed;
        SpeedFeedForward = options.SpeedFeedForward;
    }

    /// <summary>False: the pumps go on as they were when it was switched off.</summary>
    public bool AutomaticDosing
    {
        get;
        set
        {
            _heldDoses = field && !value ? Doses : _heldDoses;
            field = value;
        }
    }

    /// <summary>False: the ratio control lags by 30 s.</summary>
    public bool SpeedFeedForward { get; set; }

    /// <summary>Foil speed by hand, m/min; null: by areal weight.</summary>
    public double? ManualFoilSpeed { get; set; }

    public double CurrentDensity { get; private set; }

    public double Flow { get; private set; }

    public double FoilSpeed { get; private set; }

    public Doses Doses { get; private set; }

    public LabView Lab { get; set; }

    public double TankTemperature => _tank.Temperature;

    public double TankCopper => _tank.Copper;

    public double TankAcid => _tank.Acid;

    /// <summary>Heat taken out by the cooler, kW.</summary>
    public double Cooling { get; private set; }

    /// <summary>Acid added, kg/h; 40 at most.</summary>
    public double Makeup { get; private set; }

    /// <summary>Electrolyte replaced by water, m3/h; at 0.5 m3/h per g/L of acid above its setpoint by more than 0.3, or for chloride far above its own.</summary>
    public double Bleed { get; private set; }

    /// <summary>Copper going into solution, kg/h.</summary>
    public double Dissolution => _dissolution;

    /// <summary>Air into the dissolution tank, m3/h.</summary>
    public double AirFlow { get; private set; } = 900;

    /// <summary>Dissolution tank, Cel: the reaction keeps it 12 above the main tank (invented).</summary>
    public double DissolutionTemperature { get; private set; } = 62;

    /// <summary>Foil made now, g/m2.</summary>
    public double ArealWeight => FoilSpeed <= 0 ? 0 : Point.Cell.MassRate * 1000 / 60 / (FoilSpeed * CellState.Width);

    /// <summary>The cell as it really is: head-tank chemistry, present coverage and organics.</summary>
    public OperatingPoint Actual => new(CurrentDensity, _head.Temperature, Flow, _head.Copper, _head.Acid, _head.Chloride, _head.Sps, _head.Gelatin, _head.Hec);

    /// <summary>Cell, foil and utilities at <see cref="Actual"/>.</summary>
    public SteadyStatePoint Point { get; private set; }

    /// <summary>A shot into the tank, mg/L of its content; organics included.</summary>
    public void Shot(double chloride = 0, double organics = 0)
    {
        _tank = _tank with { Chloride = _tank.Chloride + chloride };
        _organics += organics;
    }

    /// <param name="u">Setpoints.</param>
    /// <param name="hours">Step, 10 s at most.</param>
    /// <param name="gauge">Areal weight the gauge shows, g/m2; NaN: no reading.</param>
    public void Step(OperatingPoint u, Disturbances d, Upsets upsets, Machine machine, double hours, double gauge)
    {
        bool running = machine.Plating;
        CurrentDensity = u.CurrentDensity * machine.CurrentShare;
        Flow += Share(hours, 20.0 / 3600) * ((u.Flow * upsets.FeedPump) - Flow);
        var mixed = _head.Toward(_tank, Share(hours, HeadVolume / Flow));
        _coverage = Toward(_coverage, Coverage.Of(Actual, d), Share(hours, 90.0 / 3600));
        _head = mixed;
        Point = SteadyStatePoint.Of(Actual, machine.Making, d, _coverage, _organics);
        double mass = running ? Point.Cell.MassRate : 0;
        double heat = running ? Point.Cell.Voltage * Point.Cell.Current / 1000 : 0;
        Speed(Point, machine, gauge, hours);
        Chemistry(u, d, upsets, hours, mass, running);
        Heat(u, d, upsets, hours, heat + Point.PumpPower);
    }

    private void Speed(SteadyStatePoint p, Machine machine, double gauge, double hours)
    {
        double target = machine.Making.ArealWeight, proportional = 0;
        // On the way to another weight the gauge still sees the old one.
        if (double.IsFinite(gauge) && machine.Mode is MachineMode.Run or MachineMode.Ramp)
        {
            // The gauge sees foil made minutes ago: weak, and deaf to excursions the ratio control has mended meanwhile.
            double error = Math.Clamp((gauge - target) / target, -TrimErrorMax, TrimErrorMax);
            _trim = Math.Clamp(_trim + (TrimGain * error * hours / TrimTime), -TrimMax, TrimMax);
            proportional = TrimGain * error;
        }

        if (ManualFoilSpeed is { } manual)
        {
            (FoilSpeed, _wantedSpeed) = (manual, manual);
            return;
        }

        double wanted = p.FoilSpeed * (1 + _trim + proportional);
        // Without feed-forward the drive follows what was wanted before this step: the current has already changed.
        FoilSpeed = SpeedFeedForward ? wanted : FoilSpeed + (Share(hours, 30.0 / 3600) * (_wantedSpeed - FoilSpeed));
        _wantedSpeed = wanted;
    }

    private void Chemistry(OperatingPoint u, Disturbances d, Upsets upsets, double hours, double mass, bool running)
    {
        double current = running ? Point.Cell.Current : 0;
        var loss = AdditiveLoss.Of(Actual, current, d.Carbon);
        double acidError = u.Acid - _tank.Acid;
        Makeup = _options.AcidControl ? Math.Clamp(30 * acidError, 0, 40) : 0;
        // Never more bleed than the copper it carries away can be charged again.
        double bleedMax = Math.Clamp((ChargingMax - mass) / _tank.Copper, 0, BleedMax);
        Bleed = _options.AcidControl ? Math.Clamp(Math.Max(0.5 * (-acidError - 0.3), 0.1 * (_tank.Chloride - u.Chloride - 3)), 0, bleedMax) : 0;
        // Copper charged follows what is plated and bled; the rest is proportional feedback.
        double wanted = upsets.DissolutionTripped ? 0 : Math.Clamp(mass + (Bleed * _tank.Copper) + (15 * (u.Copper - _tank.Copper)), 0, ChargingMax);
        _dissolution += Share(hours, 0.5) * (wanted - _dissolution);
        AirFlow = upsets.DissolutionTripped ? 0 : 900;
        DissolutionTemperature += Share(hours, 1) * (_tank.Temperature + (12 * _dissolution / 34) - DissolutionTemperature);
        Doses = Delivered(Dosing(u, running), upsets);
        double per = hours / TankVolume;
        _tank = _tank with
        {
            Copper = _tank.Copper + (per * (_dissolution - mass - (Bleed * _tank.Copper))),
            Acid = _tank.Acid + (per * ((AcidPerCopper * (mass - _dissolution)) + Makeup - (Bleed * _tank.Acid))),
            Chloride = _tank.Chloride + (per * (Doses.Chloride - loss.Chloride - (Bleed * _tank.Chloride))),
            Sps = Math.Max(1e-3, _tank.Sps + (per * (Doses.Sps - loss.Sps - (Bleed * _tank.Sps)))),
            Gelatin = Math.Max(1e-3, _tank.Gelatin + (per * (Doses.Gelatin - loss.Gelatin - (Bleed * _tank.Gelatin)))),
            Hec = Math.Max(1e-3, _tank.Hec + (per * (Doses.Hec - loss.Hec - (Bleed * _tank.Hec)))),
        };
        // Organics from outside come with the disturbance; by-products leave through carbon and the vent.
        _organics += per * (loss.ByProducts - (AdditiveLoss.Clearance(d.Carbon) * (_organics - d.Organics)) - (Bleed * _organics));
    }

    private Doses Dosing(OperatingPoint u, bool running)
    {
        if (!AutomaticDosing)
        {
            return _heldDoses;
        }

        if (!running)
        {
            return default;
        }

        // What the dosing computer believes is lost at the setpoint, at nominal carbon activity, plus lab feedback.
        var ff = AdditiveLoss.Of(u, u.CurrentDensity * CellState.Area, new Disturbances().Carbon);
        const double gain = 0.125 * TankVolume;
        return new Doses(
            Math.Max(0, ff.Sps + (gain * (u.Sps - Lab.Sps))), Math.Max(0, ff.Gelatin + (gain * (u.Gelatin - Lab.Gelatin))),
            Math.Max(0, ff.Hec + (gain * (u.Hec - Lab.Hec))), Math.Max(0, ff.Chloride + (gain * (u.Chloride - Lab.Chloride))));
    }

    private static Doses Delivered(Doses d, Upsets u) => new(d.Sps * u.SpsPump, d.Gelatin * u.GelatinPump, d.Hec * u.HecPump, d.Chloride * u.ChloridePump);

    private void Heat(OperatingPoint u, Disturbances d, Upsets upsets, double hours, double source)
    {
        double error = _tank.Temperature - u.Temperature;
        double balance = source - (1.6 * (_tank.Temperature - d.Ambient));
        double capacity = upsets.CoolingLost ? 0 : SteadyStatePoint.CoolingCapacityOf(_tank.Temperature, d.CoolingWater);
        double wanted = balance + (120 * error) + _heatIntegral;
        Cooling = Math.Clamp(wanted, -80, Math.Max(-80, capacity));
        if (wanted.Equals(Cooling))
        {
            // The integral waits while the valve is at its end.
            _heatIntegral = Math.Clamp(_heatIntegral + (40 * error * hours), -100, 300);
        }

        _tank = _tank with { Temperature = _tank.Temperature + (hours * (balance - Cooling) / HeatCapacity) };
    }

    private static double Share(double hours, double lag) => Math.Min(1, hours / lag);

    private static Coverage Toward(Coverage from, Coverage to, double share) => new(
        from.Sps + (share * (to.Sps - from.Sps)), from.Gelatin + (share * (to.Gelatin - from.Gelatin)), from.Hec + (share * (to.Hec - from.Hec)));
}
