using Optimizer.Guardrails;
using Optimizer.Plant;

namespace Optimizer.Cycle;

/// <summary>The watchdog between us and the gateway: both count, each echoes the other.</summary>
internal sealed class GatewayWatch(string gateway)
{
    // Beats that may be on their way when an echo is judged.
    private const long EchoSlack = 3;

    // One late heartbeat is no wrong clock.
    private const int SureAfter = 3;

    private Heartbeat? _last;
    private DateTimeOffset _heardAt;
    private TimeSpan _clockError, _candidate;
    private int _alike;
    private long _n;

    public void Take(Heartbeat heartbeat, DateTimeOffset now)
    {
        if (heartbeat.Party == gateway)
        {
            (_last, _heardAt) = (heartbeat, now);
            Compare(now - heartbeat.At);
        }
    }

    /// <summary>Silence was noticed by another clock: what was heard before no longer counts.</summary>
    public void Lost(DateTimeOffset now)
    {
        _last = null;
        _heardAt = now;
    }

    public Heartbeat Beat(long epoch, OperatingMode mode, DateTimeOffset now) =>
        new("opt", ++_n, _last?.N, now) { Epoch = epoch, Mode = mode };

    public GatewayState State(DateTimeOffset now, bool outstanding, string? lockedOut) => new(
        gateway, _last is null ? null : now - _heardAt, _last?.PeerN is { } echoed && echoed >= _n - EchoSlack && echoed <= _n, outstanding, lockedOut)
    {
        ClockError = _clockError,
    };

    // The smallest difference of a few beats in a row: what a beat waited on its way is no error of the clock.
    private void Compare(TimeSpan difference)
    {
        difference = difference.Duration();
        _candidate = _alike == 0 || difference < _candidate ? difference : _candidate;
        if (++_alike == SureAfter)
        {
            (_clockError, _alike) = (_candidate, 0);
        }
    }
}
