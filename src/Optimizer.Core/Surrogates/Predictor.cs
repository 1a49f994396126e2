using System.Numerics.Tensors;

namespace Optimizer.Surrogates;

/// <summary>
/// Predicts every controlled variable for many candidates around one operating point: mean, and standard deviation of
/// the level there. Works on columns of at most <see cref="BlockRows"/> candidates, in scratch of its own: not thread-safe, and
/// nothing is allocated per candidate.
/// </summary>
public sealed class Predictor
{
    /// <summary>Most candidates predicted at once.</summary>
    public const int BlockRows = 512;

    private readonly IReadOnlyList<Surrogate> _surrogates;
    private readonly ResidualForests _forests;
    private readonly TermColumns _terms;
    private readonly double[][] _referenceTerms;
    private readonly double[] _levels, _levelVariances, _calibrations;
    private readonly double[] _residuals = new double[BlockRows], _spreads = new double[BlockRows];
    private readonly float[] _compared;
    private readonly int _inputs;
    private InputColumns? _few;

    /// <param name="surrogates">The set in force.</param>
    /// <param name="reference">Inputs at which the process now stands: biases are errors of the level there.</param>
    /// <param name="levels">Level state of each surrogate.</param>
    /// <param name="at">Process time.</param>
    /// <param name="box">Where candidates will lie, lowest and highest full input vector: trees are specialised to it. Candidates elsewhere are predicted all the same, by the whole trees. Null: no such box.</param>
    public Predictor(SurrogateSet surrogates, double[] reference, IReadOnlyList<LevelState> levels, DateTimeOffset at, (double[] Low, double[] High)? box = null)
    {
        _surrogates = surrogates.Surrogates;
        _inputs = reference.Length;
        _compared = new float[_inputs * BlockRows];
        _forests = new ResidualForests(_surrogates, box);
        _terms = new TermColumns(_surrogates, BlockRows);
        _referenceTerms = [.. _surrogates.Select(s => Terms(s, reference))];
        _levels = [.. levels.Select(l => l.Level)];
        _calibrations = [.. levels.Select(l => l.Caution)];
        _levelVariances = [.. _surrogates.Select((s, k) => s.LevelVariance(levels[k].Bias, at))];
    }

    public IReadOnlyList<Surrogate> Surrogates => _surrogates;

    /// <summary>Standardised terms at the reference, level, its variance and the calibration of each surrogate.</summary>
    internal double[][] ReferenceTerms => _referenceTerms;

    internal double[] Levels => _levels;

    internal double[] LevelVariances => _levelVariances;

    internal double[] Calibrations => _calibrations;

    /// <summary>Predicts the first <paramref name="rows"/> of <paramref name="candidates"/>, at most <see cref="BlockRows"/>.</summary>
    /// <param name="means">[surrogate][candidate], learning scale.</param>
    /// <param name="gainDeviations">[surrogate][candidate]: standard deviation of the change from the reference, calibrated with caution.</param>
    /// <param name="levelDeviations">[surrogate][candidate]: standard deviation of the level, change and bias together, calibrated.</param>
    public void Predict(InputColumns candidates, int rows, double[][] means, double[][] gainDeviations, double[][] levelDeviations)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, BlockRows);
        if (rows == 0)
        {
            return;
        }

        _terms.Load(candidates, rows);
        ScoreTrees(candidates, rows);
        for (int k = 0; k < _surrogates.Count; k++)
        {
            Span<double> mean = means[k].AsSpan(0, rows), change = gainDeviations[k].AsSpan(0, rows), level = levelDeviations[k].AsSpan(0, rows);
            _terms.Mean(k, rows, mean);
            _terms.VarianceOfDifference(k, rows, _referenceTerms[k], change);
            TensorPrimitives.Add(mean, _levels[k], mean);
            if (_forests.Has(k))
            {
                Span<double> residual = _residuals.AsSpan(0, rows), spread = _spreads.AsSpan(0, rows);
                _forests.Read(k, rows, residual, spread);
                TensorPrimitives.MultiplyAdd(residual, _surrogates[k].ResidualWeight, mean, mean);
                TensorPrimitives.Multiply(spread, _surrogates[k].ResidualWeight, spread);
                TensorPrimitives.MultiplyAdd(spread, spread, change, change);
            }

            TensorPrimitives.Add(change, _levelVariances[k], level);
            Deviation(level, _calibrations[k]);
            Deviation(change, _calibrations[k]);
        }
    }

    /// <summary>Predicts a few <paramref name="candidates"/>, each a full input vector; at most <see cref="BlockRows"/>.</summary>
    public void Predict(IReadOnlyList<double[]> candidates, double[][] means, double[][] gainDeviations, double[][] levelDeviations)
    {
        _few ??= new InputColumns(_inputs, BlockRows);
        for (int c = 0; c < candidates.Count; c++)
        {
            _few.Set(c, candidates[c]);
        }

        Predict(_few, candidates.Count, means, gainDeviations, levelDeviations);
    }

    /// <summary>Thresholds that the trees in use still test on an input within the box, ascending; empty without trees.</summary>
    public IReadOnlyList<float> Thresholds(int input) => [.. _forests.Thresholds(input).Distinct().Order()];

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

    private static double Square(double x) => x * x;

    private static void Deviation(Span<double> variances, double factor)
    {
        TensorPrimitives.Sqrt(variances, variances);
        TensorPrimitives.Multiply(variances, factor, variances);
    }

    private void ScoreTrees(InputColumns candidates, int rows)
    {
        if (!_forests.HasTrees)
        {
            return;
        }

        for (int f = 0; f < _inputs; f++)
        {
            TensorPrimitives.ConvertTruncating<double, float>(candidates[f][..rows], _compared.AsSpan(f * BlockRows, rows));
        }

        _forests.Evaluate(_compared, BlockRows, rows);
    }
}
