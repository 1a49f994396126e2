using Optimizer.Objectives;

namespace Optimizer.Search;

/// <summary>How much search one decision may use. Counted in candidates, so the answer never depends on the clock.</summary>
/// <param name="SpaceFilling">Sobol points in the box.</param>
/// <param name="Refinements">Rounds of pattern search from the best point.</param>
/// <param name="Caution">Standard errors of the benefit added to a candidate's cost: uncertain promises weigh less.</param>
public sealed record SearchBudget(int SpaceFilling, int Refinements, double Caution)
{
    public static readonly SearchBudget Default = new(256, 40, 1.0);
}

/// <param name="Target">Where the models would go inside the box.</param>
/// <param name="Stay">Staying put, assessed alike.</param>
/// <param name="Candidates">How many candidates were scored.</param>
public sealed record SearchResult(Assessment Target, Assessment Stay, int Candidates)
{
    public bool Stays => ReferenceEquals(Target, Stay);
}

/// <summary>
/// Seeded search of the reachable box: Sobol points, then pattern search around the best with shrinking steps along the
/// axes and along random directions. "Stay" is always a candidate and wins ties.
/// </summary>
public static class SetpointSearch
{
    private const double FirstStep = 0.5;
    private const double Shrink = 0.6;

    /// <param name="seed">Fixes the points; the same inputs give the same result.</param>
    public static SearchResult Find(CandidateAssessor assessor, ReachableBox box, SearchBudget budget, int seed)
    {
        var stay = assessor.Stay;
        double violationPrice = Math.Max(Math.Abs(stay.Cost), 1e-6);
        var search = new Pattern(assessor, box, budget.Caution, violationPrice);
        search.Try([stay.Setpoints]);
        search.Try(SpaceFilling(box, budget.SpaceFilling, seed));
        search.Refine(budget.Refinements, new Random(seed));

        var target = ReferenceEquals(search.Best, stay.Setpoints) ? stay : assessor.Assess([search.Best])[0];
        bool admissible = target.Violation <= 0 || target.Violation < stay.Violation;
        return new SearchResult(admissible ? target : stay, stay, search.Scored);
    }

    private static double[][] SpaceFilling(ReachableBox box, int count, int seed)
    {
        var sobol = new SobolSequence(box.Low.Length, seed);
        var points = new double[count][];
        for (int c = 0; c < count; c++)
        {
            points[c] = new double[box.Low.Length];
            sobol.Next(points[c]);
            for (int i = 0; i < box.Low.Length; i++)
            {
                points[c][i] = box.Low[i] + (points[c][i] * (box.High[i] - box.Low[i]));
            }
        }

        return points;
    }

    private sealed class Pattern(CandidateAssessor assessor, ReachableBox box, double caution, double violationPrice)
    {
        private double _bestWeight = double.PositiveInfinity;

        public double[] Best { get; private set; } = [];

        public int Scored { get; private set; }

        public bool Try(double[][] candidates)
        {
            var weights = new double[candidates.Length];
            assessor.Weigh(candidates, caution, violationPrice, weights);
            Scored += candidates.Length;
            bool better = false;
            for (int c = 0; c < weights.Length; c++)
            {
                if (weights[c] < _bestWeight)
                {
                    (_bestWeight, Best, better) = (weights[c], candidates[c], true);
                }
            }

            return better;
        }

        public void Refine(int rounds, Random random)
        {
            double step = FirstStep;
            for (int round = 0; round < rounds && step > 1e-4; round++)
            {
                if (!Try(Poll(step, random)))
                {
                    step *= Shrink;
                }
            }
        }

        private double[][] Poll(double step, Random random)
        {
            int n = box.Low.Length;
            var points = new List<double[]>(4 * n);
            for (int i = 0; i < n; i++)
            {
                points.Add(Moved(step, j => j == i ? 1 : 0));
                points.Add(Moved(step, j => j == i ? -1 : 0));
            }

            // Axes alone crawl along a narrow valley; random directions leave it.
            for (int k = 0; k < n; k++)
            {
                double[] direction = [.. Enumerable.Range(0, n).Select(_ => (2 * random.NextDouble()) - 1)];
                points.Add(Moved(step, j => direction[j]));
                points.Add(Moved(step, j => -direction[j]));
            }

            return [.. points];
        }

        private double[] Moved(double step, Func<int, double> direction)
        {
            var point = (double[])Best.Clone();
            for (int j = 0; j < point.Length; j++)
            {
                double half = (box.High[j] - box.Low[j]) / 2;
                point[j] = box.Clamp(j, point[j] + (step * half * direction(j)));
            }

            return point;
        }
    }
}
