namespace Optimizer.Surrogates;

/// <summary>
/// Evaluates an ensemble 512 rows at a time, one bit per row: every threshold becomes a plane of 512 answers, every tree
/// splits the plane of all rows by them until each leaf has the plane of its own rows, and only then rows are looked at
/// one by one, to add their leaves in double and in tree order. Bit-equal to <see cref="ScalarEvaluator"/>. Trees of more than 256 leaves are walked
/// row by row within the block; features of more than 255 thresholds take several rank planes.
/// <para>
/// Needs AVX-512BW and GFNI to be fast, answers the same anywhere. One instance may serve any number of threads. It keeps one
/// work space and allocates another only while two threads evaluate at once, so a caller that wants no allocation at all
/// uses one instance per thread.
/// </para>
/// </summary>
public sealed class BitSlicedEvaluator : IEnsembleEvaluator
{
    internal const string KernelName = "bit-sliced-512";

    private readonly BitSlicedGroup _group;

    /// <exception cref="ArgumentException">The ensemble is malformed, see <see cref="EnsembleChecks.Validate"/>.</exception>
    public BitSlicedEvaluator(TreeEnsemble ensemble)
    {
        EnsembleChecks.Validate(ensemble);
        Ensemble = ensemble;
        _group = new BitSlicedGroup([ensemble]);
    }

    public string Name => KernelName;

    public TreeEnsemble Ensemble { get; }

    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores)
    {
        BatchShape.Check(Ensemble, columns, stride, rows, scores);
        _group.Evaluate(columns, stride, rows, scores, rows);
    }
}
