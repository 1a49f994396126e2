namespace Optimizer.Surrogates;

/// <summary>
/// Predicts every controlled variable for many candidates around one operating point: mean, and standard deviation of
/// the level there. Not thread-safe: it owns its scratch.
/// </summary>
public sealed class Predictor
{
    private readonly IReadOnlyList<Surrogate> _surrogates;
    private readonly IEnsembleEvaluator?[] _trees;
    private readonly double[] _reference;
    private readonly double[][] _referenceTerms;
    private readonly double[] _levels, _levelVariances;
    private readonly int _inputs;
    private float[] _columns = [];
    private double[] _residuals = [];

    /// <param name="surrogates">The set in force.</param>
    /// <param name="reference">Inputs at which the process now stands: biases are errors of the level there.</param>
    /// <param name="biases">Bias state of each surrogate.</param>
    /// <param name="at">Process time.</param>
    public Predictor(SurrogateSet surrogates, double[] reference, IReadOnlyList<BiasState> biases, DateTimeOffset at)
    {
        _surrogates = surrogates.Surrogates;
        _reference = reference;
        _inputs = reference.Length;
        _trees = [.. _surrogates.Select(s => s.Residual is { TreeCount: > 0 } e && s.ResidualWeight > 0 ? EnsembleEvaluators.Create(e) : null)];
        _referenceTerms = [.. _surrogates.Select(s => Terms(s, reference))];
        _levels = [.. biases.Select(b => b.Value)];
        _levelVariances = [.. _surrogates.Select((s, k) => biases[k].Variance(s.Scatter, s.Correlation, at, s.Variable.BiasTime))];
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
            var residuals = Residuals(k, candidates.Count);
            var terms = scratch[..surrogate.Backbone.TermCount];
            for (int c = 0; c < candidates.Count; c++)
            {
                surrogate.Backbone.Standardise(candidates[c], terms);
                double change = surrogate.Backbone.VarianceOfDifference(terms, _referenceTerms[k]);
                means[k][c] = surrogate.Backbone.Mean(terms) + _levels[k] + (surrogate.ResidualWeight * (residuals.IsEmpty ? 0 : residuals[c]));
                gainDeviations[k][c] = surrogate.Calibration * Math.Sqrt(change);
                levelDeviations[k][c] = surrogate.Calibration * Math.Sqrt(change + _levelVariances[k]);
            }
        }
    }

    /// <summary>Mean without bias, as innovations are measured against.</summary>
    public static double Unbiased(Surrogate surrogate, double[] inputs)
    {
        double mean = surrogate.Backbone.Mean(Terms(surrogate, inputs));
        if (surrogate.Residual is not { TreeCount: > 0 } trees || surrogate.ResidualWeight <= 0)
        {
            return mean;
        }

        Span<double> score = stackalloc double[1];
        new ScalarEvaluator(trees).Evaluate([.. inputs.Select(v => (float)v)], 1, 1, score);
        return mean + (surrogate.ResidualWeight * score[0]);
    }

    private static double[] Terms(Surrogate surrogate, double[] inputs)
    {
        var terms = new double[surrogate.Backbone.TermCount];
        surrogate.Backbone.Standardise(inputs, terms);
        return terms;
    }

    private void LoadColumns(IReadOnlyList<double[]> candidates)
    {
        if (Array.TrueForAll(_trees, t => t is null))
        {
            return;
        }

        int n = candidates.Count;
        if (_columns.Length < n * _inputs)
        {
            _columns = new float[n * _inputs];
            _residuals = new double[n];
        }

        for (int c = 0; c < n; c++)
        {
            for (int f = 0; f < _inputs; f++)
            {
                _columns[(f * n) + c] = (float)candidates[c][f];
            }
        }
    }

    private ReadOnlySpan<double> Residuals(int k, int rows)
    {
        if (_trees[k] is not { } trees)
        {
            return default;
        }

        trees.Evaluate(_columns, rows, rows, _residuals);
        return _residuals.AsSpan(0, rows);
    }
}
