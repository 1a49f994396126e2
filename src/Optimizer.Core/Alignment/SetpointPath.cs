namespace Optimizer.Alignment;

/// <summary>
/// The course of one setpoint and what the process made of it: a first-order lag, <c>dx/dt = (SP - x) / tau</c>. Quality
/// measured now answers to the lagged value, not to the setpoint written a minute ago. Only changes are stored.
/// </summary>
/// <param name="lag">Time constant tau (t63); zero: the process follows at once.</param>
public sealed class SetpointPath(TimeSpan lag)
{
    private readonly List<(long Ticks, double Setpoint, double Effective)> _changes = [];

    public bool IsEmpty => _changes.Count == 0;

    public double Setpoint => _changes[^1].Setpoint;

    /// <summary>When the setpoint was first seen.</summary>
    public DateTimeOffset Since => new(_changes[0].Ticks, TimeSpan.Zero);

    /// <summary>Takes the live setpoint at an instant. Instants before the last change are ignored: they can no longer alter the course.</summary>
    public void Append(DateTimeOffset at, double setpoint)
    {
        if (_changes.Count == 0)
        {
            _changes.Add((at.UtcTicks, setpoint, setpoint));
            return;
        }

        if (setpoint.Equals(_changes[^1].Setpoint) || at.UtcTicks <= _changes[^1].Ticks)
        {
            return;
        }

        _changes.Add((at.UtcTicks, setpoint, EffectiveAt(at)));
    }

    /// <summary>The setpoint in force at an instant; before the first change, the first one.</summary>
    public double SetpointAt(DateTimeOffset at) => _changes[Index(at)].Setpoint;

    /// <summary>The lagged value at an instant.</summary>
    public double EffectiveAt(DateTimeOffset at)
    {
        var change = _changes[Index(at)];
        double elapsed = at.UtcTicks - change.Ticks;
        if (elapsed <= 0)
        {
            return change.Effective;
        }

        double rest = lag <= TimeSpan.Zero ? 0 : Math.Exp(-elapsed / lag.Ticks);
        return change.Setpoint + ((change.Effective - change.Setpoint) * rest);
    }

    /// <summary>Mean of the lagged value over [<paramref name="from"/>, <paramref name="to"/>]: the integral of each exponential piece, exactly.</summary>
    public double MeanEffective(DateTimeOffset from, DateTimeOffset to)
    {
        if (to <= from)
        {
            return EffectiveAt(to);
        }

        double sum = 0;
        var start = from;
        for (int i = Index(from) + 1; start < to; i++)
        {
            var next = i < _changes.Count ? new DateTimeOffset(_changes[i].Ticks, TimeSpan.Zero) : to;
            var end = next < to ? next : to;
            sum += Integral(start, end);
            start = end;
        }

        return sum / (to - from).Ticks;
    }

    // No change of the setpoint in between: SP (b - a) + (x(a) - SP) tau (1 - exp(-(b - a) / tau)), in ticks.
    private double Integral(DateTimeOffset a, DateTimeOffset b)
    {
        double length = (b - a).Ticks, setpoint = SetpointAt(a);
        return lag <= TimeSpan.Zero || a.UtcTicks < _changes[0].Ticks
            ? setpoint * length
            : (setpoint * length) + ((EffectiveAt(a) - setpoint) * lag.Ticks * (1 - Math.Exp(-length / lag.Ticks)));
    }

    private int Index(DateTimeOffset at)
    {
        int low = 0, high = _changes.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_changes[middle].Ticks <= at.UtcTicks)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return Math.Max(0, low - 1);
    }
}
