using System.Numerics.Tensors;

namespace Optimizer.Surrogates;

/// <summary>The backbone terms of several surrogates over a block of candidates: each distinct term is evaluated once, then standardised and summed by column.</summary>
internal sealed class TermColumns
{
    private readonly IReadOnlyList<Surrogate> _surrogates;
    private readonly BackboneTerm[] _distinct;
    private readonly int[][] _position;
    private readonly double[][,] _covariance;
    private readonly double[] _values, _standardised, _row;
    private readonly int _capacity;
    private double[] _inputs = [];

    public TermColumns(IReadOnlyList<Surrogate> surrogates, int capacity)
    {
        (_surrogates, _capacity) = (surrogates, capacity);
        _distinct = [.. surrogates.SelectMany(s => s.Backbone.Terms).Distinct()];
        _position = [.. surrogates.Select(s => s.Backbone.Terms.Select(t => Array.IndexOf(_distinct, t)).ToArray())];
        _covariance = [.. surrogates.Select(s => s.Backbone.CovarianceMatrix)];
        _values = new double[_distinct.Length * capacity];
        int most = surrogates.Count == 0 ? 0 : surrogates.Max(s => s.Backbone.TermCount);
        (_standardised, _row) = (new double[most * capacity], new double[capacity]);
    }

    public void Load(InputColumns candidates, int rows)
    {
        if (_inputs.Length != candidates.Inputs)
        {
            _inputs = new double[candidates.Inputs];
        }

        for (int t = 0; t < _distinct.Length; t++)
        {
            if (_distinct[t].Input is { } input)
            {
                candidates[input][..rows].CopyTo(Values(t, rows));
            }
        }

        if (Array.TrueForAll(_distinct, t => t.Input is not null))
        {
            return;
        }

        for (int r = 0; r < rows; r++)
        {
            candidates.Get(r, _inputs);
            for (int t = 0; t < _distinct.Length; t++)
            {
                if (_distinct[t].Input is null)
                {
                    _values[(t * _capacity) + r] = _distinct[t].Evaluate(_inputs);
                }
            }
        }
    }

    /// <summary>Mean of surrogate <paramref name="k"/>'s backbone; leaves its standardised terms for <see cref="VarianceOfDifference"/>.</summary>
    public void Mean(int k, int rows, Span<double> mean)
    {
        var backbone = _surrogates[k].Backbone;
        mean.Fill(backbone.Intercept);
        for (int t = 0; t < backbone.TermCount; t++)
        {
            var standardised = Standardised(t, rows);
            TensorPrimitives.Subtract(Values(_position[k][t], rows), backbone.Center[t], standardised);
            TensorPrimitives.Divide(standardised, backbone.Scale[t], standardised);
            TensorPrimitives.MultiplyAdd(standardised, backbone.Coefficients[t], mean, mean);
        }
    }

    /// <summary>Variance of the difference to the reference, from the uncertainty of the coefficients. Uses up the standardised terms of <see cref="Mean"/>.</summary>
    public void VarianceOfDifference(int k, int rows, double[] reference, Span<double> variance)
    {
        int p = _surrogates[k].Backbone.TermCount;
        var row = _row.AsSpan(0, rows);
        variance.Clear();
        for (int t = 0; t < p; t++)
        {
            TensorPrimitives.Subtract(Standardised(t, rows), reference[t], Standardised(t, rows));
        }

        for (int i = 0; i < p; i++)
        {
            row.Clear();
            for (int j = 0; j < i; j++)
            {
                TensorPrimitives.MultiplyAdd(Standardised(j, rows), _covariance[k][i, j] + _covariance[k][j, i], row, row);
            }

            TensorPrimitives.MultiplyAdd(Standardised(i, rows), _covariance[k][i, i], row, row);
            TensorPrimitives.MultiplyAdd(Standardised(i, rows), row, variance, variance);
        }

        TensorPrimitives.Max(variance, 0, variance);
    }

    private Span<double> Values(int term, int rows) => _values.AsSpan(term * _capacity, rows);

    private Span<double> Standardised(int term, int rows) => _standardised.AsSpan(term * _capacity, rows);
}
