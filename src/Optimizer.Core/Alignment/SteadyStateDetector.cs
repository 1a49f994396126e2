namespace Optimizer.Alignment;

/// <summary>
/// Steady or transient, by the ratio of two variance estimates (Cao and Rhinehart, 1995):
/// <c>xf = l1 x + (1-l1) xf</c>, <c>v = l2 (x-xf')^2 + (1-l2) v</c>, <c>d = l3 (x-x')^2 + (1-l3) d</c>, <c>R = (2-l1) v / d</c>.
/// R is near 1 at rest and grows when the signal travels further than its noise explains.
/// </summary>
/// <remarks>
/// Filters 0.05 / 0.05 / 0.05; steady below 1.5, transient above 2.0, in between the last verdict stays. Values must be
/// taken far enough apart to be nearly independent: autocorrelated noise looks transient, hence <paramref name="spacing"/>.
/// </remarks>
/// <param name="noise">Noise of the tag (1 sigma): excursions below it never count as transient, so a quantised or frozen signal divides nothing by zero.</param>
/// <param name="spacing">Least time between two values that are used.</param>
public sealed class SteadyStateDetector(double noise, TimeSpan spacing)
{
    public const double SteadyBelow = 1.5;
    public const double TransientAbove = 2.0;
    private const double Lambda = 0.05;

    /// <summary>
    /// Transient values in a row that are really motion: one step of ten times the noise keeps R above 1.5 for about 100, though the signal
    /// rests again after one. Counted, not timed: telemetry may come slower than the least spacing.
    /// </summary>
    public const int EchoValues = 120;

    private double _filtered, _variance, _difference, _last;
    private DateTimeOffset _lastAt;
    private bool _started;

    /// <summary>Values in a row that were judged transient, up to now.</summary>
    public int TransientValues { get; private set; }

    /// <summary>Transient for so long that no single step explains it.</summary>
    public bool InMotion => TransientValues > EchoValues;

    /// <summary>The ratio R; 1 before there is anything to say.</summary>
    public double Ratio { get; private set; } = 1;

    public bool IsSteady { get; private set; } = true;

    public void Add(DateTimeOffset at, double value)
    {
        if (!_started)
        {
            _started = true;
            (_filtered, _last, _lastAt) = (value, value, at);
            (_variance, _difference) = (noise * noise, 2 * noise * noise);
            return;
        }

        if (at - _lastAt < spacing)
        {
            return;
        }

        _variance = (Lambda * Square(value - _filtered)) + ((1 - Lambda) * _variance);
        _difference = (Lambda * Square(value - _last)) + ((1 - Lambda) * _difference);
        _filtered = (Lambda * value) + ((1 - Lambda) * _filtered);
        (_last, _lastAt) = (value, at);

        double quiet = 2 * noise * noise;
        Ratio = _variance <= quiet / 2 ? 1 : (2 - Lambda) * _variance / Math.Max(_difference, quiet);
        IsSteady = Ratio < SteadyBelow || (Ratio <= TransientAbove && IsSteady);
        TransientValues = IsSteady ? 0 : TransientValues + 1;
    }

    /// <summary>Forgets what it has seen: the next value is the first.</summary>
    public void Restart() => (_started, Ratio, IsSteady, TransientValues) = (false, 1, true, 0);

    private static double Square(double x) => x * x;
}
