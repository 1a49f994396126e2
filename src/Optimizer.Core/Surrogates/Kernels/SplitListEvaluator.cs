using System.Runtime.Intrinsics;

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
    private readonly SplitList _list;
    private readonly int _vectorBits;
    private BlockScratch? _idle;

    /// <param name="ensemble">The ensemble; copied into the compiled form, yet kept for trees that are walked.</param>
    /// <param name="vectorBits">128, 256 or 512. Widths the machine lacks work but are emulated and slow.</param>
    /// <exception cref="ArgumentException">Another width, or a malformed ensemble, see <see cref="EnsembleChecks.Validate"/>.</exception>
    public SplitListEvaluator(TreeEnsemble ensemble, int vectorBits)
    {
        EnsembleChecks.Validate(ensemble);
        Name = vectorBits switch
        {
            128 => Lanes128.KernelName,
            256 => Lanes256.KernelName,
            512 => Lanes512.KernelName,
            _ => throw new ArgumentException($"Found a vector width of {vectorBits} bits, expected 128, 256 or 512.", nameof(vectorBits)),
        };
        _vectorBits = vectorBits;
        _list = new SplitList(ensemble);
        _idle = new BlockScratch(_list.Planes.Length);
    }

    public string Name { get; }

    public TreeEnsemble Ensemble => _list.Ensemble;

    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores)
    {
        BatchShape.Check(Ensemble, columns, stride, rows, scores);
        BlockScratch scratch = Interlocked.Exchange(ref _idle, null) ?? new BlockScratch(_list.Planes.Length);
        for (int first = 0; first < rows; first += SplitList.BlockRows)
        {
            int count = Math.Min(SplitList.BlockRows, rows - first);
            ScoreBlock(scratch, columns, stride, first, count);
            scratch.Sums[..count].CopyTo(scores[first..]);
        }

        _idle = scratch;
    }

    // A short tail would fill most of a wide group with padding; the compiled form serves every width, so it takes a narrower one.
    private void ScoreBlock(BlockScratch scratch, ReadOnlySpan<float> columns, int stride, int first, int rows)
    {
        if (_vectorBits == 512 && rows > SplitListKernel<Lanes256, Vector256<sbyte>>.GroupRows)
        {
            SplitListKernel<Lanes512, Vector512<sbyte>>.ScoreBlock(_list, scratch, columns, stride, first, rows);
        }
        else if (_vectorBits >= 256 && rows > SplitListKernel<Lanes128, Vector128<sbyte>>.GroupRows)
        {
            SplitListKernel<Lanes256, Vector256<sbyte>>.ScoreBlock(_list, scratch, columns, stride, first, rows);
        }
        else
        {
            SplitListKernel<Lanes128, Vector128<sbyte>>.ScoreBlock(_list, scratch, columns, stride, first, rows);
        }
    }
}
