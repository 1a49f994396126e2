using Optimizer.Guardrails;
using Optimizer.Setpoints;

namespace Optimizer.Cycle;

/// <summary>
/// Which alarms stand. Each is raised once, says one thing while it stands, and returns when its own condition has been
/// over for a while: none of them chatters.
/// </summary>
internal sealed class AlarmBook
{
    /// <summary>How long the gateway must be well before its alarm returns.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing suspicious may arrive before the security alarm returns.</summary>
    public static readonly TimeSpan SecurityCalm = TimeSpan.FromHours(1);

    private readonly Dictionary<AlarmKind, Alarm> _standing = [];
    private readonly List<Alarm> _changed = [];
    private DateTimeOffset? _gatewayWell, _clockWell;
    private DateTimeOffset _lastSuspicion;
    private bool _heard;

    public IReadOnlyCollection<Alarm> Standing => _standing.Values;

    public void Shed(string? lockedOut, DateTimeOffset now) => Set(AlarmKind.OptShed, lockedOut is not null, lockedOut ?? "re-armed", now);

    public void After(WriteAccount account, DateTimeOffset now)
    {
        if (account.Fate is WriteFate.Deviated or WriteFate.Verified)
        {
            bool failed = account.Fate == WriteFate.Deviated;
            Set(AlarmKind.OptDeviated, failed, failed ? $"write {account.Write.Sequence}: {account.Reason}" : $"write {account.Write.Sequence} was verified", now);
        }
    }

    public void AuditFailed(string reason, DateTimeOffset now) => Set(AlarmKind.OptAuditFail, true, reason, now);

    public void AuditFound(DateTimeOffset now) => Set(AlarmKind.OptAuditFail, false, "the audit record can be written again", now);

    public void Suspicious(string what, DateTimeOffset now)
    {
        _lastSuspicion = now;
        Set(AlarmKind.OptSecurity, true, what, now);
    }

    /// <summary>Looks at what only time tells.</summary>
    /// <param name="needed">The gateway matters in this mode: nobody is called for one that is not asked for anything.</param>
    public void Watch(GatewayState gateway, GuardrailLimits limits, bool needed, DateTimeOffset now)
    {
        _heard |= gateway.SinceHeard is not null;
        bool silent = _heard && (needed || _standing.ContainsKey(AlarmKind.OptWatchdog)) && (gateway.SinceHeard is not { } silence || silence > limits.Watchdog);
        Follow(AlarmKind.OptWatchdog, silent, ref _gatewayWell, $"gateway {gateway.Name} is silent", $"gateway {gateway.Name} is heard again", now);
        bool differs = gateway.ClockError > limits.ClockError;
        Follow(AlarmKind.OptClock, differs, ref _clockWell,
            FormattableString.Invariant($"the clock of gateway {gateway.Name} and ours differ by {gateway.ClockError.TotalSeconds:F1} s"), "the clocks agree again", now);
        if (now - _lastSuspicion > SecurityCalm)
        {
            Set(AlarmKind.OptSecurity, false, "nothing more for an hour", now);
        }
    }

    /// <summary>What changed since the last call.</summary>
    public IReadOnlyList<Alarm> Drain()
    {
        Alarm[] changed = [.. _changed];
        _changed.Clear();
        return changed;
    }

    private void Follow(AlarmKind kind, bool bad, ref DateTimeOffset? well, string raised, string returned, DateTimeOffset now)
    {
        well = bad ? null : well ?? now;
        if (bad || now - well >= Calm)
        {
            Set(kind, bad, bad ? raised : returned, now);
        }
    }

    private void Set(AlarmKind kind, bool active, string message, DateTimeOffset now)
    {
        if (_standing.ContainsKey(kind) == active)
        {
            return;
        }

        var alarm = new Alarm(kind, active, message, now);
        _changed.Add(alarm);
        if (active)
        {
            _standing[kind] = alarm;
        }
        else
        {
            _standing.Remove(kind);
        }
    }
}
