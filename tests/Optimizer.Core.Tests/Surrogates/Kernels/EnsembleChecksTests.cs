using Optimizer.Surrogates;
using Xunit;

namespace Optimizer.Tests.Surrogates.Kernels;

public class EnsembleChecksTests
{
    [Fact]
    public void WellFormedEnsemble_Passes() => EnsembleChecks.Validate(Stump());

    [Fact]
    public void LeafSharedByTwoParents_Passes() => EnsembleChecks.Validate(Stump(right: [~0]));

    [Fact]
    public void MalformedEnsemble_IsRefusedWithWhatWasFound()
    {
        Assert.Contains("inner node 0 tests feature 2, expected 0 to 1", Refusal(Stump(feature: [2])));
        Assert.Contains("inner node 0 tests feature -1", Refusal(Stump(feature: [-1])));
        Assert.Contains("left child of inner node 0 is 1", Refusal(Stump(left: [1])));
        Assert.Contains("right child of inner node 0 is -3", Refusal(Stump(right: [~2])));
        Assert.Contains("root of tree 0 is 5", Refusal(Stump(roots: [5])));
        Assert.Contains("root of tree 1 is -9", Refusal(Stump(roots: [0, -9])));
        Assert.Contains("threshold of inner node 0 is NaN", Refusal(Stump(threshold: [float.NaN])));
        Assert.Contains("found 2 thresholds, expected 1", Refusal(Stump(threshold: [1, 2])));
        Assert.Contains("found 0 left children, expected 1", Refusal(Stump(left: [])));
        Assert.Contains("found 2 right children, expected 1", Refusal(Stump(right: [~0, ~1])));
        Assert.Contains("leaf 1 holds NaN", Refusal(Stump(leaves: [1, double.NaN])));
        Assert.Contains("the bias is", Refusal(Stump(bias: double.PositiveInfinity)));
        Assert.Contains("feature count is -1", Refusal(Stump(featureCount: -1)));
    }

    [Fact]
    public void NodeThatLeadsBackToItself_IsRefused() => Assert.Contains("inner node 0 is reached twice", Refusal(Stump(right: [0])));

    [Fact]
    public void NodeSharedByTwoTrees_IsRefused() =>
        Assert.Contains("inner node 0 is reached twice (tree 0, tree 1)", Refusal(Stump(roots: [0, 0])));

    [Fact]
    public void MalformedEnsemble_NoEvaluatorTakesIt() =>
        Assert.All(EnsembleEvaluators.Names, name => Assert.Throws<ArgumentException>(() => EnsembleEvaluators.Create(Stump(right: [0]), name)));

    [Fact]
    public void Hash_IsTheKnownOneOfAKnownEnsemble() =>
        Assert.Equal("469c10c4561e240ee0e51aa4d91eecbef8c3355e4a393cefb1f9255925b4cee3", EnsembleHash.Compute(Stump()));

    [Fact]
    public void Hash_ChangesWithEveryPart()
    {
        string[] hashes =
        [
            .. new[]
            {
                Stump(), Stump(featureCount: 3), Stump(roots: [0, ~0]), Stump(feature: [0]), Stump(threshold: [2.5f]),
                Stump(left: [~1]), Stump(right: [~0]), Stump(leaves: [1, 2.5]), Stump(bias: 0.5),
            }.Select(EnsembleHash.Compute),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    private static string Refusal(TreeEnsemble ensemble) =>
        Assert.Throws<ArgumentException>(() => EnsembleChecks.Validate(ensemble)).Message;

    private static TreeEnsemble Stump(
        int featureCount = 2, int[]? roots = null, int[]? feature = null, float[]? threshold = null, int[]? left = null,
        int[]? right = null, double[]? leaves = null, double bias = 0.25) => new()
        {
            FeatureCount = featureCount,
            Roots = roots ?? [0],
            Feature = feature ?? [1],
            Threshold = threshold ?? [1.5f],
            Left = left ?? [~0],
            Right = right ?? [~1],
            LeafValue = leaves ?? [1, 2],
            Bias = bias,
        };
}
