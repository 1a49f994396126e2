using System.Numerics.Tensors;

namespace Optimizer.Surrogates;

/// <summary>
/// The residual trees of all surrogates over a block of candidates, scored together, and mean and spread of each surrogate's bags.
/// Specialised to a box where candidates lie in one; the whole trees answer for the others. Not thread-safe.
/// </summary>
internal sealed class ResidualForests
{
    private readonly TreeEnsemble[] _whole, _specialised = [];
    // Bags of surrogate k: from _first[k] to _first[k + 1].
    private readonly int[] _first;
    private readonly float[] _low = [], _high = [];
    private readonly double[] _scores;
    private readonly EnsembleGroup? _inBox;
    private EnsembleGroup? _anywhere;

    public ResidualForests(IReadOnlyList<Surrogate> surrogates, (double[] Low, double[] High)? box)
    {
        _first = new int[surrogates.Count + 1];
        for (int k = 0; k < surrogates.Count; k++)
        {
            _first[k + 1] = _first[k] + (surrogates[k].ResidualWeight > 0 ? surrogates[k].Bags.Count : 0);
        }

        _whole = [.. surrogates.Where(s => s.ResidualWeight > 0).SelectMany(s => s.Bags)];
        _scores = new double[_whole.Length * Predictor.BlockRows];
        if (box is { } bounds && HasTrees)
        {
            (_low, _high) = ([.. bounds.Low.Select(v => (float)v)], [.. bounds.High.Select(v => (float)v)]);
            _specialised = [.. _whole.Select(b => PartialEvaluation.Specialise(b, _low, _high))];
            _inBox = EnsembleEvaluators.CreateGroup(_specialised);
        }
    }

    public bool HasTrees => _whole.Length > 0;

    public bool Has(int surrogate) => _first[surrogate + 1] > _first[surrogate];

    public IEnumerable<float> Thresholds(int input)
    {
        foreach (var trees in _inBox is null ? _whole : _specialised)
        {
            for (int n = 0; n < trees.Feature.Length; n++)
            {
                if (trees.Feature[n] == input)
                {
                    yield return trees.Threshold[n];
                }
            }
        }
    }

    /// <summary>Scores a block; <see cref="Read"/> gives the answers.</summary>
    /// <param name="columns">As <see cref="IEnsembleEvaluator.Evaluate"/> takes them.</param>
    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows)
    {
        var group = _inBox is { } inBox && IsInBox(columns, stride, rows) ? inBox : _anywhere ??= EnsembleEvaluators.CreateGroup(_whole);
        group.Evaluate(columns, stride, rows, _scores, Predictor.BlockRows);
    }

    /// <param name="mean">Mean of the surrogate's bags, by candidate.</param>
    /// <param name="spread">Standard deviation of the bags among each other.</param>
    public void Read(int surrogate, int rows, Span<double> mean, Span<double> spread)
    {
        mean.Clear();
        spread.Clear();
        for (int bag = _first[surrogate]; bag < _first[surrogate + 1]; bag++)
        {
            var scores = _scores.AsSpan(bag * Predictor.BlockRows, rows);
            TensorPrimitives.Add(mean, scores, mean);
            TensorPrimitives.MultiplyAdd(scores, scores, spread, spread);
        }

        double n = _first[surrogate + 1] - _first[surrogate];
        // The first bag's scores are spent.
        var square = _scores.AsSpan(_first[surrogate] * Predictor.BlockRows, rows);
        TensorPrimitives.Divide(mean, n, mean);
        TensorPrimitives.Divide(spread, n, spread);
        TensorPrimitives.Multiply(mean, mean, square);
        TensorPrimitives.Subtract(spread, square, spread);
        TensorPrimitives.Max(spread, 0, spread);
        TensorPrimitives.Sqrt(spread, spread);
    }

    private bool IsInBox(ReadOnlySpan<float> columns, int stride, int rows)
    {
        for (int f = 0; f < _low.Length; f++)
        {
            var column = columns.Slice(f * stride, rows);
            bool inside = float.IsNaN(_low[f])
                ? !column.ContainsAnyExcept(float.NaN)
                : TensorPrimitives.Min(column) >= _low[f] && TensorPrimitives.Max(column) <= _high[f];
            if (!inside)
            {
                return false;
            }
        }

        return true;
    }
}
