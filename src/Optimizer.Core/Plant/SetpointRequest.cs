namespace Optimizer.Plant;

public enum RequestKind
{
    Write,
    Renew,
    Release,
}

/// <summary>What a gateway receives and must verify: nothing in it is trusted. See the wire contract <c>sp/set/{gateway}</c>.</summary>
public sealed record SetpointRequest(
    string SetpointId,
    RequestKind Kind,
    long WriterEpoch,
    long Sequence,
    string Gateway,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    TimeSpan Lease,
    IReadOnlyList<SetpointItem> Items)
{
    public string? RecommendationId { get; init; }

    public OperatingMode? Mode { get; init; }

    /// <summary>Who accepted it; null: nobody had to.</summary>
    public Actor? ApprovedBy { get; init; }

    /// <summary>Everything is verified and nothing is done.</summary>
    public bool DryRun { get; init; }
}

/// <param name="Tag">Setpoint tag at the gateway.</param>
/// <param name="Value">Requested value, in <paramref name="EngineeringUnit"/>.</param>
/// <param name="EngineeringUnit">Must equal the gateway's own unit for the tag.</param>
/// <param name="Expected">The live setpoint the writer believes in (compare-and-set).</param>
/// <param name="ExpectedTolerance">How far the live setpoint may differ from <paramref name="Expected"/>.</param>
/// <param name="Low">Writer's own lower limit; the gateway has its own copy.</param>
/// <param name="High">Writer's own upper limit.</param>
/// <param name="RampPerMinute">Rate at which the controller walks to the value; null: the gateway's own.</param>
public sealed record SetpointItem(
    string Tag,
    double Value,
    string EngineeringUnit,
    double Expected,
    double ExpectedTolerance,
    double Low,
    double High,
    double? RampPerMinute)
{
    /// <summary>How the writer will judge that it arrived; null: not said.</summary>
    public SetpointReadback? Readback { get; init; }
}

/// <param name="Tag">Tag the value comes back as.</param>
/// <param name="Tolerance">Largest difference that counts as arrived, 0 or more.</param>
/// <param name="Timeout">Time from the request to the last moment it may arrive; whole seconds.</param>
public sealed record SetpointReadback(string Tag, double Tolerance, TimeSpan Timeout);
