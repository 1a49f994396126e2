using Microsoft.ML;
using Optimizer.Learning;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel;

/// <summary>Something that scores all rows of a problem into <see cref="Scores"/>.</summary>
internal sealed record KernelContender(string Name, double[] Scores, Action Run)
{
    public const string MlNetTransform = "ML.NET Transform";

    /// <summary>All contenders for a problem, ML.NET Transform first.</summary>
    public static List<KernelContender> For(KernelProblem problem)
    {
        var contenders = new List<KernelContender> { Transform(problem), SingleRows(problem) };
        contenders.AddRange(EnsembleEvaluators.Names.Select(name => Ours(problem, name)));
        return contenders;
    }

    private static KernelContender Transform(KernelProblem problem)
    {
        var scores = new double[problem.Rows.Length];
        return new(MlNetTransform, scores, () =>
        {
            var scored = problem.Transformer.Transform(problem.View);
            var column = scored.Schema["Score"];
            using var cursor = scored.GetRowCursor([column]);
            var read = cursor.GetGetter<float>(column);
            float score = 0;
            for (int row = 0; cursor.MoveNext(); row++)
            {
                read(ref score);
                scores[row] = score;
            }
        });
    }

    private static KernelContender SingleRows(KernelProblem problem)
    {
        var scores = new double[problem.Rows.Length];
        var predictor = problem.Context.Model.CreatePredictionEngine<FastTreeFit.TrainingRow, Prediction>(
            problem.Transformer, inputSchemaDefinition: FastTreeFit.Schema(KernelProblem.Features));
        var input = new FastTreeFit.TrainingRow();
        var output = new Prediction();
        return new("ML.NET PredictionEngine", scores, () =>
        {
            for (int row = 0; row < scores.Length; row++)
            {
                input.Features = problem.Rows[row];
                predictor.Predict(input, ref output);
                scores[row] = output.Score;
            }
        });
    }

    private static KernelContender Ours(KernelProblem problem, string name)
    {
        var scores = new double[problem.Rows.Length];
        var evaluator = EnsembleEvaluators.Create(problem.Ensemble, name);
        return new(name, scores, () => evaluator.Evaluate(problem.Columns, scores.Length, scores.Length, scores));
    }

    private sealed class Prediction
    {
        public float Score { get; set; }
    }
}
