using Optimizer.Search;
using Optimizer.Surrogates;
using Optimizer.Tests.Surrogates.Kernels;

namespace Optimizer.Core.Tests.Search;

public class CertifiedSearchTests
{
    private const int Inputs = 4;
    private static readonly double[] Low = [-30, -20, 5, -15], High = [20, 35, 5, 30];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Optimum_EqualsExhaustiveEnumeration(int seed)
    {
        for (int n = 0; n < 25; n++)
        {
            var random = new Random((1000 * seed) + n);
            var objective = Sum(random, 30, smooth: true);
            EnsembleSum[] constraints = n % 2 == 0 ? [] : [Sum(random, 10, smooth: false), Sum(random, 10, smooth: false)];
            double expected = Enumerate(objective, constraints);

            var found = CertifiedSearch.Minimise(objective, constraints, Low, High, [], CertifiedBudget.Default, seed: n);

            Assert.Equal(expected, found.Value, found.Rounding);
            Assert.True(found.IsProven);
            if (found.Inputs is { } inputs)
            {
                Assert.Equal(found.Value, objective.Evaluate(inputs));
                Assert.All(constraints, c => Assert.True(c.Evaluate(inputs) <= 0));
                Assert.All(inputs.Zip(Low.Zip(High)), p => Assert.InRange(p.First, p.Second.First, p.Second.Second));
            }
        }
    }

    [Fact]
    public void BruteForceGrid_NeverFindsBetterThanTheCertificate()
    {
        for (int n = 0; n < 40; n++)
        {
            var random = new Random(n);
            var objective = Sum(random, 60, smooth: true);
            EnsembleSum[] constraints = [Sum(random, 20, smooth: true), Sum(random, 20, smooth: true)];
            // Also a bound that was cut off early must hold.
            int boxes = new[] { 4, 40, 400, 4000 }[n % 4];
            var found = CertifiedSearch.Minimise(objective, constraints, Low, High, [], CertifiedBudget.Default with { Boxes = boxes }, seed: n);

            Assert.InRange(found.Boxes, 0, boxes);
            for (int p = 0; p < 20_000; p++)
            {
                double[] x = [.. Low.Select((l, i) => l + (random.Next(41) / 40.0 * (High[i] - l)))];
                if (constraints.All(c => c.Evaluate(x) <= 0))
                {
                    Assert.True(objective.Evaluate(x) >= found.LowerBound - found.Rounding);
                }
            }
        }
    }

    [Fact]
    public void Answer_IsTheSameOnAnyNumberOfThreadsAndInAnyMemory()
    {
        var random = new Random(5);
        var objective = Sum(random, 120, smooth: true);
        EnsembleSum[] constraints = [Sum(random, 20, smooth: true)];
        CertifiedOptimum Find(int threads, long memory, int boxes) =>
            CertifiedSearch.Minimise(objective, constraints, Low, High, [[0, 0, 5, 0]], new CertifiedBudget(boxes, 2, 0) { Threads = threads, Memory = memory }, seed: 3);

        foreach (int boxes in (int[])[50, 5000])
        {
            var one = Find(1, 64 << 20, boxes);
            foreach (var other in (CertifiedOptimum[])[Find(2, 64 << 20, boxes), Find(1, 1000, boxes)])
            {
                Assert.Equal(one.Inputs, other.Inputs);
                Assert.Equal((one.Value, one.LowerBound, one.Boxes), (other.Value, other.LowerBound, other.Boxes));
            }
        }
    }

    [Fact]
    public void ConstraintOnASmoothPart_BindsWhereItsRoomEnds()
    {
        // Minimise -x - y where x + y <= 1.5 and y <= 1: nothing but smooth parts.
        var objective = new EnsembleSum(0, [-1, -1.1], [0, 0], []);
        var room = new EnsembleSum(-1.5, [1, 1], [0, 0], []);
        var wide = new EnsembleSum(-50, [1, 1], [0, 0], []);

        var found = CertifiedSearch.Minimise(objective, [room, wide], [0, 0], [1, 1], [[0, 0]], CertifiedBudget.Default with { Gap = 1e-3 }, seed: 1);

        Assert.InRange(found.Value, -1.6, -1.6 + 1e-3);
        Assert.InRange(found.Gap, 0, 1e-3 + 1e-12);
        Assert.Equal([0], found.Binding);
    }

    [Fact]
    public void NothingFeasible_IsProvenToo()
    {
        var found = CertifiedSearch.Minimise(new EnsembleSum(0, [1], [0], []), [new EnsembleSum(1, [0], [1], [])], [-1], [1], [], CertifiedBudget.Default, seed: 1);

        Assert.Null(found.Inputs);
        Assert.True(found.IsProven);
        Assert.Equal(double.PositiveInfinity, found.LowerBound);
    }

    private static EnsembleSum Sum(Random random, int trees, bool smooth) => new(
        smooth ? 0 : -0.2,
        [.. Enumerable.Range(0, Inputs).Select(_ => smooth ? (random.NextDouble() - 0.5) * 0.1 : 0)],
        [.. Enumerable.Range(0, Inputs).Select(_ => smooth ? (random.NextDouble() - 0.3) * 0.01 : 0)],
        [
            new WeightedEnsemble(1, RandomEnsembles.Create(random.Next(), Inputs, trees / 2, maxLeaves: 8, thresholds: 12)),
            new WeightedEnsemble(-0.7, RandomEnsembles.Create(random.Next(), Inputs, trees / 2, maxLeaves: 8, thresholds: 12)),
        ]);

    // Every combination of cells, each at the point where the objective's smooth part is least.
    private static double Enumerate(EnsembleSum objective, EnsembleSum[] constraints)
    {
        var cuts = Enumerable.Range(0, Inputs).Select(_ => new SortedSet<float>()).ToArray();
        foreach (var ensemble in constraints.Prepend(objective).SelectMany(s => s.Ensembles).Select(e => e.Ensemble))
        {
            for (int n = 0; n < ensemble.Feature.Length; n++)
            {
                float t = ensemble.Threshold[n];
                if ((float)Low[ensemble.Feature[n]] <= t && t < (float)High[ensemble.Feature[n]])
                {
                    cuts[ensemble.Feature[n]].Add(t);
                }
            }
        }

        double[][] points = [.. cuts.Select((c, i) =>
        {
            double[] firsts = [Low[i], .. c.Select(FirstAbove)], lasts = [.. c.Select(t => Math.BitDecrement(FirstAbove(t))), High[i]];
            return firsts.Zip(lasts, (a, b) => Lowest(objective, i, a, b)).ToArray();
        })];
        double best = double.PositiveInfinity;
        double[] at = new double[Inputs];
        void Visit(int i)
        {
            if (i == Inputs)
            {
                double value = objective.Evaluate(at);
                best = value < best && Array.TrueForAll(constraints, c => c.Evaluate(at) <= 0) ? value : best;
                return;
            }

            foreach (double x in points[i])
            {
                at[i] = x;
                Visit(i + 1);
            }
        }

        Visit(0);
        return best;
    }

    private static double Lowest(EnsembleSum sum, int i, double low, double high) =>
        new[] { low, high, Math.Clamp(-sum.Linear[i] / (2 * sum.Quadratic[i]), low, high) }.MinBy(x => x * (sum.Linear[i] + (sum.Quadratic[i] * x)));

    // Trees compare floats: halfway to the next float the rounding turns, to even.
    private static double FirstAbove(float threshold)
    {
        double x = (threshold + (double)MathF.BitIncrement(threshold)) / 2;
        return (float)x > threshold ? x : Math.BitIncrement(x);
    }
}
