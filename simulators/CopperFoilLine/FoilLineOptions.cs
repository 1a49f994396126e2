namespace CopperFoilLine;

/// <summary>Which slow things move on their own.</summary>
[Flags]
public enum Drifts
{
    None = 0,
    Anode = 1,
    Drum = 2,
    Filter = 4,
    Carbon = 8,
    Iron = 16,
    Climate = 32,
    Batches = 64,
    Tariff = 128,

    /// <summary>Organics that come in with scrap fade through the carbon.</summary>
    Organics = 256,

    /// <summary>The web tears now and then: no foil for 24 min.</summary>
    Breaks = 512,

    /// <summary>All of the above: what any line lives with.</summary>
    Normal = 1023,

    /// <summary>Oily scrap now and then, 5 to 15 mg/L of organics at once, ten days apart on average.</summary>
    OilyScrap = 1024,
}

/// <summary>One simulated foil machine.</summary>
public sealed record FoilLineOptions
{
    public Grade Grade { get; init; } = Grade.Named("LB-6");

    /// <summary>Fixes noise, batches and lab delays.</summary>
    public required int Seed { get; init; }

    /// <summary>Process time at start (UTC).</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Measurement noise and segment-to-segment variation.</summary>
    public bool Noise { get; init; } = true;

    public Drifts Drifts { get; init; } = Drifts.Normal;

    public Disturbances Disturbances { get; init; } = new();

    /// <summary>Least time between two values of a continuous tag; shorter native periods are averaged. Up to 1 h; zero: every tag at its native period.</summary>
    public TimeSpan TelemetryPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Additives follow their setpoints by dosing with lab feedback; false: doses stay as they are at the start.</summary>
    public bool AutomaticDosing { get; init; } = true;

    /// <summary>Acid follows its setpoint by make-up and bleed; false: it is what the copper balance makes it.</summary>
    public bool AcidControl { get; init; } = true;

    /// <summary>Operators set the foil speed themselves, m/min, 0.5 to 12, and areal weight is what comes of it; null: it follows the areal weight.</summary>
    public double? ManualFoilSpeed { get; init; }

    /// <summary>Foil speed follows the current at once; false: the ratio control lags by 30 s and a current step shows in areal weight.</summary>
    public bool SpeedFeedForward { get; init; } = true;
}
