using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>
/// A second writer as one meets them: a script that takes the wall clock for an epoch, expects whatever it finds, names no
/// limits worth the name, asks for the longest lease, never renews and never listens. Well-formed, and a danger to anybody
/// who shares a gateway with it: for tests.
/// </summary>
public sealed class NaiveWriter(string gateway)
{
    private long _sequence;

    /// <summary>A request to set one tag, however far it is.</summary>
    public SetpointRequest Write(string tag, double value, string engineeringUnit, DateTimeOffset now)
    {
        _sequence++;
        long epoch = now.ToUnixTimeSeconds();
        return new SetpointRequest(
            $"01900000-0000-7000-8000-{epoch % 1_000_000:D6}{_sequence % 1_000_000:D6}", RequestKind.Write, epoch, _sequence, gateway, now, now + TimeSpan.FromSeconds(60), TimeSpan.FromHours(1),
            [new SetpointItem(tag, value, engineeringUnit, value, 1e9, -1e9, 1e9, null)]);
    }
}
