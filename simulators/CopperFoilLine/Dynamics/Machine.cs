namespace CopperFoilLine.Dynamics;

/// <summary>What the foil machine is doing, and which grade it makes. Nothing is plated while it polishes or stands; nothing is wound after a break.</summary>
internal sealed class Machine(FoilLineOptions options)
{
    private const double BreakHours = 0.4;
    private const double RampHours = 1.0 / 6;
    private const double GradeRampHours = 1.0 / 3;
    private const double RampFrom = 0.3;

    private readonly RandomStream _breaks = new("breaks", options.Seed);
    private Grade _from = options.Grade;
    private double _breakLeft, _rampLeft, _gradeLeft;

    public MachineMode Mode { get; private set; }

    /// <summary>The grade ordered.</summary>
    public Grade Grade { get; private set; } = options.Grade;

    /// <summary>The grade as made now: on the way to another its thickness is in between.</summary>
    public Grade Making { get; private set; } = options.Grade;

    /// <summary>Current flows.</summary>
    public bool Plating => Mode is not (MachineMode.Polish or MachineMode.Stop);

    /// <summary>Foil of one grade arrives at the winder.</summary>
    public bool Winding => Plating && Mode != MachineMode.Break;

    /// <summary>Share of the current setpoint that flows, 0 to 1.</summary>
    public double CurrentShare { get; private set; } = 1;

    /// <summary>Starts making another grade; foil made on the way is scrap.</summary>
    public void Change(Grade grade)
    {
        (_from, Grade) = (Making, grade);
        _gradeLeft = GradeRampHours;
    }

    /// <param name="breaksPerHour">Expected tears of the web.</param>
    /// <param name="tears">The web may tear.</param>
    public void Step(double hours, bool polishing, bool stopped, double breaksPerHour, bool tears)
    {
        bool wasPlating = Plating;
        _breakLeft = Math.Max(0, _breakLeft - hours);
        // A draw in every step, so that one break does not move all later ones.
        double chance = _breaks.Uniform();
        if (tears && Winding && chance < breaksPerHour * hours)
        {
            _breakLeft = BreakHours;
        }

        Walk(hours);
        bool plating = !stopped && !polishing;
        _rampLeft = !plating ? 0 : wasPlating ? Math.Max(0, _rampLeft - hours) : RampHours;
        CurrentShare = 1 - ((1 - RampFrom) * _rampLeft / RampHours);
        Mode = stopped ? MachineMode.Stop
            : polishing ? MachineMode.Polish
            : _breakLeft > 0 ? MachineMode.Break
            : _gradeLeft > 0 ? MachineMode.GradeChange
            : _rampLeft > 0 ? MachineMode.Ramp
            : MachineMode.Run;
    }

    private void Walk(double hours)
    {
        if (_gradeLeft <= 0)
        {
            return;
        }

        _gradeLeft = Math.Max(0, _gradeLeft - hours);
        double done = 1 - (_gradeLeft / GradeRampHours);
        Making = _gradeLeft > 0 ? Grade with { Thickness = _from.Thickness + (done * (Grade.Thickness - _from.Thickness)) } : Grade;
    }
}
