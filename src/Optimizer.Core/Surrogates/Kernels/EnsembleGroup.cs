namespace Optimizer.Surrogates;

/// <summary>
/// Several ensembles over the same columns, scored together: all controlled variables of a process and all their bags. What they
/// share is done once per block of rows: values are ranked once, and a threshold that occurs in several trees is decided once. Scores equal those of
/// each ensemble's own evaluator to the last bit. Made by <see cref="EnsembleEvaluators.CreateGroup"/>.
/// <para>
/// One instance may serve any number of threads. It keeps one work space and allocates another only while two threads
/// evaluate at once, so a caller that wants no allocation at all uses one instance per thread.
/// </para>
/// </summary>
public sealed class EnsembleGroup
{
    private readonly IGroupKernel _kernel;
    private readonly int _features;

    internal EnsembleGroup(IReadOnlyList<TreeEnsemble> ensembles, IGroupKernel kernel)
    {
        Ensembles = ensembles;
        _kernel = kernel;
        _features = ensembles.Count == 0 ? 0 : ensembles.Max(ensemble => ensemble.FeatureCount);
    }

    /// <summary>The evaluator's name, one of <see cref="EnsembleEvaluators.Names"/>.</summary>
    public string Name => _kernel.Name;

    public IReadOnlyList<TreeEnsemble> Ensembles { get; }

    /// <summary>
    /// Scores <paramref name="rows"/> rows on every ensemble. Feature <c>f</c> of row <c>r</c> stands at <c>columns[f * stride + r]</c>, its
    /// score on ensemble <c>e</c> at <c>scores[e * scoreStride + r]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A span is shorter than rows, features, ensembles and strides say.</exception>
    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores, int scoreStride)
    {
        BatchShape.Check(_features, Ensembles.Count, columns, stride, rows, scores, scoreStride);
        _kernel.Evaluate(columns, stride, rows, scores, scoreStride);
    }
}
