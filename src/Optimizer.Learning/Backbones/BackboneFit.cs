using MathNet.Numerics.LinearAlgebra;
using Optimizer.Alignment;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>
/// Bayesian linear regression of a backbone: time-decayed weights, declared gains as prior observations of the total
/// gain, sign constraints, and one level per time block so that unmeasured drift is not taken for gain.
/// </summary>
/// <remarks>
/// Minimises <c>sum w e^2 / s^2 + sum (b_k / t_k)^2 + sum ((G_j - g_j) / d_j)^2</c>; covariance is the inverse of the
/// information matrix. Residuals that follow each other count for less: information is scaled by (1 - r) / (1 + r) with r
/// their lag-one correlation (Bartlett, 1935).
/// </remarks>
internal sealed class BackboneFit
{
    public const string Outlier = "outlier beyond 4 sigma";
    public const int FewestRows = 8;
    private const double OutlierSigmas = 4;

    private readonly SurrogateDesign _design;
    private readonly LearningOptions _options;
    private readonly IReadOnlyList<TrainingRow> _rows;
    private readonly double[] _targets, _weights, _center, _scale;
    private readonly double[][] _terms;
    private readonly int[] _blocks;
    private readonly int _blockCount, _p;
    private readonly bool[] _kept;
    private readonly double _mean, _spread;
    private readonly HashSet<DeclaredGain> _clamped = [];

    private BackboneFit(SurrogateDesign design, IReadOnlyList<TrainingRow> rows, double[] targets, LearningOptions options)
    {
        (_design, _rows, _targets, _options) = (design, rows, targets, options);
        _p = design.Terms.Count;
        var newest = rows[^1].SampledAt;
        _weights = [.. rows.Select(r => Math.Pow(0.5, (newest - r.SampledAt) / options.HalfLife))];
        _blocks = [.. rows.Select(r => (int)((newest - r.SampledAt) / options.DriftBlock))];
        _blockCount = _blocks.Max() + 1;
        _kept = [.. rows.Select(_ => true)];
        double total = _weights.Sum();
        _mean = targets.Zip(_weights, (y, w) => y * w).Sum() / total;
        _spread = Math.Max(1e-9, Math.Sqrt(targets.Zip(_weights, (y, w) => w * (y - _mean) * (y - _mean)).Sum() / total));
        (_center, _scale, _terms) = Standardise(total);
        Noise = _spread;
        Center = [.. Enumerable.Range(0, rows[0].Inputs.Length).Select(i => rows.Zip(_weights, (r, w) => r.Inputs[i] * w).Sum() / total)];
    }

    public Backbone Backbone { get; private set; } = null!;

    /// <summary>Standard deviation of one observation around the fit.</summary>
    public double Noise { get; private set; }

    /// <summary>Lag-one correlation of the residuals, [0, 0.9].</summary>
    public double Correlation { get; private set; }

    public int Outliers => _kept.Count(k => !k);

    /// <summary>Declared gains whose sign the data contradict beyond two standard errors.</summary>
    public List<string> Breaches { get; } = [];

    /// <summary>Weighted mean of the inputs: where declared gains are taken to hold.</summary>
    public double[] Center { get; }

    /// <summary>Residuals without the drift blocks' levels, row by row.</summary>
    public double[] Residuals { get; private set; } = [];

    /// <exception cref="ArgumentException">Fewer than 8 rows.</exception>
    public static BackboneFit Fit(SurrogateDesign design, IReadOnlyList<TrainingRow> rows, double[] targets, LearningOptions options)
    {
        if (rows.Count < FewestRows)
        {
            throw new ArgumentException($"surrogate {design.Variable}: {rows.Count} rows, at least {FewestRows} are needed");
        }

        var fit = new BackboneFit(design, rows, targets, options);
        for (int pass = 0; pass < 4; pass++)
        {
            fit.Solve();
            fit.MarkOutliers(pass);
        }

        fit.EnforceSigns();
        return fit;
    }

    private (double[] Center, double[] Scale, double[][] Terms) Standardise(double total)
    {
        double[][] raw = [.. _rows.Select(r => _design.Terms.Select(t => t.Evaluate(r.Inputs)).ToArray())];
        double[] center = new double[_p], scale = new double[_p];
        for (int k = 0; k < _p; k++)
        {
            center[k] = raw.Zip(_weights, (t, w) => t[k] * w).Sum() / total;
            double variance = raw.Zip(_weights, (t, w) => w * (t[k] - center[k]) * (t[k] - center[k])).Sum() / total;
            scale[k] = Math.Max(Math.Sqrt(variance), 1e-3 * Math.Max(Math.Abs(center[k]), 1e-6));
        }

        return (center, scale, [.. raw.Select(t => t.Select((v, k) => (v - center[k]) / scale[k]).ToArray())]);
    }

    private void Solve()
    {
        int size = _p + _blockCount;
        var information = Matrix<double>.Build.Dense(size, size);
        var moment = Vector<double>.Build.Dense(size);
        double deflation = (1 - Correlation) / (1 + Correlation);
        for (int n = 0; n < _rows.Count; n++)
        {
            if (_kept[n])
            {
                AddRow(information, moment, n, deflation * _weights[n] / (Noise * Noise));
            }
        }

        AddPriors(information, moment);
        var inverse = information.Cholesky().Solve(Matrix<double>.Build.DenseIdentity(size));
        var solution = inverse * moment;
        Backbone = new Backbone(_design.Terms, _center, _scale, _mean, [.. solution.Take(_p)], inverse.SubMatrix(0, _p, 0, _p).ToArray());
        Residuals = [.. Enumerable.Range(0, _rows.Count).Select(n => _targets[n] - _mean - Dot(solution, n) - solution[_p + _blocks[n]])];
        UpdateNoise();
    }

    private double Dot(Vector<double> solution, int row)
    {
        double sum = 0;
        for (int k = 0; k < _p; k++)
        {
            sum += solution[k] * _terms[row][k];
        }

        return sum;
    }

    private void AddRow(Matrix<double> information, Vector<double> moment, int n, double weight)
    {
        double[] t = _terms[n];
        int block = _p + _blocks[n];
        double y = _targets[n] - _mean;
        for (int i = 0; i < _p; i++)
        {
            for (int j = 0; j < _p; j++)
            {
                information[i, j] += weight * t[i] * t[j];
            }

            information[i, block] += weight * t[i];
            information[block, i] += weight * t[i];
            moment[i] += weight * t[i] * y;
        }

        information[block, block] += weight;
        moment[block] += weight * y;
    }

    private void AddPriors(Matrix<double> information, Vector<double> moment)
    {
        for (int k = 0; k < _p; k++)
        {
            information[k, k] += 1 / Square(_options.TermShare * _spread);
        }

        for (int b = 0; b < _blockCount; b++)
        {
            information[_p + b, _p + b] += 1 / Square(_options.DriftShare * _spread);
        }

        foreach (var gain in _design.Gains)
        {
            double[] slope = Slope(gain.Input, Center);
            bool clamped = _clamped.Contains(gain);
            // A clamped gain is held at zero: nearly exact knowledge in place of the declared value.
            double value = clamped ? 0 : gain.Value;
            double deviation = clamped ? 1e-3 * Math.Max(gain.StandardDeviation, 1e-9) : gain.StandardDeviation;
            double weight = 1 / Square(deviation);
            for (int i = 0; i < _p; i++)
            {
                for (int j = 0; j < _p; j++)
                {
                    information[i, j] += weight * slope[i] * slope[j];
                }

                moment[i] += weight * slope[i] * value;
            }
        }
    }

    /// <summary>Derivative of the standardised terms to one input, by central difference.</summary>
    private double[] Slope(int input, double[] at)
    {
        double step = Math.Max(Math.Abs(at[input]) * 1e-3, 1e-6);
        double[] up = (double[])at.Clone(), down = (double[])at.Clone();
        up[input] += step;
        down[input] -= step;
        return [.. _design.Terms.Select((t, k) => (t.Evaluate(up) - t.Evaluate(down)) / (2 * step * _scale[k]))];
    }

    /// <summary>Total gain of one input at a point, with its standard error.</summary>
    public (double Value, double StandardError) Gain(int input, double[] at)
    {
        double step = Math.Max(Math.Abs(at[input]) * 1e-3, 1e-6);
        double[] up = (double[])at.Clone(), down = (double[])at.Clone();
        up[input] += step;
        down[input] -= step;
        double[] a = new double[_p], b = new double[_p];
        Backbone.Standardise(up, a);
        Backbone.Standardise(down, b);
        return ((Backbone.Mean(a) - Backbone.Mean(b)) / (2 * step), Math.Sqrt(Backbone.VarianceOfDifference(a, b)) / (2 * step));
    }

    private void UpdateNoise()
    {
        double sum = 0, weight = 0, lagged = 0, squares = 0;
        int last = -1;
        for (int n = 0; n < _rows.Count; n++)
        {
            if (!_kept[n])
            {
                continue;
            }

            sum += _weights[n] * Square(Residuals[n]);
            weight += _weights[n];
            squares += Square(Residuals[n]);
            lagged += last < 0 ? 0 : Residuals[n] * Residuals[last];
            last = n;
        }

        // Degrees of freedom: terms and blocks are shrunk, half of them is a fair count.
        double free = Math.Max(weight - (0.5 * (_p + _blockCount)), 0.5 * weight);
        Noise = Math.Max(Math.Sqrt(sum / free), 1e-6 * _spread);
        Correlation = squares > 0 ? Math.Clamp(lagged / squares, 0, 0.9) : 0;
    }

    private void MarkOutliers(int pass)
    {
        if (pass == 0)
        {
            return;
        }

        for (int n = 0; n < _rows.Count; n++)
        {
            _kept[n] = Math.Abs(Residuals[n]) <= OutlierSigmas * Noise;
        }
    }

    private void EnforceSigns()
    {
        foreach (var gain in _design.Gains.Where(g => g.Sign != 0))
        {
            var (value, error) = Gain(gain.Input, Center);
            if (Math.Sign(value) == -gain.Sign)
            {
                _clamped.Add(gain);
                if (Math.Abs(value) > 2 * error)
                {
                    Breaches.Add(FormattableString.Invariant($"gain of {gain.ManipulatedVariable} is {value:G3} +- {error:G2}, declared {(gain.Sign > 0 ? "positive" : "negative")}"));
                }
            }
        }

        if (_clamped.Count > 0)
        {
            Solve();
        }
    }

    private static double Square(double x) => x * x;
}
