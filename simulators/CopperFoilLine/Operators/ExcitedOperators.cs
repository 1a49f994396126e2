namespace CopperFoilLine.Operators;

/// <summary>
/// A campaign of deliberate moves: each setpoint wanders round the hand point, a new value every 12 to 36 h, standard
/// deviation 4 % of its range, with small touches between. From such a recording gains can be learned.
/// </summary>
internal sealed class ExcitedOperators : LineOperators
{
    private const double Deviation = 0.04;
    private const double Memory = 0.6;

    // Small touches between the deliberate moves.
    private const double Dither = 0.004;

    private readonly RandomStream[] _streams;
    private readonly double[] _offset, _dither;
    private readonly DateTimeOffset[] _next, _nextTouch;
    private readonly DateTimeOffset _homeFrom;

    public ExcitedOperators(Grade grade, int seed, DateTimeOffset start, DateTimeOffset homeFrom)
        : base(grade, start)
    {
        int n = Home.Count;
        (_offset, _dither) = (new double[n], new double[n]);
        _streams = [.. Enumerable.Range(0, n).Select(i => new RandomStream($"operator/{i}", seed))];
        _next = [.. _streams.Select(s => start + TimeSpan.FromHours(24 * s.Uniform()))];
        _nextTouch = (DateTimeOffset[])_next.Clone();
        _homeFrom = homeFrom;
        Log = new OperatorLog(seed);
    }

    protected override double Aim(int i, DateTimeOffset now)
    {
        Choose(i, OperatingPoint.High[i] - OperatingPoint.Low[i], now);
        return Home[i] + _offset[i] + _dither[i];
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
            double before = Home[i] + _offset[i];
            _next[i] = now + TimeSpan.FromHours(12 + (24 * _streams[i].Uniform()));
            _offset[i] = (Memory * _offset[i]) + (Math.Sqrt(1 - (Memory * Memory)) * Deviation * span * _streams[i].Gaussian());
            Log.Note(now, FoilTags.Setpoints[i].Tag, before, Home[i] + _offset[i], "trial");
        }

        if (now >= _nextTouch[i])
        {
            _nextTouch[i] = now + TimeSpan.FromHours(4 + (4 * _streams[i].Uniform()));
            _dither[i] = Dither * span * _streams[i].Gaussian();
        }
    }
}
