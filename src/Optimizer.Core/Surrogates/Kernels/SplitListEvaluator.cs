namespace Optimizer.Surrogates;

/// <summary>
/// Evaluates an ensemble over rank bytes: values become ranks among the ensemble's own thresholds once per block of 512
/// rows, then every tree is a list of byte compares and blends. Bit-equal to <see cref="ScalarEvaluator"/>. Trees of more than
/// 256 leaves are walked row by row within the block; features of more than 255 thresholds take several rank planes.
/// <para>
/// One instance may serve any number of threads. It keeps one work space and allocates another only while two
/// threads evaluate at once, so a caller that wants no allocation at all uses one instance per thread.
/// </para>
/// </summary>
public sealed class SplitListEvaluator : IEnsembleEvaluator
{
    private readonly SplitListGroup _group;

    /// <param name="ensemble">The ensemble; copied into the compiled form, yet kept for trees that are walked.</param>
    /// <param name="vectorBits">128, 256 or 512. Widths the machine lacks work but are emulated and slow.</param>
    /// <exception cref="ArgumentException">Another width, or a malformed ensemble, see <see cref="EnsembleChecks.Validate"/>.</exception>
    public SplitListEvaluator(TreeEnsemble ensemble, int vectorBits)
    {
        EnsembleChecks.Validate(ensemble);
        Ensemble = ensemble;
        _group = new SplitListGroup([ensemble], vectorBits);
    }

    public string Name => _group.Name;

    public TreeEnsemble Ensemble { get; }

    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores)
    {
        BatchShape.Check(Ensemble, columns, stride, rows, scores);
        _group.Evaluate(columns, stride, rows, scores, rows);
    }
}
