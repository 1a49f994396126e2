namespace Optimizer.Simulation;

/// <summary>What the gateway itself knows of one setpoint; it trusts nobody else's limits.</summary>
/// <param name="Low">Own lower limit, in <paramref name="EngineeringUnit"/>.</param>
/// <param name="High">Own upper limit.</param>
/// <param name="RatePerMinute">Fastest rate at which the setpoint walks.</param>
/// <param name="MaxStep">Largest change in one request, from the live setpoint.</param>
/// <param name="Start">Live setpoint at start.</param>
/// <param name="Ramped">The gateway walks the live setpoint; false: it takes a target at once and a base loop follows at its own pace.</param>
public sealed record GatewayTag(string Tag, string EngineeringUnit, double Low, double High, double RatePerMinute, double MaxStep, double Start, bool Ramped = true);

/// <summary>Options of the controller stand-in.</summary>
public sealed record GatewayOptions
{
    public required string Name { get; init; }

    /// <summary>In the order of the plant's setpoints.</summary>
    public required IReadOnlyList<GatewayTag> Tags { get; init; }

    /// <summary>How far a request's issue time may lie ahead of process time. Default 5 s.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time between issue and expiry a request may claim. Default 60 s.</summary>
    public TimeSpan LongestLife { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Silence of the optimizer after which its lease is taken back. Default 90 s; never zero.</summary>
    public TimeSpan Watchdog { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>A lost lease turns the remote switch off, so that a person must turn it on again. Default false.</summary>
    public bool LocalAfterLeaseLoss { get; init; }
}
