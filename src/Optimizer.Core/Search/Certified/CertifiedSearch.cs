using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>
/// Best point of a box with a proof, by branch and bound. Sums of tree ensembles are constant on cells between thresholds; a box
/// of cells is bounded by what each variable's steps and each tree can reach at least (<see cref="FormScan"/>), the box whose bound
/// is lowest is cut next, where the cut raises the bounds most, and boxes that cannot beat the best point known are dropped.
/// Ends when none is left, or at its budget with the gap that remains. Deterministic, whatever the number of threads.
/// </summary>
public static class CertifiedSearch
{
    // Boxes examined together, whatever the number of threads: what is learned within a group is used from the next on.
    private const int Group = 8;

    /// <param name="objective">Minimised.</param>
    /// <param name="constraints">Each must be at most 0.</param>
    /// <param name="low">Lowest value of each input; where it equals <paramref name="high"/> the input is fixed. 1 to 32 inputs may vary.</param>
    /// <param name="high">Highest value of each input.</param>
    /// <param name="known">Points of the box to start from, such as "stay"; may be empty.</param>
    /// <param name="seed">Fixes the further starting points.</param>
    /// <exception cref="ArgumentException">Numbers of inputs differ, a bound is not finite or crossed, or none or too many inputs vary.</exception>
    public static CertifiedOptimum Minimise(
        EnsembleSum objective, IReadOnlyList<EnsembleSum> constraints, double[] low, double[] high, IReadOnlyList<double[]> known, CertifiedBudget budget, int seed)
    {
        Check(objective, constraints, low, high);
        var problem = new CellProblem([objective, .. constraints], low, high);
        var best = new Incumbent(problem, budget);
        best.Start(known, seed);
        var open = new PriorityQueue<OpenBox, (double, long)>();
        var root = new FormSource(problem.Forms, problem.Box) { Users = 1 };
        long sequence = 0;
        open.Enqueue(new OpenBox(problem.Box, root, double.NegativeInfinity), (double.NegativeInfinity, sequence++));
        var workers = Enumerable.Range(0, Math.Max(1, budget.Threads)).Select(_ => new BoxExpansion(problem)).ToArray();
        var group = new OpenBox[Group];
        int boxes = 0;
        double unresolved = double.PositiveInfinity;
        var memory = new FormMemory(budget.Memory);
        while (boxes < budget.Boxes && best.Improvable(open))
        {
            int count = 0;
            while (count < Group && boxes + count < budget.Boxes && best.Improvable(open))
            {
                group[count++] = open.Dequeue();
            }

            Examine(workers, group, count, best.Value - best.Slack);
            boxes += count;
            for (int k = 0; k < count; k++)
            {
                var found = group[k].Result!;
                best.Offer(found);
                unresolved = Math.Min(unresolved, found.Unresolved);
                foreach (var child in memory.Keep(group[k], found))
                {
                    open.Enqueue(child, (child.Bound, sequence++));
                }
            }
        }

        double bound = Math.Min(unresolved, best.Improvable(open) ? open.Peek().Bound : double.PositiveInfinity);
        return best.Finish(bound, boxes);
    }

    private static void Examine(BoxExpansion[] workers, OpenBox[] group, int count, double target)
    {
        if (workers.Length == 1 || count == 1)
        {
            for (int k = 0; k < count; k++)
            {
                group[k].Result = workers[0].Examine(group[k], target);
            }

            return;
        }

        int next = -1;
        Parallel.For(0, Math.Min(workers.Length, count), w =>
        {
            for (int k = Interlocked.Increment(ref next); k < count; k = Interlocked.Increment(ref next))
            {
                group[k].Result = workers[w].Examine(group[k], target);
            }
        });
    }

    private static void Check(EnsembleSum objective, IReadOnlyList<EnsembleSum> constraints, double[] low, double[] high)
    {
        int n = objective.Inputs;
        if (low.Length != n || high.Length != n || constraints.Any(c => c.Inputs != n))
        {
            throw new ArgumentException($"Found {low.Length} lows, {high.Length} highs and constraints of {string.Join(", ", constraints.Select(c => c.Inputs))} inputs, expected the objective's {n} everywhere.", nameof(low));
        }

        int varying = 0;
        for (int i = 0; i < n; i++)
        {
            // A disturbance variable that is missing stays NaN and takes the right-hand branches, as everywhere.
            bool missing = double.IsNaN(low[i]) && double.IsNaN(high[i]);
            if (!missing && (!double.IsFinite(low[i]) || !double.IsFinite(high[i]) || low[i] > high[i]))
            {
                throw new ArgumentException(FormattableString.Invariant($"Found input {i} from {low[i]} to {high[i]}, expected finite numbers, low at most high."), nameof(low));
            }

            varying += low[i] < high[i] ? 1 : 0;
        }

        if (varying is < 1 or > 32)
        {
            throw new ArgumentException($"Found {varying} inputs that vary, expected 1 to 32.", nameof(low));
        }
    }
}
