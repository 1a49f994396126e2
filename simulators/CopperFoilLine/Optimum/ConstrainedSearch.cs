namespace CopperFoilLine.Optimum;

/// <summary>Worth of a point: less broken comes first, then the lower value (K. Deb, 2000).</summary>
internal readonly record struct Score(double Broken, double Value)
{
    public bool Beats(in Score other) =>
        Broken.Equals(other.Broken) ? Value < other.Value : Broken < other.Broken;
}

/// <summary>
/// Minimizes in the unit box under constraints: differential evolution (current-to-pbest/1/bin; Zhang and Sanderson, 2009),
/// then a pattern search. Seeded, so that one question has one answer.
/// </summary>
internal sealed class ConstrainedSearch(Func<double[], Score> score)
{
    private const int Population = 45;
    private const int Generations = 350;
    private const int Best = 5;
    private const double Spread = 0.10;
    private const double Crossover = 0.9;

    private readonly RandomStream _random = new("optimum", 1);

    public (double[] Point, Score Score) Minimize(double[] start)
    {
        var points = Enumerable.Range(0, Population).Select(k => k == 0 ? (double[])start.Clone() : Near(start)).ToArray();
        var scores = points.Select(score).ToArray();
        for (int g = 0; g < Generations; g++)
        {
            Evolve(points, scores);
        }

        int best = Ranked(scores)[0];
        return Polish(points[best], scores[best]);
    }

    private double[] Near(double[] start) => [.. start.Select(x => Math.Clamp(x + (Spread * _random.Gaussian()), 0, 1))];

    private static int[] Ranked(Score[] scores)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort(order, (a, b) => scores[a].Beats(scores[b]) ? -1 : scores[b].Beats(scores[a]) ? 1 : a.CompareTo(b));
        return order;
    }

    private void Evolve(double[][] points, Score[] scores)
    {
        int[] order = Ranked(scores);
        for (int i = 0; i < points.Length; i++)
        {
            double step = 0.4 + (0.5 * _random.Uniform());
            double[] x = points[i], p = points[order[Pick(Best)]], a = points[Pick(points.Length)], b = points[Pick(points.Length)];
            double[] trial = new double[x.Length];
            int sure = Pick(x.Length);
            for (int k = 0; k < x.Length; k++)
            {
                double moved = x[k] + (step * (p[k] - x[k])) + (step * (a[k] - b[k]));
                trial[k] = k == sure || _random.Uniform() < Crossover ? Math.Clamp(moved, 0, 1) : x[k];
            }

            var worth = score(trial);
            if (!scores[i].Beats(worth))
            {
                (points[i], scores[i]) = (trial, worth);
            }
        }
    }

    // Random directions: along the axes alone a search stalls on a slanted constraint.
    private (double[] Point, Score Score) Polish(double[] x, Score worth)
    {
        double radius = 0.01;
        while (radius > 1e-6)
        {
            bool better = false;
            for (int n = 0; n < 40; n++)
            {
                double[] trial = [.. x.Select(v => Math.Clamp(v + (radius * _random.Gaussian()), 0, 1))];
                var found = score(trial);
                if (found.Beats(worth))
                {
                    (x, worth, better) = (trial, found, true);
                }
            }

            radius *= better ? 1.2 : 0.5;
        }

        return (x, worth);
    }

    private int Pick(int count) => (int)(_random.Uniform() * count);
}
