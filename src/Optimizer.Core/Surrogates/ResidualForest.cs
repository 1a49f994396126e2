using System.Numerics.Tensors;

namespace Optimizer.Surrogates;

/// <summary>
/// The residual trees of one surrogate over a block of candidates: mean and spread of its bags. Specialised to a box where
/// candidates lie in one; the whole trees answer for the others. Not thread-safe.
/// </summary>
internal sealed class ResidualForest
{
    private readonly IReadOnlyList<TreeEnsemble> _whole;
    private readonly TreeEnsemble[] _specialised = [];
    private readonly IEnsembleEvaluator[] _inBox = [];
    private readonly float[] _low = [], _high = [];
    private readonly double[] _scores = new double[Predictor.BlockRows];
    private IEnsembleEvaluator[]? _anywhere;

    public ResidualForest(Surrogate surrogate, (double[] Low, double[] High)? box)
    {
        _whole = surrogate.ResidualWeight > 0 ? surrogate.Bags : [];
        if (box is { } bounds && HasTrees)
        {
            (_low, _high) = ([.. bounds.Low.Select(v => (float)v)], [.. bounds.High.Select(v => (float)v)]);
            _specialised = [.. _whole.Select(b => PartialEvaluation.Specialise(b, _low, _high))];
            _inBox = [.. _specialised.Select(b => EnsembleEvaluators.Create(b))];
        }
    }

    public bool HasTrees => _whole.Count > 0;

    public IEnumerable<float> Thresholds(int input)
    {
        foreach (var trees in _specialised.Length > 0 ? _specialised : _whole)
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

    /// <param name="columns">As <see cref="IEnsembleEvaluator.Evaluate"/> takes them.</param>
    /// <param name="mean">Mean of the bags, by candidate.</param>
    /// <param name="spread">Standard deviation of the bags among each other.</param>
    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> mean, Span<double> spread)
    {
        var bags = IsInBox(columns, stride, rows) ? _inBox : _anywhere ??= [.. _whole.Select(b => EnsembleEvaluators.Create(b))];
        var scores = _scores.AsSpan(0, rows);
        mean.Clear();
        spread.Clear();
        foreach (var bag in bags)
        {
            bag.Evaluate(columns, stride, rows, scores);
            TensorPrimitives.Add(mean, scores, mean);
            TensorPrimitives.MultiplyAdd(scores, scores, spread, spread);
        }

        double n = bags.Length;
        TensorPrimitives.Divide(mean, n, mean);
        TensorPrimitives.Divide(spread, n, spread);
        TensorPrimitives.Multiply(mean, mean, scores);
        TensorPrimitives.Subtract(spread, scores, spread);
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

        return _low.Length > 0;
    }
}
