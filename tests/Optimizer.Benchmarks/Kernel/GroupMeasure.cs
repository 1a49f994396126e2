using Optimizer.Learning;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel;

/// <summary>
/// What scoring several ensembles over the same rows together saves: <see cref="TimesAlone"/> is the time of one after another over that of the
/// group, with the same evaluator on one thread.
/// </summary>
internal sealed record GroupMeasure(string Evaluator, int Ensembles, int Trees, int Leaves, double TimesAlone)
{
    private const int Count = 6;
    private const int EachTrees = 100;
    private const int EachLeaves = 8;

    /// <summary>Six small ensembles, as the bags of two controlled variables are.</summary>
    public static GroupMeasure Run(int rows, int turnCount)
    {
        TreeEnsemble[] ensembles = [.. Enumerable.Range(1, Count).Select(seed => KernelProblem.TrainBag(EachTrees, EachLeaves, seed))];
        float[] columns = KernelProblem.ToColumns(KernelProblem.Uniform(rows, seed: 2));
        var group = EnsembleEvaluators.CreateGroup(ensembles);
        IEnsembleEvaluator[] alone = [.. ensembles.Select(ensemble => EnsembleEvaluators.Create(ensemble, group.Name))];
        double[] together = new double[Count * rows], apart = new double[Count * rows];
        Action[] contenders =
        [
            () => group.Evaluate(columns, rows, rows, together, rows),
            () =>
            {
                for (int k = 0; k < Count; k++)
                {
                    alone[k].Evaluate(columns, rows, rows, apart.AsSpan(k * rows));
                }
            },
        ];
        InterleavedTiming.Run(contenders, turnCount);
        if (!together.AsSpan().SequenceEqual(apart))
        {
            throw new InvalidOperationException("A group's scores differ from those of its ensembles alone; not timed.");
        }

        Turn[][] turns = InterleavedTiming.Run(contenders, turnCount);
        return new GroupMeasure(group.Name, Count, EachTrees, EachLeaves, InterleavedTiming.MedianRatio(turns[1], turns[0]));
    }
}
