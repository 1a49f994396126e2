namespace Optimizer.Surrogates;

/// <summary>
/// Smooth part of a surrogate: <c>f(x) = b0 + sum b_k (t_k(x) - c_k) / s_k</c> with the covariance of <c>b</c>, on the
/// scale the controlled variable is learned on. Bayesian linear regression; see <c>BackboneFit</c> in Learning.
/// </summary>
public sealed class Backbone
{
    private readonly IReadOnlyList<BackboneTerm> _terms;
    private readonly double[] _center, _scale, _coefficients;
    private readonly double[,] _covariance;

    /// <param name="terms">p terms.</param>
    /// <param name="center">c, p values.</param>
    /// <param name="scale">s, p values above zero.</param>
    /// <param name="intercept">b0.</param>
    /// <param name="coefficients">b, p values.</param>
    /// <param name="covariance">Of b, p x p; the level has its own state (<see cref="BiasState"/>).</param>
    public Backbone(IReadOnlyList<BackboneTerm> terms, double[] center, double[] scale, double intercept, double[] coefficients, double[,] covariance)
    {
        int p = terms.Count;
        if (center.Length != p || scale.Length != p || coefficients.Length != p || covariance.GetLength(0) != p || covariance.GetLength(1) != p)
        {
            throw new ArgumentException($"a backbone of {p} terms needs {p} centers, scales and coefficients and a {p} x {p} covariance; found {center.Length}, {scale.Length}, {coefficients.Length} and {covariance.GetLength(0)} x {covariance.GetLength(1)}");
        }

        (_terms, _center, _scale, _coefficients, _covariance) = (terms, center, scale, coefficients, covariance);
        Intercept = intercept;
    }

    public double Intercept { get; }

    public int TermCount => _terms.Count;

    public IReadOnlyList<BackboneTerm> Terms => _terms;

    /// <summary>Coefficients on the standardised terms.</summary>
    public IReadOnlyList<double> Coefficients => _coefficients;

    /// <summary>What is subtracted from each term.</summary>
    public IReadOnlyList<double> Center => _center;

    /// <summary>What each term is divided by after that.</summary>
    public IReadOnlyList<double> Scale => _scale;

    /// <summary>Covariance of the coefficients, p rows of p values.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Covariance =>
        [.. Enumerable.Range(0, _scale.Length).Select(i => (IReadOnlyList<double>)[.. Enumerable.Range(0, _scale.Length).Select(j => _covariance[i, j])])];

    internal double[,] CovarianceMatrix => _covariance;

    /// <summary>Writes the standardised terms at <paramref name="inputs"/>.</summary>
    public void Standardise(double[] inputs, Span<double> terms)
    {
        for (int k = 0; k < _scale.Length; k++)
        {
            terms[k] = (_terms[k].Evaluate(inputs) - _center[k]) / _scale[k];
        }
    }

    public double Mean(ReadOnlySpan<double> terms)
    {
        double sum = Intercept;
        for (int k = 0; k < _coefficients.Length; k++)
        {
            sum += _coefficients[k] * terms[k];
        }

        return sum;
    }

    /// <summary>Variance of <c>f(a) - f(b)</c> from the uncertainty of the coefficients.</summary>
    public double VarianceOfDifference(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        int p = _coefficients.Length;
        Span<double> d = stackalloc double[p];
        for (int k = 0; k < p; k++)
        {
            d[k] = a[k] - b[k];
        }

        double sum = 0;
        for (int i = 0; i < p; i++)
        {
            double row = 0;
            for (int j = 0; j < p; j++)
            {
                row += _covariance[i, j] * d[j];
            }

            sum += d[i] * row;
        }

        return Math.Max(0, sum);
    }
}
