namespace Optimizer.Cycle;

/// <summary>The only things an operator is called for; everything else is an event.</summary>
public enum AlarmKind
{
    /// <summary>The optimizer went down by itself and waits for a person.</summary>
    OptShed,

    /// <summary>A setpoint was taken and did not arrive.</summary>
    OptDeviated,

    /// <summary>The gateway is silent.</summary>
    OptWatchdog,

    /// <summary>The audit record cannot be written.</summary>
    OptAuditFail,

    /// <summary>The gateway's clock and ours differ.</summary>
    OptClock,

    /// <summary>Somebody else speaks where only the gateway or an operator should.</summary>
    OptSecurity,
}

public enum AlarmPriority
{
    Low,
    Medium,
    High,
}

/// <param name="Active">False: it returned to normal.</param>
/// <param name="Message">What happened, with numbers.</param>
/// <param name="At">Since when it is so.</param>
public sealed record Alarm(AlarmKind Kind, bool Active, string Message, DateTimeOffset At)
{
    public AlarmPriority Priority => Kind == AlarmKind.OptClock ? AlarmPriority.Low : AlarmPriority.Medium;

    /// <summary>What it means for the plant while nobody does anything.</summary>
    public string Consequence => Kind switch
    {
        AlarmKind.OptShed => "setpoints hold their last value, the optimizer only advises",
        AlarmKind.OptDeviated => "a setpoint stands where the controller left it, not where the optimizer expected it",
        AlarmKind.OptWatchdog => "nothing is written; the controller holds its setpoints and returns to local when the lease ends",
        AlarmKind.OptAuditFail => "nothing is written to the plant until the optimizer is started again",
        AlarmKind.OptClock => "nothing is written while the clocks differ",
        _ => "nothing is changed by what arrived; it may be an attack or a second optimizer",
    };

    /// <summary>What to do.</summary>
    public string Response => Kind switch
    {
        AlarmKind.OptShed => "remove the cause named in the message, then ask for supervised or closed again",
        AlarmKind.OptDeviated => "compare setpoint and read-back at the controller; check ramp, limits and valve",
        AlarmKind.OptWatchdog => "check gateway, network and broker",
        AlarmKind.OptAuditFail => "make room or repair the disk, then restart the optimizer",
        AlarmKind.OptClock => "check time synchronisation of gateway and optimizer",
        _ => "find out who sent it; check accounts and access lists of the broker",
    };
}
