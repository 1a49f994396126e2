using System.Runtime.Intrinsics;
using Optimizer.Surrogates;
using Xunit;

namespace Optimizer.Tests.Surrogates.Kernels;

/// <summary>Ensembles scored together answer as each alone, to the last bit.</summary>
public class EnsembleGroupTests
{
    public static TheoryData<string> Names => [.. EnsembleEvaluators.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void EnsemblesOfDifferentShapes_EachScoresAsAlone(string name)
    {
        // Thresholds in common (equal seeds draw equal pools), few and many, wide and one-leaf trees, none at all, fewer features than the rest.
        TreeEnsemble[] ensembles =
        [
            RandomEnsembles.Create(seed: 1, features: 6, trees: 30, maxLeaves: 32, thresholds: 60),
            RandomEnsembles.Create(seed: 1, features: 6, trees: 20, maxLeaves: 20, thresholds: 60),
            RandomEnsembles.Create(seed: 2, features: 6, trees: 12, maxLeaves: 400, thresholds: 300),
            RandomEnsembles.Create(seed: 3, features: 6, trees: 0, maxLeaves: 1, thresholds: 3),
            RandomEnsembles.Create(seed: 4, features: 4, trees: 9, maxLeaves: 1, thresholds: 3),
            RandomEnsembles.Create(seed: 5, features: 6, trees: 25, maxLeaves: 64, thresholds: 200, full: true),
        ];
        var group = EnsembleEvaluators.CreateGroup(ensembles, name);
        Assert.Equal(name, group.Name);
        foreach (int rows in new[] { 0, 1, 200, 512, 700 })
        {
            AssertScoresAsAlone(group, RandomEnsembles.Batch(ensembles[5], rows + 3, seed: rows), rows);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NoEnsembles_NothingIsWritten(string name)
    {
        var group = EnsembleEvaluators.CreateGroup([], name);
        double[] scores = [7, 7];
        group.Evaluate([], 2, 2, scores, 2);
        Assert.Equal([7, 7], scores);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void RepeatedEvaluation_AllocatesNothing(string name)
    {
        TreeEnsemble[] ensembles = [.. Enumerable.Range(1, 3).Select(seed => RandomEnsembles.Create(seed, features: 4, trees: 20, maxLeaves: 40, thresholds: 300))];
        var group = EnsembleEvaluators.CreateGroup(ensembles, name);
        float[] columns = RandomEnsembles.Batch(ensembles[0], 600, 1);
        var scores = new double[1800];
        group.Evaluate(columns, 600, 600, scores, 600);
        long before = GC.GetAllocatedBytesForCurrentThread();
        group.Evaluate(columns, 600, 600, scores, 600);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void BatchShorterThanItsShape_IsRefusedWithWhatWasFound()
    {
        var group = EnsembleEvaluators.CreateGroup([.. Enumerable.Range(1, 3).Select(seed => RandomEnsembles.Create(seed, features: 4, trees: 2, maxLeaves: 4, thresholds: 5))]);
        Assert.Contains("Found 39 values, expected at least 40", Refusal(39, 30, 10));
        Assert.Contains("Found room for 29 scores, expected at least 30", Refusal(40, 29, 10));
        Assert.Contains("Found a stride of 9 between scores, expected at least the 10 rows", Refusal(40, 30, 9));

        string Refusal(int values, int room, int scoreStride) => Assert.Throws<ArgumentException>(
            () => group.Evaluate(new float[values], 10, 10, new double[room], scoreStride)).Message;
    }

    [Fact]
    public void MalformedEnsembleOrUnknownName_IsRefused()
    {
        var good = RandomEnsembles.Create(seed: 1, features: 3, trees: 4, maxLeaves: 8, thresholds: 9);
        var broken = new TreeEnsemble { FeatureCount = 1, Roots = [0], Feature = [3], Threshold = [1], Left = [~0], Right = [~0], LeafValue = [1], Bias = 0 };
        Assert.Contains("tests feature 3", Assert.Throws<ArgumentException>(() => EnsembleEvaluators.CreateGroup([good, broken])).Message);
        Assert.Contains("'gpu'", Assert.Throws<ArgumentException>(() => EnsembleEvaluators.CreateGroup([good], "gpu")).Message);
    }

    [Fact]
    public void Choice_IsTheOneThatCreateTakesAndSaysWhy()
    {
        var usual = RandomEnsembles.Create(seed: 1, features: 3, trees: 4, maxLeaves: 8, thresholds: 9);
        var wide = RandomEnsembles.Create(seed: 1, features: 3, trees: 4, maxLeaves: 400, thresholds: 500, full: true);
        Assert.Equal(EnsembleEvaluators.Create(usual).Name, EnsembleEvaluators.Choose([usual]).Name);
        Assert.Equal(EnsembleEvaluators.CreateGroup([usual, usual]).Name, EnsembleEvaluators.Choose([usual, usual]).Name);
        Assert.Equal(
            new EvaluatorChoice("scalar", Vector128.IsHardwareAccelerated ? "1596 splits in 4 trees: more than 256 leaves in an average tree" : "no vector instructions"),
            EnsembleEvaluators.Choose([wide]));
    }

    private static void AssertScoresAsAlone(EnsembleGroup group, float[] columns, int rows)
    {
        const double Untouched = 99;
        int scoreStride = rows + 1;
        var scores = new double[group.Ensembles.Count * scoreStride];
        Array.Fill(scores, Untouched);
        group.Evaluate(columns, rows + 3, rows, scores, scoreStride);
        var alone = new double[rows];
        for (int ensemble = 0; ensemble < group.Ensembles.Count; ensemble++)
        {
            new ScalarEvaluator(group.Ensembles[ensemble]).Evaluate(columns, rows + 3, rows, alone);
            var own = scores.AsSpan(ensemble * scoreStride, scoreStride);
            Assert.Equal(alone.Select(BitConverter.DoubleToInt64Bits), own[..rows].ToArray().Select(BitConverter.DoubleToInt64Bits));
            Assert.Equal(Untouched, own[rows]);
        }
    }
}
