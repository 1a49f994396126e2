namespace Optimizer.Plant;

/// <summary>Where a request stands at the gateway. See the handshake in the wire contract.</summary>
public enum AcknowledgementState
{
    Received,
    Rejected,
    Accepted,
    Applied,
    Verified,
    Deviated,
    Expired,
    Superseded,
    Released,
    LeaseLost,
}

/// <summary>Closed list of reasons a gateway may give; it never reveals plant internals.</summary>
public enum ReasonCode
{
    None,
    Duplicate,
    Expired,
    StaleEpoch,
    OldSeq,
    BadSchema,
    BadSignature,
    UnknownTag,
    UnitMismatch,
    LimitHi,
    LimitLo,
    Rate,
    ExpectMismatch,
    NotRemote,
    Interlock,
    Windup,
    ControllerFault,
    Watchdog,
    Busy,
    OperatorVeto,
    DryRun,
    Internal,
}

/// <summary>A gateway's answer to one <see cref="SetpointRequest"/>.</summary>
public sealed record Acknowledgement(
    string SetpointId,
    long WriterEpoch,
    long Sequence,
    string Gateway,
    AcknowledgementState State,
    ReasonCode ReasonCode,
    string? Reason,
    DateTimeOffset At,
    IReadOnlyList<AcknowledgedItem> Items)
{
    /// <summary>What the controller says of itself; null: nothing.</summary>
    public ControllerState? Controller { get; init; }
}

/// <summary>Who has the setpoints at the controller.</summary>
public enum ControllerMode
{
    Unknown,
    Manual,
    Auto,
    Cascade,
    RemoteCascade,
    OutOfService,
}

/// <summary>The end at which a control loop can no longer follow.</summary>
public enum Windup
{
    None,
    Hi,
    Lo,
    Both,
}

public sealed record ControllerState(ControllerMode Mode, bool RemoteEnabled, bool Interlock, Windup Windup);

public sealed record AcknowledgedItem(string Tag, double? Requested, double? Applied, double? Readback);

/// <summary>
/// One beat of the watchdog. Each party counts <see cref="N"/> up and echoes the other's counter in <see cref="PeerN"/>
/// after everything received before it has been handled, so an echo proves the whole chain.
/// </summary>
public sealed record Heartbeat(string Party, long N, long? PeerN, DateTimeOffset At)
{
    public long? Epoch { get; init; }

    public OperatingMode? Mode { get; init; }
}
