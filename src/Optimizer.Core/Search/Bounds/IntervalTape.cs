using MathNet.Numerics;

namespace Optimizer.Search;

/// <summary>What an instruction of an <see cref="IntervalTape"/> does.</summary>
internal enum TapeCode
{
    Constant,
    Variable,
    Linear,
    Multiply,
    Divide,
    Exponential,
    Logarithm,
    Power,
    Maximum,
    NormalShare,
    Norm,
}

/// <param name="A">First operand; for sums and norms where the operands begin.</param>
/// <param name="B">Second operand; for sums and norms how many.</param>
internal readonly record struct TapeStep(TapeCode Code, int A, int B, double Number);

/// <summary>
/// Formulas as a list of steps, evaluated over a box of variables: each result has its value in the middle, an interval that holds
/// every value, and an interval for each partial derivative (forward mode). Every interval is the intersection of the one its operands
/// give and the mean value form <c>f(m) + sum_i f_i' (x_i - m_i)</c> (R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to
/// Interval Analysis, 2009, 6.3), so the error shrinks with the square of the box. Arithmetic is rounded to nearest: bounds hold to rounding.
/// </summary>
internal sealed class IntervalTape
{
    private static readonly double RootTwoPi = Math.Sqrt(2 * Math.PI);

    private readonly TapeStep[] _steps;
    private readonly int[] _operands;
    private readonly double[] _factors, _mid, _low, _high, _slopeLow, _slopeHigh, _radius, _center;
    private readonly int _n;

    public IntervalTape(IReadOnlyList<TapeStep> steps, IReadOnlyList<int> operands, IReadOnlyList<double> factors, int variables)
    {
        (_steps, _operands, _factors, _n) = ([.. steps], [.. operands], [.. factors], variables);
        int count = _steps.Length;
        (_mid, _low, _high) = (new double[count], new double[count], new double[count]);
        (_slopeLow, _slopeHigh) = (new double[count * variables], new double[count * variables]);
        (_radius, _center) = (new double[variables], new double[variables]);
    }

    public int Variables => _n;

    public double Middle(int step) => _mid[step];

    public (double Low, double High) Range(int step) => (_low[step], _high[step]);

    /// <summary>Half-width of each variable in the box last evaluated.</summary>
    public ReadOnlySpan<double> Radius => _radius;

    public ReadOnlySpan<double> Center => _center;

    public ReadOnlySpan<double> SlopesLow(int step) => _slopeLow.AsSpan(step * _n, _n);

    public ReadOnlySpan<double> SlopesHigh(int step) => _slopeHigh.AsSpan(step * _n, _n);

    public void Run(ReadOnlySpan<double> low, ReadOnlySpan<double> high)
    {
        for (int i = 0; i < _n; i++)
        {
            _center[i] = low[i] + ((high[i] - low[i]) / 2);
            _radius[i] = Math.Max(high[i] - _center[i], _center[i] - low[i]);
        }

        for (int s = 0; s < _steps.Length; s++)
        {
            ref readonly var step = ref _steps[s];
            var down = _slopeLow.AsSpan(s * _n, _n);
            var up = _slopeHigh.AsSpan(s * _n, _n);
            switch (step.Code)
            {
                case TapeCode.Constant:
                    (_mid[s], _low[s], _high[s]) = (step.Number, step.Number, step.Number);
                    continue;
                case TapeCode.Variable:
                    (_mid[s], _low[s], _high[s]) = (_center[step.A], low[step.A], high[step.A]);
                    (down[step.A], up[step.A]) = (1, 1);
                    continue;
                case TapeCode.Linear:
                    Linear(s, step, down, up);
                    break;
                case TapeCode.Norm:
                    Norm(s, step, down, up);
                    break;
                case TapeCode.Multiply:
                    Multiply(s, step.A, step.B, down, up);
                    break;
                case TapeCode.Maximum:
                    Maximum(s, step.A, step.B, down, up);
                    break;
                case TapeCode.Divide:
                    Divide(s, step.A, step.B, down, up);
                    break;
                default:
                    Function(s, step, down, up);
                    break;
            }

            Tighten(s, down, up);
        }
    }

    private void Linear(int s, TapeStep step, Span<double> down, Span<double> up)
    {
        double mid = step.Number, low = step.Number, high = step.Number;
        down.Clear();
        up.Clear();
        for (int k = step.A; k < step.A + step.B; k++)
        {
            int a = _operands[k];
            double factor = _factors[k];
            mid += factor * _mid[a];
            var (least, most) = factor >= 0 ? (_low[a], _high[a]) : (_high[a], _low[a]);
            low += factor * least;
            high += factor * most;
            var first = factor >= 0 ? SlopesLow(a) : SlopesHigh(a);
            var second = factor >= 0 ? SlopesHigh(a) : SlopesLow(a);
            for (int i = 0; i < _n; i++)
            {
                down[i] += factor * first[i];
                up[i] += factor * second[i];
            }
        }

        (_mid[s], _low[s], _high[s]) = (mid, low, high);
    }

    // The gradient of the length is the direction: each component at most 1, and no more than its own size over the least length.
    private void Norm(int s, TapeStep step, Span<double> down, Span<double> up)
    {
        double mid = 0, least = 0, most = 0;
        for (int k = step.A; k < step.A + step.B; k++)
        {
            int a = _operands[k];
            mid += _mid[a] * _mid[a];
            double near = _low[a] > 0 ? _low[a] : _high[a] < 0 ? -_high[a] : 0, far = Math.Max(Math.Abs(_low[a]), Math.Abs(_high[a]));
            least += near * near;
            most += far * far;
        }

        (_mid[s], _low[s], _high[s]) = (Math.Sqrt(mid), Math.Sqrt(least), Math.Sqrt(most));
        down.Clear();
        up.Clear();
        for (int k = step.A; k < step.A + step.B; k++)
        {
            int a = _operands[k];
            double from = Direction(_low[a], _low[a] < 0, _low[s], _high[s]), to = Direction(_high[a], _high[a] > 0, _low[s], _high[s]);
            for (int i = 0; i < _n; i++)
            {
                var (l, h) = Product(from, to, _slopeLow[(a * _n) + i], _slopeHigh[(a * _n) + i]);
                down[i] += l;
                up[i] += h;
            }
        }
    }

    // A component over the length that takes it furthest in its direction: outwards the least length, inwards the greatest.
    private static double Direction(double component, bool outwards, double least, double most)
    {
        double length = outwards ? least : most;
        return component == 0 ? 0 : length > 0 ? Math.Clamp(component / length, -1, 1) : Math.Sign(component);
    }

    private void Multiply(int s, int a, int b, Span<double> down, Span<double> up)
    {
        _mid[s] = _mid[a] * _mid[b];
        (_low[s], _high[s]) = Product(_low[a], _high[a], _low[b], _high[b]);
        if (a == b)
        {
            _low[s] = Math.Max(_low[s], 0);
        }

        for (int i = 0; i < _n; i++)
        {
            var (l, h) = Product(_low[a], _high[a], _slopeLow[(b * _n) + i], _slopeHigh[(b * _n) + i]);
            var (l2, h2) = Product(_low[b], _high[b], _slopeLow[(a * _n) + i], _slopeHigh[(a * _n) + i]);
            (down[i], up[i]) = (l + l2, h + h2);
        }
    }

    private void Divide(int s, int a, int b, Span<double> down, Span<double> up)
    {
        _mid[s] = _mid[a] / _mid[b];
        if (_low[b] <= 0 && _high[b] >= 0)
        {
            Unknown(s, down, up);
            return;
        }

        double low = 1 / _high[b], high = 1 / _low[b];
        (_low[s], _high[s]) = Product(_low[a], _high[a], low, high);
        for (int i = 0; i < _n; i++)
        {
            // (a / b)' = (a' - (a / b) b') / b
            var (l, h) = Product(_low[s], _high[s], _slopeLow[(b * _n) + i], _slopeHigh[(b * _n) + i]);
            (down[i], up[i]) = Product(_slopeLow[(a * _n) + i] - h, _slopeHigh[(a * _n) + i] - l, low, high);
        }
    }

    private void Maximum(int s, int a, int b, Span<double> down, Span<double> up)
    {
        (_mid[s], _low[s], _high[s]) = (Math.Max(_mid[a], _mid[b]), Math.Max(_low[a], _low[b]), Math.Max(_high[a], _high[b]));
        bool first = _low[a] >= _high[b], second = _low[b] >= _high[a];
        for (int i = 0; i < _n; i++)
        {
            int x = (a * _n) + i, y = (b * _n) + i;
            down[i] = first ? _slopeLow[x] : second ? _slopeLow[y] : Math.Min(_slopeLow[x], _slopeLow[y]);
            up[i] = first ? _slopeHigh[x] : second ? _slopeHigh[y] : Math.Max(_slopeHigh[x], _slopeHigh[y]);
        }
    }

    // Functions of one operand that rise all along, but for even and negative powers.
    private void Function(int s, TapeStep step, Span<double> down, Span<double> up)
    {
        double low = _low[step.A], high = _high[step.A], mid = _mid[step.A], p = step.Number;
        double from, to;
        switch (step.Code)
        {
            case TapeCode.Exponential:
                (_mid[s], _low[s], _high[s]) = (Math.Exp(mid), Math.Exp(low), Math.Exp(high));
                (from, to) = (_low[s], _high[s]);
                break;
            case TapeCode.Logarithm when low > 0:
                (_mid[s], _low[s], _high[s]) = (Math.Log(mid), Math.Log(low), Math.Log(high));
                (from, to) = (1 / high, 1 / low);
                break;
            case TapeCode.NormalShare:
                (_mid[s], _low[s], _high[s]) = (Share(mid), Share(low), Share(high));
                (from, to) = (Math.Min(Density(low), Density(high)), low <= 0 && high >= 0 ? Density(0) : Math.Max(Density(low), Density(high)));
                break;
            case TapeCode.Power when low > 0 || (p == Math.Floor(p) && p >= 1):
                double a = Math.Pow(low, p), b = Math.Pow(high, p);
                bool bends = low < 0 && high > 0 && p % 2 == 0;
                (_mid[s], _low[s], _high[s]) = (Math.Pow(mid, p), bends ? 0 : Math.Min(a, b), Math.Max(a, b));
                double slopeA = p * Math.Pow(low, p - 1), slopeB = p * Math.Pow(high, p - 1);
                bool turns = low < 0 && high > 0 && (p - 1) % 2 == 0 && p > 1;
                (from, to) = (Math.Min(turns ? 0 : slopeA, Math.Min(slopeA, slopeB)), Math.Max(slopeA, slopeB));
                break;
            default:
                _mid[s] = double.NaN;
                Unknown(s, down, up);
                return;
        }

        for (int i = 0; i < _n; i++)
        {
            (down[i], up[i]) = Product(from, to, _slopeLow[(step.A * _n) + i], _slopeHigh[(step.A * _n) + i]);
        }

        static double Share(double sigmas) => 0.5 * SpecialFunctions.Erfc(-sigmas / Constants.Sqrt2);
        static double Density(double sigmas) => Math.Exp(-0.5 * sigmas * sigmas) / RootTwoPi;
    }

    private void Tighten(int s, ReadOnlySpan<double> down, ReadOnlySpan<double> up)
    {
        double reach = 0;
        for (int i = 0; i < _n; i++)
        {
            if (_radius[i] > 0)
            {
                reach += _radius[i] * Math.Max(Math.Abs(down[i]), Math.Abs(up[i]));
            }
        }

        double low = _mid[s] - reach, high = _mid[s] + reach;
        if (low > _low[s])
        {
            _low[s] = low;
        }

        if (high < _high[s])
        {
            _high[s] = high;
        }

        if (!(_low[s] <= _high[s]))
        {
            // Crossed by rounding at a point, or not a number.
            (_low[s], _high[s]) = double.IsFinite(_mid[s]) && _low[s] - _high[s] < 1e-9 * (1 + Math.Abs(_mid[s])) ? (_high[s], _low[s]) : (double.NegativeInfinity, double.PositiveInfinity);
        }
    }

    private void Unknown(int s, Span<double> down, Span<double> up)
    {
        (_low[s], _high[s]) = (double.NegativeInfinity, double.PositiveInfinity);
        down.Fill(double.NegativeInfinity);
        up.Fill(double.PositiveInfinity);
    }

    private static (double Low, double High) Product(double a, double b, double c, double d)
    {
        double p = a * c, q = a * d, r = b * c, t = b * d;
        double low = Math.Min(Math.Min(p, q), Math.Min(r, t)), high = Math.Max(Math.Max(p, q), Math.Max(r, t));
        return double.IsNaN(low) || double.IsNaN(high) ? (double.NegativeInfinity, double.PositiveInfinity) : (low, high);
    }
}
