using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>The watchdog's ear: when the peer's counter last moved.</summary>
internal sealed class PeerWatch
{
    private Heartbeat? _last;
    private DateTimeOffset _movedAt = DateTimeOffset.MinValue;

    /// <summary>The peer's counter, to be echoed; null: never heard.</summary>
    public long? Counter => _last?.N;

    /// <summary>Takes a beat; one that repeats, goes back, or comes from an older life of the peer proves nothing.</summary>
    public void Hear(Heartbeat beat, DateTimeOffset now)
    {
        long newer = _last is null ? 1 : (beat.Epoch ?? 0) - (_last.Epoch ?? 0);
        if (newer > 0 || (newer == 0 && beat.N > _last!.N))
        {
            (_last, _movedAt) = (beat, now);
        }
    }

    /// <summary>A taken write proves the peer alive as much as a beat does.</summary>
    public void Alive(DateTimeOffset now) => _movedAt = now > _movedAt ? now : _movedAt;

    public TimeSpan Silence(DateTimeOffset now) => now - _movedAt;
}
