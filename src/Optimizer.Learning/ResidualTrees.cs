using Optimizer.Alignment;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>Boosted trees on what the backbone leaves over.</summary>
internal static class ResidualTrees
{
    // Rows of one block share hours and causes: they are drawn together, or every bag would see nearly the same.
    private const int BlockRows = 10;

    public static TreeEnsemble Fit(IReadOnlyList<TrainingRow> rows, double[] residuals, LearningOptions options) => FastTreeTrainer.Train(
        new TreeTrainingSet([.. rows.Select(r => Features(r))], [.. residuals.Select(r => (float)r)], null),
        new FastTreeOptions { Trees = options.Trees, Leaves = options.Leaves, MinimumRowsPerLeaf = options.MinimumRowsPerLeaf, Shrinkage = options.Shrinkage, Seed = options.Seed });

    /// <summary>One ensemble for each resample of the rows, drawn in blocks with replacement.</summary>
    public static IReadOnlyList<TreeEnsemble> Bag(IReadOnlyList<TrainingRow> rows, double[] residuals, LearningOptions options)
    {
        float[][] features = [.. rows.Select(Features)];
        int blocks = Math.Max(1, (rows.Count + BlockRows - 1) / BlockRows);
        return [.. Enumerable.Range(0, options.Bags).Select(b =>
        {
            var random = new Random(unchecked((options.Seed * 1009) + b));
            var drawn = new List<int>(rows.Count);
            while (drawn.Count < rows.Count)
            {
                int block = random.Next(blocks);
                drawn.AddRange(Enumerable.Range(block * BlockRows, Math.Min(BlockRows, rows.Count - (block * BlockRows))));
            }

            drawn.Sort();
            return FastTreeTrainer.Train(
                new TreeTrainingSet([.. drawn.Select(n => features[n])], [.. drawn.Select(n => (float)residuals[n])], null),
                new FastTreeOptions { Trees = options.Trees, Leaves = options.Leaves, MinimumRowsPerLeaf = options.MinimumRowsPerLeaf, Shrinkage = options.Shrinkage, Seed = options.Seed + b });
        })];
    }

    public static double[] Score(TreeEnsemble trees, IReadOnlyList<TrainingRow> rows)
    {
        var evaluator = EnsembleEvaluators.Create(trees);
        var columns = new float[trees.FeatureCount * rows.Count];
        for (int f = 0; f < trees.FeatureCount; f++)
        {
            for (int n = 0; n < rows.Count; n++)
            {
                columns[(f * rows.Count) + n] = (float)rows[n].Inputs[f];
            }
        }

        var scores = new double[rows.Count];
        evaluator.Evaluate(columns, rows.Count, rows.Count, scores);
        return scores;
    }

    private static float[] Features(TrainingRow row) => [.. row.Inputs.Select(v => (float)v)];
}
