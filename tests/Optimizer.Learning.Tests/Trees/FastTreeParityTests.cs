using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Optimizer.Surrogates;
using Xunit;

namespace Optimizer.Learning.Tests.Trees;

public class FastTreeParityTests
{
    private static readonly FastTreeOptions Options = new() { Trees = 60, Leaves = 20, MinimumRowsPerLeaf = 5, Shrinkage = 0.2 };

    [Theory]
    [InlineData(1.0, false)]
    [InlineData(1.0, true)]
    [InlineData(0.6, false)]
    [InlineData(0.6, true)]
    public void TrainedModel_EveryEvaluator_PredictsAsMlNetToTheLastBit(double baggingFraction, bool weighted)
    {
        var set = TrainingSets.Noisy(1500, 5, seed: 3, weighted);
        var options = Options with { BaggingFraction = baggingFraction };
        var transformer = FastTreeFit.Fit(set, options);
        var ensemble = FastTreeFlattening.Flatten(transformer.Model, set);
        Assert.Equal(60, ensemble.TreeCount);

        var probes = new TreeTrainingSet([.. Probes(ensemble, 2000)], new float[2000]);
        AssertParity(ensemble, transformer, probes.Rows, FastTreeFit.View(new MLContext(1), probes));
    }

    [Fact]
    public void NanAndInfiniteInputs_EveryEvaluator_PredictsAsMlNetToTheLastBit()
    {
        var set = TrainingSets.Noisy(1500, 5, seed: 4);
        var transformer = FastTreeFit.Fit(set, Options);
        var ensemble = FastTreeFlattening.Flatten(transformer.Model, set);
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -0f, float.Epsilon];
        var random = new Random(5);
        var rows = Probes(ensemble, 1000).ToArray();
        foreach (float[] row in rows)
        {
            row[random.Next(row.Length)] = odd[random.Next(odd.Length)];
            row[random.Next(row.Length)] = odd[random.Next(odd.Length)];
        }

        var context = new MLContext(1);
        var view = context.Data.LoadFromEnumerable(
            rows.Select(row => new FastTreeFit.TrainingRow { Features = row }), FastTreeFit.Schema(5));
        AssertParity(ensemble, transformer, rows, view);
    }

    /// <summary>Half the values are exactly thresholds of the model, half lie between and beyond.</summary>
    private static IEnumerable<float[]> Probes(TreeEnsemble ensemble, int rows)
    {
        var random = new Random(17);
        var thresholds = Enumerable.Range(0, ensemble.FeatureCount)
            .Select(feature => ensemble.Threshold.Where((_, node) => ensemble.Feature[node] == feature).ToArray()).ToArray();
        for (int row = 0; row < rows; row++)
        {
            yield return [.. thresholds.Select(own => random.Next(2) == 0 && own.Length > 0
                ? own[random.Next(own.Length)]
                : (float)((random.NextDouble() * 12) - 6))];
        }
    }

    private static void AssertParity(
        TreeEnsemble ensemble, RegressionPredictionTransformer<FastTreeRegressionModelParameters> transformer, float[][] rows, IDataView view)
    {
        float[] mlNet = [.. transformer.Transform(view).GetColumn<float>("Score")];
        double[] mlNetSums = [.. rows.Select(row => SumOf(transformer.Model, row))];
        foreach (string name in EnsembleEvaluators.Names)
        {
            var scores = new double[rows.Length];
            EnsembleEvaluators.Create(ensemble, name).Evaluate(Columns(rows), rows.Length, rows.Length, scores);
            for (int row = 0; row < rows.Length; row++)
            {
                Assert.Equal(BitConverter.DoubleToInt64Bits(mlNetSums[row]), BitConverter.DoubleToInt64Bits(scores[row]));
                Assert.Equal(BitConverter.SingleToInt32Bits(mlNet[row]), BitConverter.SingleToInt32Bits((float)scores[row]));
            }
        }
    }

    // The double sum before ML.NET narrows it to float is not public.
    private static double SumOf(FastTreeRegressionModelParameters model, float[] row)
    {
        const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        object trees = model.GetType().GetProperty("TrainedEnsemble", Hidden)!.GetValue(model)!;
        var sum = trees.GetType().GetMethod("GetOutput", Hidden, [typeof(VBuffer<float>).MakeByRefType()])!;
        return (double)sum.Invoke(trees, [new VBuffer<float>(row.Length, row)])!;
    }

    private static float[] Columns(float[][] rows)
    {
        int features = rows[0].Length;
        var columns = new float[features * rows.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            for (int feature = 0; feature < features; feature++)
            {
                columns[(feature * rows.Length) + row] = rows[row][feature];
            }
        }

        return columns;
    }
}
