namespace Optimizer.Search;

/// <summary>The best feasible point so far: known points, descents along the variables from scattered starts, and what boxes offer.</summary>
internal sealed class Incumbent(CellProblem problem, CertifiedBudget budget)
{
    private double[]? _inputs;

    public double Value { get; private set; } = double.PositiveInfinity;

    /// <summary>A point must be better by this much to be worth looking for.</summary>
    public double Slack => double.IsPositiveInfinity(Value) ? 0 : Math.Max(budget.Gap, problem.Rounding[0]);

    public bool Improvable(PriorityQueue<OpenBox, (double, long)> open) => open.TryPeek(out var next, out _) && next.Bound < Value - Slack;

    public void Start(IReadOnlyList<double[]> known, int seed)
    {
        var descent = new CellDescent(problem);
        foreach (double[] point in known)
        {
            Offer(point);
            Offer(descent.From(point));
        }

        var sobol = new SobolSequence(Math.Min(21, problem.Grid.Variables.Length), seed);
        var unit = new double[problem.Grid.Variables.Length];
        for (int s = 0; s < budget.Starts; s++)
        {
            sobol.Next(unit);
            Offer(descent.From(problem.Point([.. unit.Select((u, v) => problem.Box.Low[v] + (u * (problem.Box.High[v] - problem.Box.Low[v])))])));
        }
    }

    public void Offer(Examined found)
    {
        if (found.Point is { } point)
        {
            Offer(point);
        }
    }

    public CertifiedOptimum Finish(double openBound, int boxes)
    {
        double bound = _inputs is null ? openBound : Math.Min(openBound, Value);
        return new CertifiedOptimum(_inputs, Value, bound, problem.Rounding[0], boxes) { Binding = _inputs is null ? [] : [.. Binding(_inputs)] };
    }

    private void Offer(double[] inputs)
    {
        double value = problem.Sums[0].Evaluate(inputs);
        if (!(value < Value))
        {
            return;
        }

        for (int k = 1; k < problem.Sums.Count; k++)
        {
            if (!(problem.Sums[k].Evaluate(inputs) <= 0))
            {
                return;
            }
        }

        (_inputs, Value) = (inputs, value);
    }

    private IEnumerable<int> Binding(double[] inputs)
    {
        for (int k = 1; k < problem.Sums.Count; k++)
        {
            var scan = new FormScan(problem.Sums[k], problem.Grid);
            scan.Run(problem.Forms[k], problem.Box, problem.Grid, cuts: false);
            if (problem.Sums[k].Evaluate(inputs) >= 0.01 * Math.Min(0, scan.Bound) - problem.Rounding[k])
            {
                yield return k - 1;
            }
        }
    }
}
