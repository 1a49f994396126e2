using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace Optimizer.Benchmarks.Learning;

/// <summary>Tree ensembles of ML.NET alone, with settings for small data: 100 trees, at least ten rows in a leaf.</summary>
internal static class TreePeer
{
    private const int Trees = 100, LeastRows = 10, Seed = 1;

    public static readonly IReadOnlyList<(string Name, Func<MLContext, IEstimator<ITransformer>> Create)> All =
    [
        ("FastTree", c => c.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options
        {
            LabelColumnName = nameof(Row.Target), FeatureColumnName = nameof(Row.Features), NumberOfTrees = Trees, NumberOfLeaves = 8,
            MinimumExampleCountPerLeaf = LeastRows, LearningRate = 0.1, NumberOfThreads = 1, Seed = Seed,
        })),
        ("FastForest", c => c.Regression.Trainers.FastForest(new FastForestRegressionTrainer.Options
        {
            LabelColumnName = nameof(Row.Target), FeatureColumnName = nameof(Row.Features), NumberOfTrees = Trees, NumberOfLeaves = 20,
            MinimumExampleCountPerLeaf = LeastRows, NumberOfThreads = 1, Seed = Seed,
        })),
        ("LightGBM", c => c.Regression.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
        {
            LabelColumnName = nameof(Row.Target), FeatureColumnName = nameof(Row.Features), NumberOfIterations = Trees, NumberOfLeaves = 8,
            MinimumExampleCountPerLeaf = LeastRows, LearningRate = 0.1, NumberOfThreads = 1, Seed = Seed, Deterministic = true, Verbose = false,
        })),
    ];

    /// <summary>A model of the first <paramref name="start"/> rows.</summary>
    public static Func<IEnumerable<double[]>, double[]> Train(Func<MLContext, IEstimator<ITransformer>> create, double[][] features, double[] targets, int start)
    {
        // Boosting starts from 0 and FastTree bounds a leaf: the mean is taken off first.
        double mean = targets.Take(start).Average();
        var context = new MLContext(Seed);
        var model = create(context).Fit(View(context, features.Take(start).Zip(targets, (f, t) => new Row { Features = Single(f), Target = (float)(t - mean) })));
        return rows => [.. model.Transform(View(context, rows.Select(f => new Row { Features = Single(f) }))).GetColumn<float>("Score").Select(s => mean + s)];
    }

    public static double[] Predict(Func<MLContext, IEstimator<ITransformer>> create, PeerRows rows) =>
        Train(create, rows.Features, rows.Targets, rows.Start)(rows.Features.Skip(rows.Start));

    private static float[] Single(double[] values) => [.. values.Select(v => (float)v)];

    private static IDataView View(MLContext context, IEnumerable<Row> rows)
    {
        Row[] all = [.. rows];
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, all[0].Features.Length);
        return context.Data.LoadFromEnumerable(all, schema);
    }

    internal sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Target { get; set; }
    }
}
