namespace Optimizer.Surrogates;

/// <summary>Ensemble by ensemble and row by row.</summary>
internal sealed class ScalarGroup(IReadOnlyList<TreeEnsemble> ensembles) : IGroupKernel
{
    public string Name => ScalarEvaluator.KernelName;

    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores, int scoreStride)
    {
        for (int ensemble = 0; ensemble < ensembles.Count; ensemble++)
        {
            for (int row = 0; row < rows; row++)
            {
                scores[(ensemble * scoreStride) + row] = ScalarEvaluator.Score(ensembles[ensemble], columns, stride, row);
            }
        }
    }
}
