namespace Optimizer.Surrogates;

/// <summary>
/// Row by row, tree by tree, node by node: the reference every other evaluator must equal to the last bit. Stateless, so
/// one instance may serve any number of threads.
/// </summary>
public sealed class ScalarEvaluator : IEnsembleEvaluator
{
    internal const string KernelName = "scalar";

    /// <exception cref="ArgumentException">The ensemble is malformed, see <see cref="EnsembleChecks.Validate"/>.</exception>
    public ScalarEvaluator(TreeEnsemble ensemble)
    {
        EnsembleChecks.Validate(ensemble);
        Ensemble = ensemble;
    }

    public string Name => KernelName;

    public TreeEnsemble Ensemble { get; }

    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores)
    {
        BatchShape.Check(Ensemble, columns, stride, rows, scores);
        for (int row = 0; row < rows; row++)
        {
            scores[row] = Score(Ensemble, columns, stride, row);
        }
    }

    /// <summary>Score of one row: the bias, then one leaf per tree, added in tree order.</summary>
    internal static double Score(TreeEnsemble ensemble, ReadOnlySpan<float> columns, int stride, int row)
    {
        double sum = ensemble.Bias;
        foreach (int root in ensemble.Roots)
        {
            sum += LeafOf(ensemble, root, columns, stride, row);
        }

        return sum;
    }

    internal static double LeafOf(TreeEnsemble ensemble, int root, ReadOnlySpan<float> columns, int stride, int row)
    {
        int node = root;
        while (node >= 0)
        {
            float value = columns[(ensemble.Feature[node] * stride) + row];
            node = value <= ensemble.Threshold[node] ? ensemble.Left[node] : ensemble.Right[node];
        }

        return ensemble.LeafValue[~node];
    }
}
