namespace Optimizer.Search;

/// <summary>
/// Lower bound of a cost with priced violations, <c>f + p sum_j max(0, v_j)</c>, over a box: for any multipliers 0 to p it is at least
/// <c>f + sum_j m_j v_j</c>, which has no kink and which the mean value form bounds well where costs and constraints pull against each other.
/// The multipliers that bound best are sought by subgradient ascent (B. T. Polyak, 1969) from those of the enclosing box.
/// </summary>
internal sealed class MultiplierAscent
{
    private const int Steps = 60;

    private readonly double[] _low, _high, _gradient, _trial;
    private readonly int _cost;
    private readonly int[] _violations;
    private readonly double _price;

    public MultiplierAscent(int cost, int[] violations, int variables, double price)
    {
        (_cost, _violations, _price) = (cost, violations, price);
        (_low, _high) = (new double[variables], new double[variables]);
        (_gradient, _trial) = (new double[violations.Length], new double[violations.Length]);
    }

    /// <summary>Slopes of the bounded sum by variable, for the multipliers last bounded.</summary>
    public double[] SlopesLow => _low;

    public double[] SlopesHigh => _high;

    /// <param name="tape">Evaluated over the box.</param>
    /// <param name="multipliers">From where to start; the best found on return.</param>
    /// <param name="target">What the bound need not exceed.</param>
    public double Maximise(IntervalTape tape, double[] multipliers, double target)
    {
        double best = Bound(tape, multipliers);
        multipliers.CopyTo(_trial, 0);
        double now = best, eager = 1;
        for (int step = 0; step < Steps && best < target && double.IsFinite(now); step++)
        {
            double length = Gradient(tape, _trial);
            if (length <= 0)
            {
                break;
            }

            double reach = eager * (target - now) / length;
            for (int j = 0; j < _trial.Length; j++)
            {
                double scale = Scale(tape, j);
                _trial[j] = Math.Clamp(_trial[j] + (scale > 0 ? reach * _gradient[j] / (scale * scale) : 0), 0, _price);
            }

            now = Bound(tape, _trial);
            if (now > best)
            {
                best = now;
                _trial.CopyTo(multipliers, 0);
            }
            else
            {
                eager *= 0.85;
            }
        }

        return Bound(tape, multipliers);
    }

    /// <summary>The bound with given multipliers; leaves the slopes.</summary>
    /// <param name="separately">Whether cost and violations may also be bounded each for itself: not where the box was narrowed by these multipliers.</param>
    public double Bound(IntervalTape tape, double[] multipliers, bool separately = true)
    {
        tape.SlopesLow(_cost).CopyTo(_low);
        tape.SlopesHigh(_cost).CopyTo(_high);
        double middle = tape.Middle(_cost), separate = tape.Range(_cost).Low;
        for (int j = 0; j < multipliers.Length; j++)
        {
            separate += _price * Math.Max(0, tape.Range(_violations[j]).Low);
            double m = multipliers[j];
            if (m == 0)
            {
                continue;
            }

            middle += m * tape.Middle(_violations[j]);
            var down = tape.SlopesLow(_violations[j]);
            var up = tape.SlopesHigh(_violations[j]);
            for (int i = 0; i < _low.Length; i++)
            {
                _low[i] += m * down[i];
                _high[i] += m * up[i];
            }
        }

        for (int i = 0; i < _low.Length; i++)
        {
            if (tape.Radius[i] > 0)
            {
                middle -= tape.Radius[i] * Math.Max(Math.Abs(_low[i]), Math.Abs(_high[i]));
            }
        }

        double bound = double.IsNaN(middle) ? double.NegativeInfinity : middle;
        return separately && separate > bound ? separate : bound;
    }

    // Of the bound at the slopes just left, with each violation measured by what it can change in the box.
    private double Gradient(IntervalTape tape, double[] multipliers)
    {
        double length = 0;
        for (int j = 0; j < _gradient.Length; j++)
        {
            double sum = tape.Middle(_violations[j]);
            var down = tape.SlopesLow(_violations[j]);
            var up = tape.SlopesHigh(_violations[j]);
            for (int i = 0; i < _low.Length; i++)
            {
                if (tape.Radius[i] > 0)
                {
                    sum -= tape.Radius[i] * (Math.Abs(_low[i]) > Math.Abs(_high[i]) ? Math.Sign(_low[i]) * down[i] : Math.Sign(_high[i]) * up[i]);
                }
            }

            double scale = Scale(tape, j);
            bool stuck = (sum < 0 && multipliers[j] <= 0) || (sum > 0 && multipliers[j] >= _price) || !double.IsFinite(sum) || !double.IsFinite(scale) || scale <= 0;
            _gradient[j] = stuck ? 0 : sum;
            length += stuck ? 0 : sum / scale * (sum / scale);
        }

        return length;
    }

    private double Scale(IntervalTape tape, int j)
    {
        double scale = 1e-9;
        for (int i = 0; i < _low.Length; i++)
        {
            if (tape.Radius[i] > 0)
            {
                scale += tape.Radius[i] * Math.Max(Math.Abs(tape.SlopesLow(_violations[j])[i]), Math.Abs(tape.SlopesHigh(_violations[j])[i]));
            }
        }

        return scale;
    }
}
