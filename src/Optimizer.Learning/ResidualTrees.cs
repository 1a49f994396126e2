using Optimizer.Alignment;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>Boosted trees on what the backbone leaves over, used only as far as they predicted later data better.</summary>
internal static class ResidualTrees
{
    /// <returns>The trees trained on all rows, the share of them to use, and their out-of-time skill; no trees when they did not help.</returns>
    public static (TreeEnsemble? Trees, double Weight, double Skill) Train(
        BackboneFit earlier, BackboneFit all, IReadOnlyList<TrainingRow> rows, double[] targets, int start, LearningOptions options)
    {
        if (start < 4 * options.MinimumRowsPerLeaf || rows.Count - start < options.MinimumRowsPerLeaf)
        {
            return (null, 0, 0);
        }

        var trial = Fit([.. rows.Take(start)], earlier.Residuals, options);
        double[] predicted = Score(trial, [.. rows.Skip(start)]);
        double[] left = LevelFree(earlier, rows, targets, start);
        double product = 0, square = 0, total = 0;
        for (int n = 0; n < left.Length; n++)
        {
            product += left[n] * predicted[n];
            square += predicted[n] * predicted[n];
            total += left[n] * left[n];
        }

        double weight = square > 0 ? Math.Clamp(product / square, 0, 1) : 0;
        double skill = total > 0 ? ((2 * weight * product) - (weight * weight * square)) / total : 0;
        return skill < options.MinimumTreeSkill ? (null, 0, skill) : (Fit(rows, all.Residuals, options), weight, skill);
    }

    // The level drifts and is followed by the bias state, so it must not count for or against the trees.
    private static double[] LevelFree(BackboneFit fit, IReadOnlyList<TrainingRow> rows, double[] targets, int start)
    {
        var terms = new double[fit.Backbone.TermCount];
        var left = new double[rows.Count - start];
        for (int n = 0; n < left.Length; n++)
        {
            fit.Backbone.Standardise(rows[start + n].Inputs, terms);
            left[n] = targets[start + n] - fit.Backbone.Mean(terms);
        }

        double mean = left.Average();
        return [.. left.Select(v => v - mean)];
    }

    private static TreeEnsemble Fit(IReadOnlyList<TrainingRow> rows, double[] residuals, LearningOptions options) => FastTreeTrainer.Train(
        new TreeTrainingSet([.. rows.Select(r => r.Inputs.Select(v => (float)v).ToArray())], [.. residuals.Select(r => (float)r)], null),
        new FastTreeOptions { Trees = options.Trees, Leaves = options.Leaves, MinimumRowsPerLeaf = options.MinimumRowsPerLeaf, Shrinkage = options.Shrinkage, Seed = options.Seed });

    private static double[] Score(TreeEnsemble trees, IReadOnlyList<TrainingRow> rows)
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
}
