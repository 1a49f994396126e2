namespace Optimizer.Plant;

/// <summary>A setpoint the optimizer may move, with every limit on moving it. Values in <see cref="EngineeringUnit"/>.</summary>
public sealed record ManipulatedVariable
{
    public required string Name { get; init; }

    /// <summary>Setpoint tag at the gateway; its live value comes back as a telemetry tag of the same name.</summary>
    public required string SetpointTag { get; init; }

    public required string EngineeringUnit { get; init; }

    /// <summary>Engineering limits: never outside, whoever asks.</summary>
    public required double EngineeringLow { get; init; }

    public required double EngineeringHigh { get; init; }

    /// <summary>Operator limits, inside the engineering limits.</summary>
    public required double OperatorLow { get; init; }

    public required double OperatorHigh { get; init; }

    /// <summary>Largest change in one move.</summary>
    public required double MaxMove { get; init; }

    /// <summary>Smallest change worth writing.</summary>
    public required double Deadband { get; init; }

    /// <summary>Largest sum of absolute changes within 8 h.</summary>
    public required double MaxTravelPer8Hours { get; init; }

    /// <summary>Largest sum of absolute changes within 24 h.</summary>
    public required double MaxTravelPer24Hours { get; init; }

    /// <summary>Rate at which the controller walks to a new value.</summary>
    public required double RampPerMinute { get; init; }

    /// <summary>Time constant with which the process follows the setpoint (t63).</summary>
    public required TimeSpan Lag { get; init; }

    /// <summary>Time between two moves of this variable, at least.</summary>
    public required TimeSpan Dwell { get; init; }

    /// <summary>How far the live setpoint may differ from ours before we take it that somebody else moved it.</summary>
    public required double Tolerance { get; init; }

    /// <summary>A result does not teach while the lagged setpoint is further from the setpoint than this share of the operator range. Default 0.1, range 0.001 to 1.</summary>
    public double SettledWithin { get; init; } = 0.1;

    public double Span => EngineeringHigh - EngineeringLow;
}
