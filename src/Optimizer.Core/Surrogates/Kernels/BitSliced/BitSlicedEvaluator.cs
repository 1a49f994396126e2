namespace Optimizer.Surrogates;

/// <summary>
/// Evaluates an ensemble 512 rows at a time, one bit per row: every threshold becomes a plane of 512 answers, every tree
/// a network of gates over them that yields the bits of the leaf's label, and only then rows are looked at
/// apart, to add their leaves in double and in tree order. Bit-equal to <see cref="ScalarEvaluator"/>. Trees of more than 256 leaves are walked
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

    private readonly BitSlicedProgram _program;
    private BitSlicedScratch? _idle;

    /// <exception cref="ArgumentException">The ensemble is malformed, see <see cref="EnsembleChecks.Validate"/>.</exception>
    public BitSlicedEvaluator(TreeEnsemble ensemble)
    {
        EnsembleChecks.Validate(ensemble);
        Ensemble = ensemble;
        _program = BitSlicedCompiler.Compile([ensemble]);
        _idle = new BitSlicedScratch(_program);
    }

    public string Name => KernelName;

    public TreeEnsemble Ensemble { get; }

    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores)
    {
        BatchShape.Check(Ensemble, columns, stride, rows, scores);
        BitSlicedScratch scratch = Interlocked.Exchange(ref _idle, null) ?? new BitSlicedScratch(_program);
        for (int first = 0; first < rows; first += BitSlicedScratch.Rows)
        {
            int count = Math.Min(BitSlicedScratch.Rows, rows - first);
            BitSlicedKernel.Prepare(_program, scratch, columns, stride, first, count);
            BitSlicedKernel.Score(_program, _program.Parts[0], scratch, columns, stride, first, scores.Slice(first, count));
        }

        _idle = scratch;
    }
}
