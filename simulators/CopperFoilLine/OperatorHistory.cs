using CopperFoilLine.SteadyState;

namespace CopperFoilLine;

/// <summary>
/// Operators of the past: each setpoint wanders round the hand point, a new value every 12 to 36 h, standard deviation 4 %
/// of its range. Without such moves a recording teaches nothing.
/// </summary>
public sealed class OperatorHistory
{
    private const double Deviation = 0.04;
    private const double Memory = 0.6;

    // Small touches between the deliberate moves.
    private const double Dither = 0.004;

    private readonly RandomStream[] _streams;
    private readonly double[] _hand, _offset, _dither, _value;
    private readonly DateTimeOffset[] _next, _nextTouch;
    private readonly double[] _ratePerHour = [3000, 2, 300, 0.5, 0.6, 2, 3, 12, 3];
    private readonly DateTimeOffset _homeFrom;
    private DateTimeOffset _last;

    /// <param name="homeFrom">From then on every setpoint returns to the hand point and stays.</param>
    public OperatorHistory(Grade grade, int seed, DateTimeOffset start, DateTimeOffset homeFrom)
    {
        _hand = grade.Hand.ToArray();
        _value = (double[])_hand.Clone();
        (_offset, _dither) = (new double[_hand.Length], new double[_hand.Length]);
        _streams = [.. Enumerable.Range(0, _hand.Length).Select(i => new RandomStream($"operator/{i}", seed))];
        _next = [.. _streams.Select(s => start + TimeSpan.FromHours(24 * s.Uniform()))];
        _nextTouch = (DateTimeOffset[])_next.Clone();
        (_homeFrom, _last) = (homeFrom, start);
    }

    /// <summary>Setpoints in force at an instant; call with rising instants.</summary>
    public double[] At(DateTimeOffset now)
    {
        double hours = (now - _last).TotalHours;
        _last = now;
        for (int i = 0; i < _hand.Length; i++)
        {
            double span = OperatingPoint.High[i] - OperatingPoint.Low[i];
            Choose(i, span, now);
            double wanted = Math.Clamp(_hand[i] + _offset[i] + _dither[i], OperatingPoint.Low[i], OperatingPoint.High[i]);
            double reach = _ratePerHour[i] * hours;
            _value[i] += Math.Clamp(wanted - _value[i], -reach, reach);
        }

        // No operator lets copper sulfate crystallise in the pipes.
        _value[3] = Math.Min(_value[3], SteadyStatePoint.CopperLimit(_value[1], _value[4]));
        return (double[])_value.Clone();
    }

    private void Choose(int i, double span, DateTimeOffset now)
    {
        if (now >= _homeFrom)
        {
            (_offset[i], _dither[i]) = (0, 0);
            return;
        }

        if (now >= _next[i])
        {
            _next[i] = now + TimeSpan.FromHours(12 + (24 * _streams[i].Uniform()));
            _offset[i] = (Memory * _offset[i]) + (Math.Sqrt(1 - (Memory * Memory)) * Deviation * span * _streams[i].Gaussian());
        }

        if (now >= _nextTouch[i])
        {
            _nextTouch[i] = now + TimeSpan.FromHours(4 + (4 * _streams[i].Uniform()));
            _dither[i] = Dither * span * _streams[i].Gaussian();
        }
    }
}
