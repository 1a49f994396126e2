using System.Globalization;
using Optimizer.Surrogates;
using Xunit;

namespace Optimizer.Learning.Tests.Trees;

public class FastTreeTrainerTests
{
    private static readonly FastTreeOptions Options = new() { Trees = 30, Leaves = 12, MinimumRowsPerLeaf = 5, Shrinkage = 0.2 };

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.7)]
    public void SameSetAndSeed_GiveTheSameArrays(double baggingFraction)
    {
        var options = Options with { BaggingFraction = baggingFraction };
        var first = FastTreeTrainer.Train(TrainingSets.Noisy(800, 4, seed: 1, weighted: true), options);
        var second = FastTreeTrainer.Train(TrainingSets.Noisy(800, 4, seed: 1, weighted: true), options);
        Assert.Equal(EnsembleHash.Compute(first), EnsembleHash.Compute(second));
    }

    [Fact]
    public void OtherSeed_ChangesTheModelOnlyWhenBagging()
    {
        var set = TrainingSets.Noisy(800, 4, seed: 1);
        Assert.Equal(Hash(Options with { Seed = 1 }), Hash(Options with { Seed = 2 }));
        var bagged = Options with { BaggingFraction = 0.7 };
        Assert.NotEqual(Hash(bagged with { Seed = 1 }), Hash(bagged with { Seed = 2 }));

        string Hash(FastTreeOptions options) => EnsembleHash.Compute(FastTreeTrainer.Train(set, options));
    }

    [Fact]
    public async Task TrainingOnSeveralThreadsAtOnce_GivesTheSameModels()
    {
        var set = TrainingSets.Noisy(600, 4, seed: 8);
        string expected = EnsembleHash.Compute(FastTreeTrainer.Train(set, Options));
        var hashes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            Task.Run(() => EnsembleHash.Compute(FastTreeTrainer.Train(set, Options)), TestContext.Current.CancellationToken)));
        Assert.All(hashes, hash => Assert.Equal(expected, hash));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.7)]
    public void MoreThreads_GiveTheSameModel(double baggingFraction)
    {
        // Enough rows and features that ML.NET really deals them out.
        var set = TrainingSets.Noisy(6000, 12, seed: 6, weighted: true);
        var options = Options with { BaggingFraction = baggingFraction };
        string expected = EnsembleHash.Compute(FastTreeTrainer.Train(set, options));
        foreach (int threads in new[] { 2, 3, 8 })
        {
            Assert.Equal(expected, EnsembleHash.Compute(FastTreeTrainer.Train(set, options with { Threads = threads })));
        }
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void AnotherCulture_GivesTheSameModel(string culture)
    {
        var set = TrainingSets.Noisy(600, 4, seed: 9);
        string expected = EnsembleHash.Compute(FastTreeTrainer.Train(set, Options));
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = Culture(culture);
            Assert.Equal(expected, EnsembleHash.Compute(FastTreeTrainer.Train(set, Options)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    // The build knows the invariant culture only: what matters of the others is put in by hand.
    private static CultureInfo Culture(string name)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = name == "ar-SA" ? "\u066B" : ",";
        culture.NumberFormat.NumberGroupSeparator = name == "ar-SA" ? "\u066C" : ".";
        culture.NumberFormat.NegativeSign = name == "tr-TR" ? "\u2212" : "-";
        return culture;
    }

    [Fact]
    public void NonlinearTarget_IsLearned()
    {
        var set = TrainingSets.Noisy(3000, 4, seed: 2);
        var ensemble = FastTreeTrainer.Train(set, Options with { Trees = 100 });
        double mean = set.MeanTarget;
        double total = 0;
        double left = 0;
        for (int row = 0; row < set.Rows.Length; row++)
        {
            total += Math.Pow(set.Targets[row] - mean, 2);
            left += Math.Pow(set.Targets[row] - Score(ensemble, set.Rows[row]), 2);
        }

        Assert.True(left / total < 0.1, $"unexplained share {left / total}");
    }

    [Fact]
    public void Weights_PullTheModelTowardsHeavyRows()
    {
        // Half the rows say 0, half say 1 at the same place: the prediction is the weighted mean.
        var rows = Enumerable.Range(0, 400).Select(row => new[] { row < 200 ? 0f : 1f }).ToArray();
        var targets = Enumerable.Range(0, 400).Select(row => row < 200 ? 5f : row % 2).ToArray();
        var weights = Enumerable.Range(0, 400).Select(row => row % 2 == 0 ? 1f : 3f).ToArray();
        var ensemble = FastTreeTrainer.Train(new TreeTrainingSet(rows, targets, weights), Options with { Trees = 100 });
        Assert.Equal(0.75, Score(ensemble, [1f]), 1e-3);
    }

    [Fact]
    public void ConstantTargets_GiveNoTreeAndTheMeanAsBias()
    {
        var rows = TrainingSets.Noisy(200, 3, seed: 1).Rows;
        var ensemble = FastTreeTrainer.Train(new TreeTrainingSet(rows, [.. rows.Select(_ => 7f)]), Options);
        AssertConstant(ensemble, 7);
    }

    [Fact]
    public void FewerRowsThanTwoLeavesNeed_GiveNoTreeAndTheWeightedMeanAsBias()
    {
        var set = new TreeTrainingSet([[1f], [2f], [3f]], [1f, 2f, 6f], [1f, 1f, 2f]);
        AssertConstant(FastTreeTrainer.Train(set, Options), 3.75);
    }

    [Fact]
    public void OneRow_GivesItsTarget()
    {
        AssertConstant(FastTreeTrainer.Train(new TreeTrainingSet([[1f, 2f]], [4f]), Options with { MinimumRowsPerLeaf = 1 }), 4);
    }

    [Fact]
    public void ConstantFeatures_GiveNoTreeAndTheMeanAsBias()
    {
        var rows = Enumerable.Range(0, 100).Select(_ => new[] { 1f, 2f }).ToArray();
        var targets = Enumerable.Range(0, 100).Select(row => (float)(row % 5)).ToArray();
        AssertConstant(FastTreeTrainer.Train(new TreeTrainingSet(rows, targets), Options), 2);
    }

    [Fact]
    public void OptionOutOfRange_IsRefusedWithWhatWasFound()
    {
        var set = TrainingSets.Noisy(50, 2, seed: 1);
        Assert.Contains("Leaves: found 1, expected 2", Refusal(Options with { Leaves = 1 }));
        Assert.Contains("Trees: found 0", Refusal(Options with { Trees = 0 }));
        Assert.Contains("MinimumRowsPerLeaf: found 0", Refusal(Options with { MinimumRowsPerLeaf = 0 }));
        Assert.Contains("Threads: found 0, expected 1 to 256", Refusal(Options with { Threads = 0 }));
        Assert.Contains("Shrinkage: found 1.5", Refusal(Options with { Shrinkage = 1.5 }));
        Assert.Contains("BaggingFraction: found 0", Refusal(Options with { BaggingFraction = 0 }));
        Assert.Contains("MaximumLeafValue: found NaN", Refusal(Options with { MaximumLeafValue = double.NaN }));

        string Refusal(FastTreeOptions options) => Assert.Throws<ArgumentException>(() => FastTreeTrainer.Train(set, options)).Message;
    }

    [Fact]
    public void MalformedSet_IsRefusedWithWhatWasFound()
    {
        Assert.Contains("no row", Refusal([], []));
        Assert.Contains("Found 1 features in row 1, expected 2", Refusal([[1, 2], [3]], [1, 2]));
        Assert.Contains("Found 1 targets, expected 2", Refusal([[1], [2]], [1]));
        Assert.Contains("feature of row 1 0 to be NaN", Refusal([[1], [float.NaN]], [1, 2]));
        Assert.Contains("target 1 to be", Refusal([[1], [2]], [1, float.PositiveInfinity]));
        Assert.Contains("Found 1 weights, expected 2", Refusal([[1], [2]], [1, 2], [1]));
        Assert.Contains("weight 0 to be -1", Refusal([[1], [2]], [1, 2], [-1, 1]));
        Assert.Contains("all weights to be 0", Refusal([[1], [2]], [1, 2], [0, 0]));

        static string Refusal(float[][] rows, float[] targets, float[]? weights = null) =>
            Assert.Throws<ArgumentException>(() => new TreeTrainingSet(rows, targets, weights)).Message;
    }

    private static void AssertConstant(TreeEnsemble ensemble, double expected)
    {
        Assert.Equal(0, ensemble.TreeCount);
        Assert.Equal(expected, ensemble.Bias, 1e-9);
        Assert.Equal(expected, Score(ensemble, new float[ensemble.FeatureCount]), 1e-9);
    }

    private static double Score(TreeEnsemble ensemble, float[] row)
    {
        var score = new double[1];
        new ScalarEvaluator(ensemble).Evaluate(row, 1, 1, score);
        return score[0];
    }
}
