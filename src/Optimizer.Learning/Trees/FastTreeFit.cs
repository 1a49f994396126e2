using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace Optimizer.Learning;

/// <summary>The ML.NET side of training. Internal: ML.NET types stop here.</summary>
internal static class FastTreeFit
{
    public static RegressionPredictionTransformer<FastTreeRegressionModelParameters> Fit(TreeTrainingSet set, FastTreeOptions options)
    {
        var context = new MLContext(options.Seed);
        var settings = new FastTreeRegressionTrainer.Options
        {
            LabelColumnName = nameof(TrainingRow.Target),
            FeatureColumnName = nameof(TrainingRow.Features),
            ExampleWeightColumnName = set.Weights is null ? null : nameof(TrainingRow.Weight),
            NumberOfTrees = options.Trees,
            NumberOfLeaves = options.Leaves,
            MinimumExampleCountPerLeaf = options.MinimumRowsPerLeaf,
            LearningRate = options.Shrinkage,
            MaximumTreeOutput = options.MaximumLeafValue,
            BaggingSize = options.BaggingFraction < 1 ? 1 : 0,
            BaggingExampleFraction = options.BaggingFraction,
            Seed = options.Seed,
            NumberOfThreads = options.Threads,
        };
        return context.Regression.Trainers.FastTree(settings).Fit(View(context, set));
    }

    /// <summary>The set as ML.NET reads it; also what its predictions run on.</summary>
    public static IDataView View(MLContext context, TreeTrainingSet set)
    {
        var rows = Enumerable.Range(0, set.Rows.Length).Select(row => new TrainingRow
        {
            Features = set.Rows[row],
            Target = set.Targets[row],
            Weight = set.Weights?[row] ?? 1,
        }).ToArray();
        return context.Data.LoadFromEnumerable(rows, Schema(set.FeatureCount));
    }

    public static SchemaDefinition Schema(int features)
    {
        var schema = SchemaDefinition.Create(typeof(TrainingRow));
        schema[nameof(TrainingRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        return schema;
    }

    internal sealed class TrainingRow
    {
        public float[] Features { get; set; } = [];

        public float Target { get; set; }

        public float Weight { get; set; }
    }
}
