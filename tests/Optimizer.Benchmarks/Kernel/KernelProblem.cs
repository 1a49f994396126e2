using Microsoft.ML;
using Microsoft.ML.Data;
using Optimizer.Learning;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel;

/// <summary>One trained model and the rows to score, in the form each contender reads best.</summary>
internal sealed class KernelProblem
{
    public const int Features = 16;
    private const int TrainingRows = 20_000;

    private KernelProblem(int trees, int leaves, int rows)
    {
        Trees = trees;
        Leaves = leaves;
        Rows = Uniform(rows, seed: 2);
        var set = TrainingSet(seed: 1);
        var options = new FastTreeOptions { Trees = trees, Leaves = leaves, MinimumRowsPerLeaf = 10, Shrinkage = 0.1 };
        Transformer = FastTreeFit.Fit(set, options);
        Ensemble = FastTreeFlattening.Flatten(Transformer.Model, set);
        Context = new MLContext(1);
        View = FastTreeFit.View(Context, new TreeTrainingSet(Rows, new float[rows]));
        Columns = ToColumns(Rows);
    }

    public int Trees { get; }

    public int Leaves { get; }

    public float[][] Rows { get; }

    public float[] Columns { get; }

    public TreeEnsemble Ensemble { get; }

    public MLContext Context { get; }

    public IDataView View { get; }

    public RegressionPredictionTransformer<Microsoft.ML.Trainers.FastTree.FastTreeRegressionModelParameters> Transformer { get; }

    public static KernelProblem Train(int trees, int leaves, int rows) => new(trees, leaves, rows);

    /// <summary>One of several ensembles over the same features, each from other rows.</summary>
    public static TreeEnsemble TrainBag(int trees, int leaves, int seed) =>
        FastTreeTrainer.Train(TrainingSet(seed + 10), new FastTreeOptions { Trees = trees, Leaves = leaves, MinimumRowsPerLeaf = 10, Shrinkage = 0.1 });

    public static float[] ToColumns(float[][] rows)
    {
        var columns = new float[Features * rows.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            for (int feature = 0; feature < Features; feature++)
            {
                columns[(feature * rows.Length) + row] = rows[row][feature];
            }
        }

        return columns;
    }

    private static TreeTrainingSet TrainingSet(int seed)
    {
        var rows = Uniform(TrainingRows, seed);
        var noise = new Random(3);
        return new TreeTrainingSet(rows, [.. rows.Select(x => (float)(Response(x) + (0.1 * noise.NextDouble())))]);
    }

    // All features matter, so that the trees test all of them.
    private static double Response(float[] x)
    {
        double sum = (10 * Math.Sin(Math.PI * x[0] * x[1])) + (20 * Math.Pow(x[2] - 0.5, 2));
        for (int feature = 3; feature < Features; feature++)
        {
            sum += feature * 0.3 * x[feature] * x[(feature * 7) % Features];
        }

        return sum;
    }

    public static float[][] Uniform(int rows, int seed)
    {
        var random = new Random(seed);
        var values = new float[rows][];
        for (int row = 0; row < rows; row++)
        {
            values[row] = new float[Features];
            for (int feature = 0; feature < Features; feature++)
            {
                values[row][feature] = random.NextSingle();
            }
        }

        return values;
    }
}
