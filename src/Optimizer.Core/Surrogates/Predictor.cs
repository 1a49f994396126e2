using System.Numerics.Tensors;

namespace Optimizer.Surrogates;

/// <summary>
/// Predicts every controlled variable for many candidates around one operating point: mean, and standard deviation of
/// the level there. Not thread-safe: it owns its scratch.
/// </summary>
public sealed class Predictor
{
    private readonly IReadOnlyList<Surrogate> _surrogates;
    private readonly IEnsembleEvaluator[][] _trees;
    private readonly double[] _reference;
    private readonly double[][] _referenceTerms;
    private readonly double[] _levels, _levelVariances, _calibrations;
    private readonly int _inputs;
    private float[] _columns = [];
    private double[] _residuals = [], _spreads = [], _scores = [];

    /// <param name="surrogates">The set in force.</param>
    /// <param name="reference">Inputs at which the process now stands: biases are errors of the level there.</param>
    /// <param name="levels">Level state of each surrogate.</param>
    /// <param name="at">Process time.</param>
    public Predictor(SurrogateSet surrogates, double[] reference, IReadOnlyList<LevelState> levels, DateTimeOffset at)
    {
        _surrogates = surrogates.Surrogates;
        _reference = reference;
        _inputs = reference.Length;
        _trees = [.. _surrogates.Select(s => s.ResidualWeight > 0 ? s.Bags.Select(b => EnsembleEvaluators.Create(b)).ToArray() : [])];
        _referenceTerms = [.. _surrogates.Select(s => Terms(s, reference))];
        _levels = [.. levels.Select(l => l.Level)];
        _calibrations = [.. levels.Select(l => l.Calibration)];
        _levelVariances = [.. _surrogates.Select((s, k) => s.LevelVariance(levels[k].Bias, at))];
    }

    public IReadOnlyList<Surrogate> Surrogates => _surrogates;

    /// <summary>Predicts <paramref name="candidates"/> (each a full input vector).</summary>
    /// <param name="means">[surrogate][candidate], learning scale.</param>
    /// <param name="gainDeviations">[surrogate][candidate]: standard deviation of the change from the reference, calibrated.</param>
    /// <param name="levelDeviations">[surrogate][candidate]: standard deviation of the level, change and bias together, calibrated.</param>
    public void Predict(IReadOnlyList<double[]> candidates, double[][] means, double[][] gainDeviations, double[][] levelDeviations)
    {
        LoadColumns(candidates);
        Span<double> scratch = stackalloc double[_surrogates.Count == 0 ? 0 : _surrogates.Max(s => s.Backbone.TermCount)];
        for (int k = 0; k < _surrogates.Count; k++)
        {
            var surrogate = _surrogates[k];
            EvaluateBags(k, candidates.Count);
            var terms = scratch[..surrogate.Backbone.TermCount];
            for (int c = 0; c < candidates.Count; c++)
            {
                surrogate.Backbone.Standardise(candidates[c], terms);
                double change = surrogate.Backbone.VarianceOfDifference(terms, _referenceTerms[k]);
                double residual = 0;
                if (_trees[k].Length > 0)
                {
                    residual = surrogate.ResidualWeight * _residuals[c];
                    change += Square(surrogate.ResidualWeight * _spreads[c]);
                }

                means[k][c] = surrogate.Backbone.Mean(terms) + _levels[k] + residual;
                gainDeviations[k][c] = _calibrations[k] * Math.Sqrt(change);
                levelDeviations[k][c] = _calibrations[k] * Math.Sqrt(change + _levelVariances[k]);
            }
        }
    }

    /// <summary>Mean without level, as innovations are measured against.</summary>
    /// <param name="spread">Standard deviation of the residual trees among each other.</param>
    public static double Unbiased(Surrogate surrogate, double[] inputs, out double spread)
    {
        double mean = surrogate.Backbone.Mean(Terms(surrogate, inputs));
        spread = 0;
        if (surrogate.Bags.Count == 0 || surrogate.ResidualWeight <= 0)
        {
            return mean;
        }

        Span<double> score = stackalloc double[1];
        float[] features = [.. inputs.Select(v => (float)v)];
        double sum = 0, squares = 0;
        foreach (var bag in surrogate.Bags)
        {
            new ScalarEvaluator(bag).Evaluate(features, 1, 1, score);
            sum += score[0];
            squares += Square(score[0]);
        }

        double average = sum / surrogate.Bags.Count;
        spread = surrogate.ResidualWeight * Math.Sqrt(Math.Max(0, (squares / surrogate.Bags.Count) - Square(average)));
        return mean + (surrogate.ResidualWeight * average);
    }

    private static double[] Terms(Surrogate surrogate, double[] inputs)
    {
        var terms = new double[surrogate.Backbone.TermCount];
        surrogate.Backbone.Standardise(inputs, terms);
        return terms;
    }

    private void LoadColumns(IReadOnlyList<double[]> candidates)
    {
        if (Array.TrueForAll(_trees, t => t.Length == 0))
        {
            return;
        }

        int n = candidates.Count;
        if (_columns.Length < n * _inputs)
        {
            _columns = new float[n * _inputs];
            (_residuals, _spreads, _scores) = (new double[n], new double[n], new double[n]);
        }

        for (int c = 0; c < n; c++)
        {
            for (int f = 0; f < _inputs; f++)
            {
                _columns[(f * n) + c] = (float)candidates[c][f];
            }
        }
    }

    private void EvaluateBags(int k, int rows)
    {
        if (_trees[k].Length == 0)
        {
            return;
        }

        Span<double> sum = _residuals.AsSpan(0, rows), squares = _spreads.AsSpan(0, rows), scores = _scores.AsSpan(0, rows);
        sum.Clear();
        squares.Clear();
        foreach (var bag in _trees[k])
        {
            bag.Evaluate(_columns, rows, rows, scores);
            TensorPrimitives.Add(sum, scores, sum);
            TensorPrimitives.MultiplyAdd(scores, scores, squares, squares);
        }

        double n = _trees[k].Length;
        for (int c = 0; c < rows; c++)
        {
            sum[c] /= n;
            squares[c] = Math.Sqrt(Math.Max(0, (squares[c] / n) - Square(sum[c])));
        }
    }

    private static double Square(double x) => x * x;
}
