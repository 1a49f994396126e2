using System.Linq.Expressions;
using Optimizer.Core.Tests.Cycle;
using Optimizer.Objectives;
using Optimizer.Search;
using Optimizer.Surrogates;
using Optimizer.Tests.Surrogates.Kernels;

namespace Optimizer.Core.Tests.Search;

public class BoxCertificationTests
{
    [Fact]
    public void ConvexProblem_IsProvenBest()
    {
        var found = Find(Assessor([4, 5]), new ReachableBox([3.5, 2.5], [6.5, 5.5]), boxes: 2000);

        Assert.Null(found.Certificate.Reason);
        Assert.InRange(found.Certificate.Gap!.Value, 0, 2e-5);
        Assert.InRange(found.Certificate.Boxes, 1, 2000);
    }

    [Fact]
    public void BindingConstraint_IsNamedAndTheOptimumAtItProven()
    {
        var problem = Problem(97);
        problem = problem with { Constraints = [problem.Constraints[0] with { CountsInYield = false }] };
        var found = Find(Assessor([8, 3], problem: problem), new ReachableBox([6, 2], [9, 4]), boxes: 4000);

        Assert.Equal(["purity minimum"], found.Binding);
        Assert.InRange(found.Certificate.Gap!.Value, 0, 1e-3);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 60)]
    [InlineData(true, 1000)]
    public void NoCandidateOfTheBox_CostsLessThanTheBound(bool trees, int boxes)
    {
        for (int n = 0; n < 6; n++)
        {
            var random = new Random(n);
            double[] stay = [2 + (6 * random.NextDouble()), 1 + (5 * random.NextDouble())];
            var box = new ReachableBox([.. stay.Select(v => v - random.NextDouble())], [.. stay.Select(v => v + random.NextDouble())]);
            var assessor = Assessor(stay, purityAtLeast: 90.2 + stay[0], trees: trees ? n + 1 : null, box: box);
            var found = Find(assessor, box, boxes);
            double bound = found.Certificate.LowerBound!.Value, slack = 1e-9 * (1 + Math.Abs(bound));
            double[][] points = [.. Enumerable.Range(0, 4000).Select(_ => stay.Select((_, i) => box.Low[i] + (random.Next(65) / 64.0 * (box.High[i] - box.Low[i]))).ToArray())];
            var weights = new double[points.Length];
            assessor.Weigh(points, 1, Math.Max(Math.Abs(assessor.Stay.Cost), 1e-6), weights);

            Assert.True(weights.Min() >= bound - slack, $"{weights.Min()} < {bound}");
        }
    }

    [Fact]
    public void TreesIncluded_TheGapClosesWithTheBudget()
    {
        double[] stay = [4, 5];
        var box = new ReachableBox([3.4, 4.4], [4.6, 5.6]);
        double Gap(int boxes) => Find(Assessor(stay, trees: 3, box: box), box, boxes).Certificate.Gap!.Value;

        double few = Gap(5), many = Gap(5000);

        Assert.True(few > 0 && many < few / 4, $"{few} to {many}");
    }

    [Fact]
    public void FormulaThatIsOnlyCode_IsRefusedWithItsName()
    {
        var problem = SmallLine.Definition().Problem;
        var assessor = Assessor([4, 5], problem: problem);

        var found = SetpointSearch.Find(assessor, new ReachableBox([3, 4], [5, 6]), SearchBudget.Default, seed: 1);

        Assert.Null(found.Certificate.Gap);
        Assert.Contains("total", found.Certificate.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Condition_IsRefused()
    {
        var problem = Problem(0);
        problem = problem with { Quantities = [problem.Quantities[0] with { Formula = v => v[0] > 3 ? v[0] : 2 * v[0] }] };

        var found = SetpointSearch.Find(Assessor([4, 5], problem: problem), new ReachableBox([3, 4], [5, 6]), SearchBudget.Default, seed: 1);

        Assert.Contains("condition", found.Certificate.Reason, StringComparison.Ordinal);
    }

    private static SearchResult Find(CandidateAssessor assessor, ReachableBox box, int boxes) =>
        SetpointSearch.Find(assessor, box, SearchBudget.Default with { Boxes = boxes }, seed: 3);

    private static CandidateAssessor Assessor(double[] stay, double purityAtLeast = 0, int? trees = null, ReachableBox? box = null, OperatingProblem? problem = null)
    {
        var now = SmallLine.Start;
        var set = SmallLine.Truth();
        if (trees is { } seed)
        {
            set = set with
            {
                Surrogates = [.. set.Surrogates.Select((s, k) => s with
                {
                    Bags = [.. Enumerable.Range(0, 3).Select(b => InRange(RandomEnsembles.Create((100 * seed) + (10 * k) + b, 2, 25, 12, 200)))], ResidualWeight = 0.2,
                })],
            };
        }

        (double[], double[])? bounds = box is null ? null : (box.Low, box.High);
        return new CandidateAssessor(problem ?? Problem(purityAtLeast), new Predictor(set, stay, SmallLine.Levels(now), now, bounds), stay, [], new Dictionary<string, double>(), 1);
    }

    // Thresholds where the line runs: 0 to 10 instead of -100 to 100.
    private static TreeEnsemble InRange(TreeEnsemble trees) => new()
    {
        FeatureCount = trees.FeatureCount,
        Roots = trees.Roots,
        Feature = trees.Feature,
        Threshold = [.. trees.Threshold.Select(t => 5 + (t / 20))],
        Left = trees.Left,
        Right = trees.Right,
        LeafValue = trees.LeafValue,
        Bias = trees.Bias,
    };

    // The same line with its quantity as an expression, bent by every function that formulas may use.
    private static OperatingProblem Problem(double purityAtLeast)
    {
        var problem = SmallLine.Definition(purityAtLeast).Problem;
        int cost = problem.Layout["cost_rate"], price = problem.Layout["price"], share = problem.Layout.InSpecification;
        Expression<Func<double[], double>> formula = v =>
            (v[cost] * v[price] * (2 - v[share])) + (0.01 * Math.Exp(0.1 * v[0])) - (0.02 * Math.Log(v[1] + 1)) + (0.001 * Math.Pow(v[0], 1.7)) + (0.01 * Math.Max(0.5, Math.Sqrt(v[0])) / v[1]) + (0.001 * Math.Abs(v[0] - 5))
            - (0.002 * Math.Min(v[1], 4));
        return problem with
        {
            Quantities = [problem.Quantities[0] with { Formula = formula, Evaluate = formula.Compile() }],
            Constraints = [problem.Constraints[0] with { CountsInYield = purityAtLeast > 0, Sigmas = 1 }],
        };
    }
}
