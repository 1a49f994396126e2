using Microsoft.ML;
using Optimizer.Benchmarks.Kernel.Peers;
using Optimizer.Learning;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel;

/// <summary>Something that scores all rows of a problem into <see cref="Scores"/>.</summary>
/// <param name="Exact">Whether its scores, as floats, must equal the reference's; others must lie within 1e-5 of the scores' range.</param>
internal sealed record KernelContender(string Name, double[] Scores, bool Exact, Action Run)
{
    public const string MlNetAllCores = "ML.NET Transform";
    public const string TwoThreads = ", 2 threads";

    /// <summary>All contenders for a problem, the reference first.</summary>
    public static List<KernelContender> For(KernelProblem problem)
    {
        var contenders = new List<KernelContender> { TransformOnOneThread(problem), Transform(problem), SingleRows(problem) };
        contenders.Add(OnnxPeer.For(problem));
        contenders.Add(LightGbmPeer.For(problem));
        if (CompiledPeer.For(problem) is { } compiled)
        {
            contenders.Add(compiled);
        }

        contenders.AddRange(EnsembleEvaluators.Names.Select(name => Ours(problem, name)));
        contenders.Add(OnTwoThreads(problem, EnsembleEvaluators.Choose([problem.Ensemble]).Name));
        return contenders;
    }

    // The scorer behind Transform, asked row by row: the same getters, without the threads Transform starts on any machine.
    private static KernelContender TransformOnOneThread(KernelProblem problem)
    {
        var scores = new double[problem.Rows.Length];
        var scorer = ((ITransformer)problem.Transformer).GetRowToRowMapper(problem.View.Schema);
        var column = scorer.OutputSchema["Score"];
        return new("ML.NET Transform, 1 thread", scores, Exact: true, () =>
        {
            using var cursor = problem.View.GetRowCursor(scorer.GetDependencies([column]));
            Read(cursor, scorer.GetRow(cursor, [column]), column, scores);
        });
    }

    private static KernelContender Transform(KernelProblem problem)
    {
        var scores = new double[problem.Rows.Length];
        return new(MlNetAllCores, scores, Exact: true, () =>
        {
            var scored = problem.Transformer.Transform(problem.View);
            var column = scored.Schema["Score"];
            using var cursor = scored.GetRowCursor([column]);
            Read(cursor, cursor, column, scores);
        });
    }

    private static void Read(DataViewRowCursor cursor, DataViewRow scored, DataViewSchema.Column column, double[] scores)
    {
        var read = scored.GetGetter<float>(column);
        float score = 0;
        for (int row = 0; cursor.MoveNext(); row++)
        {
            read(ref score);
            scores[row] = score;
        }
    }

    private static KernelContender SingleRows(KernelProblem problem)
    {
        var scores = new double[problem.Rows.Length];
        var predictor = problem.Context.Model.CreatePredictionEngine<FastTreeFit.TrainingRow, Prediction>(
            problem.Transformer, inputSchemaDefinition: FastTreeFit.Schema(KernelProblem.Features));
        var input = new FastTreeFit.TrainingRow();
        var output = new Prediction();
        return new("ML.NET PredictionEngine", scores, Exact: true, () =>
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
        return new(name, scores, Exact: true, () => evaluator.Evaluate(problem.Columns, scores.Length, scores.Length, scores));
    }

    // Whole blocks per thread; one instance serves both.
    private static KernelContender OnTwoThreads(KernelProblem problem, string name)
    {
        var scores = new double[problem.Rows.Length];
        int half = scores.Length / 2;
        var evaluator = EnsembleEvaluators.Create(problem.Ensemble, name);
        return new(name + TwoThreads, scores, Exact: true, () => Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, part =>
            evaluator.Evaluate(problem.Columns.AsSpan(part * half), scores.Length, half, scores.AsSpan(part * half))));
    }

    private sealed class Prediction
    {
        public float Score { get; set; }
    }
}
