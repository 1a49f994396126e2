using Optimizer.Objectives;
using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>
/// Keeps the best of all candidates tried so far, starting with "stay", and proposes the next around it. Candidates are tried in blocks
/// of <see cref="Predictor.BlockRows"/>; nothing is allocated per candidate.
/// </summary>
internal sealed class PatternSearch
{
    private const double FirstStep = 0.5;
    private const double Shrink = 0.6;

    private readonly CandidateAssessor _assessor;
    private readonly ReachableBox _box;
    private readonly double _caution, _violationPrice;
    private readonly InputColumns _candidates;
    private readonly float[][] _thresholds;
    private readonly double[] _weights = new double[Predictor.BlockRows];
    private readonly double[] _from, _point, _direction;
    private int _rows;
    private bool _pending;

    public PatternSearch(CandidateAssessor assessor, ReachableBox box, double caution, double violationPrice)
    {
        (_assessor, _box, _caution, _violationPrice) = (assessor, box, caution, violationPrice);
        _candidates = assessor.NewCandidates();
        int n = box.Low.Length;
        (Best, _from, _point, _direction) = (new double[n], new double[n], new double[n], new double[n]);
        _thresholds = [.. Enumerable.Range(0, n).Select(i => assessor.Thresholds(i).Where(t => t >= box.Low[i] && t < box.High[i]).ToArray())];
        Add(assessor.Stay.Setpoints);
        Try();
        Stays = true;
    }

    public double[] Best { get; }

    public bool Stays { get; private set; }

    public int Scored { get; private set; }

    /// <summary>What the best weighs, see <see cref="CandidateAssessor.Weigh(InputColumns, int, double, double, Span{double})"/>.</summary>
    public double BestWeight { get; private set; } = double.PositiveInfinity;

    /// <summary>A point from elsewhere, tried with the next <see cref="TryOffered"/>.</summary>
    public void Offer(ReadOnlySpan<double> point) => Add(point);

    public void TryOffered() => Try();

    public void SpaceFilling(int count, int seed)
    {
        var sobol = new SobolSequence(_point.Length, seed);
        for (int c = 0; c < count; c++)
        {
            sobol.Next(_point);
            for (int i = 0; i < _point.Length; i++)
            {
                _point[i] = _box.Low[i] + (_point[i] * (_box.High[i] - _box.Low[i]));
            }

            Add(_point);
        }

        Try();
    }

    /// <summary>Both sides of at most <paramref name="most"/> thresholds per variable, evenly picked.</summary>
    public void Cuts(int most)
    {
        Best.CopyTo(_from, 0);
        for (int i = 0; i < _from.Length; i++)
        {
            float[] inside = _thresholds[i];
            int picked = Math.Min(most, inside.Length);
            for (int k = 0; k < picked; k++)
            {
                float threshold = inside[(int)((k + 0.5) * inside.Length / picked)];
                Along(i, threshold);
                Along(i, CellGrid.FirstAbove(threshold));
            }
        }

        Try();
    }

    public void Refine(int rounds, Random random)
    {
        double step = FirstStep;
        for (int round = 0; round < rounds && step > 1e-4; round++)
        {
            Poll(step, random);
            if (!Try())
            {
                step *= Shrink;
            }
        }
    }

    private void Poll(double step, Random random)
    {
        Best.CopyTo(_from, 0);
        for (int i = 0; i < _from.Length; i++)
        {
            Array.Clear(_direction);
            _direction[i] = 1;
            Moved(step);
            Moved(-step);
        }

        // Axes alone crawl along a narrow valley; random directions leave it.
        for (int k = 0; k < _from.Length; k++)
        {
            for (int j = 0; j < _direction.Length; j++)
            {
                _direction[j] = (2 * random.NextDouble()) - 1;
            }

            Moved(step);
            Moved(-step);
        }
    }

    private void Along(int variable, double value)
    {
        _from.CopyTo(_point, 0);
        _point[variable] = _box.Clamp(variable, value);
        Add(_point);
    }

    private void Moved(double step)
    {
        for (int j = 0; j < _point.Length; j++)
        {
            double half = (_box.High[j] - _box.Low[j]) / 2;
            _point[j] = _box.Clamp(j, _from[j] + (step * half * _direction[j]));
        }

        Add(_point);
    }

    private void Add(ReadOnlySpan<double> point)
    {
        if (_rows == Predictor.BlockRows)
        {
            _pending |= TryBlock();
        }

        _candidates.Set(_rows++, point);
    }

    /// <returns>Whether any candidate since the last call was better than all before.</returns>
    private bool Try()
    {
        bool better = TryBlock() | _pending;
        _pending = false;
        return better;
    }

    private bool TryBlock()
    {
        var weights = _weights.AsSpan(0, _rows);
        _assessor.Weigh(_candidates, _rows, _caution, _violationPrice, weights);
        Scored += _rows;
        int best = -1;
        for (int c = 0; c < weights.Length; c++)
        {
            if (weights[c] < BestWeight)
            {
                (BestWeight, best) = (weights[c], c);
            }
        }

        _rows = 0;
        if (best < 0)
        {
            return false;
        }

        _candidates.Get(best, Best);
        Stays = false;
        return true;
    }
}
