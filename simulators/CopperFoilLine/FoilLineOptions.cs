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

    /// <summary>Oil that came in with scrap fades through the carbon.</summary>
    Organics = 256,
    All = 511,
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

    public Drifts Drifts { get; init; } = Drifts.All;

    public Disturbances Disturbances { get; init; } = new();

    /// <summary>Least time between two values of a continuous tag; shorter native periods are averaged. 1 s to 1 h.</summary>
    public TimeSpan TelemetryPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Additives follow their setpoints by dosing with lab feedback; false: doses stay as they are at the start.</summary>
    public bool AutomaticDosing { get; init; } = true;

    /// <summary>Acid follows its setpoint by make-up and bleed; false: it is what the copper balance makes it.</summary>
    public bool AcidControl { get; init; } = true;

    /// <summary>Foil speed follows the current at once; false: the ratio control lags by 30 s and a current step shows in areal weight.</summary>
    public bool SpeedFeedForward { get; init; } = true;
}
