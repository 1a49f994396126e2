using Optimizer.Plant;

namespace Optimizer.Guardrails;

/// <summary>The state of plant, gateway and recent moves that guardrails judge by.</summary>
public sealed record GuardrailContext
{
    /// <summary>Process time.</summary>
    public required DateTimeOffset Now { get; init; }

    public required GuardrailLimits Limits { get; init; }

    /// <summary>State of every manipulated variable, by name.</summary>
    public required IReadOnlyDictionary<string, MoveHistory> Variables { get; init; }

    public required GatewayState Gateway { get; init; }

    /// <summary>What is missing from the inputs, each a sentence; empty: all fresh and good.</summary>
    public required IReadOnlyList<string> InputGaps { get; init; }

    /// <summary>Key tags that are not at rest, each a sentence; empty: steady.</summary>
    public required IReadOnlyList<string> Transients { get; init; }

    /// <summary>How long the unit has been running; null: it is not.</summary>
    public required TimeSpan? Running { get; init; }

    /// <summary>The audit record can be written. When it cannot, nothing is written to the plant.</summary>
    public required bool AuditWritable { get; init; }
}

/// <param name="Live">Live setpoint; null: unknown.</param>
/// <param name="LastMove">When we last moved it.</param>
/// <param name="Travel8Hours">Sum of our absolute changes within 8 h.</param>
/// <param name="Travel24Hours">Sum of our absolute changes within 24 h.</param>
/// <param name="UpLockedUntil">An operator refused to raise it, and is not asked again before then; default: never refused.</param>
/// <param name="DownLockedUntil">The same for lowering it.</param>
public sealed record MoveHistory(
    double? Live, DateTimeOffset? LastMove, double Travel8Hours, double Travel24Hours, DateTimeOffset UpLockedUntil, DateTimeOffset DownLockedUntil)
{
    /// <summary>Who left it out when the mode was last set; null: it takes part.</summary>
    public string? LeftOutBy { get; init; }
}

/// <param name="Name">Gateway id.</param>
/// <param name="SinceHeard">Time since its last heartbeat; null: never heard.</param>
/// <param name="EchoesUs">It echoes our heartbeat, so the chain back to it is proven.</param>
/// <param name="Outstanding">A write is on its way and not yet accounted for.</param>
/// <param name="LockedOut">Why writing is suspended until a human re-arms; null: it is not.</param>
public sealed record GatewayState(string Name, TimeSpan? SinceHeard, bool EchoesUs, bool Outstanding, string? LockedOut)
{
    /// <summary>How far its clock and ours lie apart, once that is certain; zero: they agree.</summary>
    public TimeSpan ClockError { get; init; }
}

/// <summary>Numbers of the guardrails that are not per variable.</summary>
public sealed record GuardrailLimits
{
    /// <summary>Most variables moved at once. Default 3 (closed loop).</summary>
    public int MovedAtOnce { get; init; } = 3;

    /// <summary>The expected benefit must exceed this many of its standard errors. Default 2, range 0 to 10.</summary>
    public double Significance { get; init; } = 2;

    /// <summary>Furthest a move may lead beyond the trained envelope, as a share of the range seen. Default 0.25, range 0 to 2.</summary>
    public double ModelDistance { get; init; } = 0.25;

    /// <summary>Silence of the gateway after which nothing is written. Default 5 s, range 1 s to 10 min.</summary>
    public TimeSpan Watchdog { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest difference between the gateway's clock and ours. Default 2 s.</summary>
    public TimeSpan ClockError { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time the unit must have run before it is moved. Default 30 min.</summary>
    public TimeSpan SettlingAfterStart { get; init; } = TimeSpan.FromMinutes(30);
}
