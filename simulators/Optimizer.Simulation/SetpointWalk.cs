using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>Live setpoints on their way to their targets, each no faster than its tag and its request allow.</summary>
internal sealed class SetpointWalk(IReadOnlyList<GatewayTag> tags)
{
    private readonly double[] _live = [.. tags.Select(t => t.Start)];
    private readonly double[] _target = [.. tags.Select(t => t.Start)];
    private readonly double[] _rate = [.. tags.Select(t => t.RatePerMinute)];

    public IReadOnlyList<double> Live => _live;

    public IReadOnlyList<double> Target => _target;

    public bool Arrived(int i) => _live[i].Equals(_target[i]);

    /// <summary>Sets a target; returns how long the walk takes.</summary>
    public TimeSpan Aim(int i, double value, double? ratePerMinute)
    {
        _target[i] = value;
        _rate[i] = Math.Min(tags[i].RatePerMinute, ratePerMinute ?? double.PositiveInfinity);
        return tags[i].Ramped ? TimeSpan.FromMinutes(Math.Abs(value - _live[i]) / _rate[i]) : TimeSpan.Zero;
    }

    public void Walk(TimeSpan dt)
    {
        for (int i = 0; i < _live.Length; i++)
        {
            double gap = _target[i] - _live[i], reach = tags[i].Ramped ? _rate[i] * dt.TotalMinutes : double.PositiveInfinity;
            _live[i] = Math.Abs(gap) <= reach * (1 + 1e-9) ? _target[i] : _live[i] + (Math.Sign(gap) * reach);
        }
    }

    /// <summary>Stops where the line stands.</summary>
    public void Hold() => _live.CopyTo(_target, 0);

    public void Place(ReadOnlySpan<double> setpoints)
    {
        setpoints.CopyTo(_live);
        setpoints.CopyTo(_target);
    }

    public AcknowledgedItem Report(SetpointItem item, int i, bool taken) =>
        new(item.Tag, item.Value, i >= 0 && taken ? _target[i] : null, i >= 0 ? _live[i] : null);
}
