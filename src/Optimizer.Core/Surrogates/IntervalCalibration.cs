namespace Optimizer.Surrogates;

/// <summary>
/// Adaptive conformal inference (Gibbs and Candes, 2021) over standardised absolute errors: the factor on standard
/// deviations is a quantile of the latest scores, and its level moves by <c>rate (miss - 0.1)</c> after every result, so coverage
/// returns to 90 % after a shift whatever caused it.
/// </summary>
public sealed class IntervalCalibration
{
    /// <summary>Sigmas of a 90 % interval of normal errors: scores are divided by it, so a factor of 1 is a normal model that is right.</summary>
    public const double Sigmas90 = 1.645;

    /// <summary>Scores kept.</summary>
    public const int Memory = 300;

    private const double Miss = 0.1, Rate = 0.03, Least = 0.02, Most = 10;
    private const int Fewest = 10;

    // A score as old as this counts half: error changes with campaigns and maintenance.
    private const double HalfLife = 60;

    private readonly List<double> _scores;
    private double _missLevel = Miss;

    /// <param name="scores">Absolute errors over their uncalibrated standard deviation, each predicted out of time, oldest first.</param>
    public IntervalCalibration(IEnumerable<double> scores)
    {
        _scores = [];
        foreach (double score in scores)
        {
            Add(score);
        }
    }

    /// <summary>Factor on standard deviations, [0.02, 10]; 1.5 while fewer than ten scores are known.</summary>
    public double Factor { get; private set; } = 1.5;

    /// <summary>
    /// The factor for margins to limits: never below what the scores say without adaptation. An interval may shrink because the latest results were
    /// lucky; a margin must not.
    /// </summary>
    public double Cautious { get; private set; } = 1.5;

    /// <summary>Takes the next score; true when it lay inside the interval stated before.</summary>
    public bool Add(double score)
    {
        bool inside = score <= Factor * Sigmas90;
        if (_scores.Count >= Fewest)
        {
            _missLevel = Math.Clamp(_missLevel + (Rate * (Miss - (inside ? 0 : 1))), 0.03, 0.3);
        }

        _scores.Add(score);
        if (_scores.Count > Memory)
        {
            _scores.RemoveAt(0);
        }

        if (_scores.Count >= Fewest)
        {
            Factor = Math.Clamp(Quantile(1 - _missLevel) / Sigmas90, Least, Most);
            Cautious = Math.Max(Factor, Math.Clamp(Quantile(1 - Miss) / Sigmas90, Least, Most));
        }

        return inside;
    }

    // Weighted split-conformal quantile: the unknown next score counts like the newest, at infinity.
    private double Quantile(double level)
    {
        int n = _scores.Count;
        var order = new int[n];
        var sorted = new double[n];
        for (int i = 0; i < n; i++)
        {
            (order[i], sorted[i]) = (i, _scores[i]);
        }

        Array.Sort(sorted, order);
        double total = 1, sum = 0;
        for (int i = 0; i < n; i++)
        {
            total += Weight(n - 1 - i);
        }

        for (int i = 0; i < n; i++)
        {
            sum += Weight(n - 1 - order[i]);
            if (sum >= level * total)
            {
                return sorted[i];
            }
        }

        return sorted[^1];
    }

    private static double Weight(int age) => Math.Pow(0.5, age / HalfLife);
}
