using MathNet.Numerics;

namespace Optimizer.Search;

/// <summary>
/// The same steps as <see cref="IntervalTape"/>, each held between two planes over the variables, one below and one above: tangents and
/// chords of convex and concave functions, McCormick's planes of products (G. P. McCormick, Mathematical Programming 10, 1976). Planes
/// add up exactly, so what pulls against each other cancels before it is bounded; in wide boxes they are far tighter than slopes.
/// </summary>
internal sealed class AffineTape : ITapeBounds
{
    private readonly TapeStep[] _steps;
    private readonly int[] _operands;
    private readonly double[] _factors, _low, _high, _under, _over, _underAt, _overAt, _radius, _center, _trial;
    private readonly int _n;

    public AffineTape(IReadOnlyList<TapeStep> steps, IReadOnlyList<int> operands, IReadOnlyList<double> factors, int variables)
    {
        (_steps, _operands, _factors, _n) = ([.. steps], [.. operands], [.. factors], variables);
        int count = _steps.Length;
        (_low, _high, _underAt, _overAt) = (new double[count], new double[count], new double[count], new double[count]);
        (_under, _over) = (new double[count * variables], new double[count * variables]);
        (_radius, _center, _trial) = (new double[variables], new double[variables], new double[variables]);
    }

    public ReadOnlySpan<double> Radius => _radius;

    public double Middle(int step) => _underAt[step];

    public (double Low, double High) Range(int step) => (_low[step], _high[step]);

    public ReadOnlySpan<double> SlopesLow(int step) => _under.AsSpan(step * _n, _n);

    public ReadOnlySpan<double> SlopesHigh(int step) => _under.AsSpan(step * _n, _n);

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
            (_low[s], _high[s]) = (double.NegativeInfinity, double.PositiveInfinity);
            Flat(s, double.NegativeInfinity, double.PositiveInfinity);
            switch (step.Code)
            {
                case TapeCode.Constant:
                    Flat(s, step.Number, step.Number);
                    break;
                case TapeCode.Variable:
                    Flat(s, _center[step.A], _center[step.A]);
                    (_under[(s * _n) + step.A], _over[(s * _n) + step.A]) = (1, 1);
                    (_low[s], _high[s]) = (low[step.A], high[step.A]);
                    break;
                case TapeCode.Linear:
                    Flat(s, step.Number, step.Number);
                    (_low[s], _high[s]) = (step.Number, step.Number);
                    for (int k = step.A; k < step.A + step.B; k++)
                    {
                        Add(s, _factors[k], _operands[k]);
                        _low[s] += _factors[k] * (_factors[k] > 0 ? _low[_operands[k]] : _high[_operands[k]]);
                        _high[s] += _factors[k] * (_factors[k] > 0 ? _high[_operands[k]] : _low[_operands[k]]);
                    }

                    break;
                case TapeCode.Norm:
                    Norm(s, step);
                    break;
                case TapeCode.Multiply when step.A == step.B:
                    Curve(s, step.A, x => x * x, x => 2 * x, convex: true);
                    break;
                case TapeCode.Multiply:
                    Multiply(s, step.A, step.B);
                    break;
                case TapeCode.Maximum:
                    Maximum(s, step.A, step.B);
                    break;
                default:
                    Function(s, step);
                    break;
            }

            Narrow(s);
        }
    }

    private void Flat(int s, double under, double over)
    {
        Array.Clear(_under, s * _n, _n);
        Array.Clear(_over, s * _n, _n);
        (_underAt[s], _overAt[s]) = (under, over);
    }

    /// <summary>Adds a multiple of another step's planes to this step's.</summary>
    private void Add(int s, double factor, int a)
    {
        AddUnder(s, factor, a);
        AddOver(s, factor, a);
    }

    private void AddUnder(int s, double factor, int a)
    {
        if (factor != 0)
        {
            var from = factor > 0 ? _under : _over;
            _underAt[s] += factor * (factor > 0 ? _underAt[a] : _overAt[a]);
            for (int i = 0; i < _n; i++)
            {
                _under[(s * _n) + i] += factor * from[(a * _n) + i];
            }
        }
    }

    private void AddOver(int s, double factor, int a)
    {
        if (factor != 0)
        {
            var from = factor > 0 ? _over : _under;
            _overAt[s] += factor * (factor > 0 ? _overAt[a] : _underAt[a]);
            for (int i = 0; i < _n; i++)
            {
                _over[(s * _n) + i] += factor * from[(a * _n) + i];
            }
        }
    }

    private void Under(int s, double constant, double factorA, int a, double factorB = 0, int b = 0)
    {
        Array.Clear(_under, s * _n, _n);
        _underAt[s] = constant;
        AddUnder(s, factorA, a);
        AddUnder(s, factorB, b);
    }

    private void Over(int s, double constant, double factorA, int a, double factorB = 0, int b = 0)
    {
        Array.Clear(_over, s * _n, _n);
        _overAt[s] = constant;
        AddOver(s, factorA, a);
        AddOver(s, factorB, b);
    }

    private void Narrow(int s)
    {
        double below = _underAt[s], above = _overAt[s];
        for (int i = 0; i < _n; i++)
        {
            if (_radius[i] > 0)
            {
                below -= _radius[i] * Math.Abs(_under[(s * _n) + i]);
                above += _radius[i] * Math.Abs(_over[(s * _n) + i]);
            }
        }

        // Not a number, or crossed by rounding where the box is a point: what was known stays.
        _low[s] = below > _low[s] && below <= _high[s] ? below : _low[s];
        _high[s] = above < _high[s] && above >= _low[s] ? above : _high[s];
        if (!(_low[s] <= _high[s]))
        {
            (_low[s], _high[s]) = (double.NegativeInfinity, double.PositiveInfinity);
        }
    }

    // Convex: its tangent plane lies below. Above stands what the components can reach.
    private void Norm(int s, TapeStep step)
    {
        double length = 0, most = 0;
        for (int k = step.A; k < step.A + step.B; k++)
        {
            int a = _operands[k];
            double middle = (_underAt[a] + _overAt[a]) / 2, far = Math.Max(Math.Abs(_low[a]), Math.Abs(_high[a]));
            length += middle * middle;
            most += far * far;
        }

        length = Math.Sqrt(length);
        Flat(s, 0, Math.Sqrt(most));
        for (int k = step.A; k < step.A + step.B && length > 1e-12; k++)
        {
            int a = _operands[k];
            AddUnder(s, (_underAt[a] + _overAt[a]) / 2 / length, a);
        }

        _low[s] = 0;
    }

    private void Multiply(int s, int a, int b)
    {
        double xl = _low[a], xh = _high[a], yl = _low[b], yh = _high[b];
        if (!double.IsFinite(xl + xh + yl + yh))
        {
            return;
        }

        Under(s, -xl * yl, yl, a, xl, b);
        double first = _underAt[s];
        Keep(_under, s);
        Under(s, -xh * yh, yh, a, xh, b);
        if (first > _underAt[s])
        {
            Restore(_under, s);
            _underAt[s] = first;
        }

        Over(s, -xh * yl, yl, a, xh, b);
        first = _overAt[s];
        Keep(_over, s);
        Over(s, -xl * yh, yh, a, xl, b);
        if (first < _overAt[s])
        {
            Restore(_over, s);
            _overAt[s] = first;
        }

        (_low[s], _high[s]) = (Math.Min(Math.Min(xl * yl, xl * yh), Math.Min(xh * yl, xh * yh)), Math.Max(Math.Max(xl * yl, xl * yh), Math.Max(xh * yl, xh * yh)));
    }

    private void Keep(double[] planes, int s) => planes.AsSpan(s * _n, _n).CopyTo(_trial);

    private void Restore(double[] planes, int s) => _trial.CopyTo(planes.AsSpan(s * _n, _n));

    // max(a, b) = b + max(0, a - b): the chord above, either operand below.
    private void Maximum(int s, int a, int b)
    {
        if (_low[a] >= _high[b] || _low[b] >= _high[a])
        {
            int larger = _low[a] >= _high[b] ? a : b;
            Flat(s, 0, 0);
            Add(s, 1, larger);
            return;
        }

        int higher = _underAt[a] >= _underAt[b] ? a : b;
        Under(s, 0, 1, higher);
        double least = _low[a] - _high[b], most = _high[a] - _low[b], share = most / (most - least);
        if (double.IsFinite(share))
        {
            Over(s, -share * least, share, a);
            AddOver(s, -share, b);
            AddOver(s, 1, b);
        }

        (_low[s], _high[s]) = (Math.Max(_low[a], _low[b]), Math.Max(_high[a], _high[b]));
    }

    private void Function(int s, TapeStep step)
    {
        double low = _low[step.A], high = _high[step.A], p = step.Number;
        switch (step.Code)
        {
            case TapeCode.Exponential:
                Curve(s, step.A, Math.Exp, Math.Exp, convex: true);
                break;
            case TapeCode.Logarithm when low > 0:
                Curve(s, step.A, Math.Log, x => 1 / x, convex: false);
                break;
            case TapeCode.Power when low > 0:
                Curve(s, step.A, x => Math.Pow(x, p), x => p * Math.Pow(x, p - 1), convex: p is > 1 or < 0);
                break;
            case TapeCode.Power when p > 1 && p % 2 == 0:
                Curve(s, step.A, x => Math.Pow(x, p), x => p * Math.Pow(x, p - 1), convex: true);
                break;
            case TapeCode.NormalShare when double.IsFinite(low + high):
                NormalShare(s, step.A, low, high);
                break;
        }
    }

    // Those that turn, even powers, do so at 0.
    private void Curve(int s, int a, Func<double, double> f, Func<double, double> slope, bool convex)
    {
        double low = _low[a], high = _high[a];
        if (!double.IsFinite(low + high))
        {
            return;
        }

        double middle = Math.Clamp((_underAt[a] + _overAt[a]) / 2, low, high), at = f(middle), tangent = slope(middle);
        double fl = f(low), fh = f(high), chord = high > low ? (fh - fl) / (high - low) : tangent;
        if (!double.IsFinite(at + tangent + fl + fh))
        {
            return;
        }

        bool turns = convex && slope(low) < 0 && slope(high) > 0;
        (_low[s], _high[s]) = (turns ? f(0) : Math.Min(fl, fh), Math.Max(fl, fh));
        if (convex)
        {
            Under(s, at - (tangent * middle), tangent, a);
            Over(s, fl - (chord * low), chord, a);
        }
        else
        {
            Under(s, fl - (chord * low), chord, a);
            Over(s, at - (tangent * middle), tangent, a);
        }
    }

    private void NormalShare(int s, int a, double low, double high)
    {
        var (slope, constant) = LineAbove(low, high);
        Over(s, constant, slope, a);
        // Mirrored at (0, 1/2) what lies above lies below.
        (slope, constant) = LineAbove(-high, -low);
        Under(s, 1 - constant, slope, a);
        (_low[s], _high[s]) = (Share(low), Share(high));
    }

    // The share bends down above 0, where tangents lie above it; from below 0 the steepest line from the left end does.
    private static (double Slope, double Constant) LineAbove(double low, double high)
    {
        double middle = (low + high) / 2;
        if (high - low < 1e-12)
        {
            return (0, Share(high));
        }

        if (low >= 0)
        {
            return Tangent(middle);
        }

        double left = Share(low);
        double from = Math.Max(0, low), to = high;
        if (high <= 0)
        {
            double chord = (Share(high) - left) / (high - low);
            return (chord, left - (chord * low));
        }

        // Where the line from the left end touches: before, the share rises faster than the line, behind it slower.
        for (int n = 0; n < 20; n++)
        {
            double x = (from + to) / 2;
            (from, to) = Density(x) * (x - low) > Share(x) - left ? (x, to) : (from, x);
        }

        if (middle > to)
        {
            return Tangent(middle);
        }

        double steepest = Steepness((from + to) / 2) * (1 + 1e-9);
        return (steepest, left - (steepest * low) + 1e-12);

        double Steepness(double x) => (Share(x) - left) / (x - low);

        static (double, double) Tangent(double x)
        {
            double density = Density(x);
            return (density, Share(x) - (density * x));
        }
    }

    private static double Density(double sigmas) => Math.Exp(-0.5 * sigmas * sigmas) / Math.Sqrt(2 * Math.PI);

    private static double Share(double sigmas) => 0.5 * SpecialFunctions.Erfc(-sigmas / Constants.Sqrt2);
}
