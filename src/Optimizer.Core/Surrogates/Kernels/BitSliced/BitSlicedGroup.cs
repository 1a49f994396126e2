namespace Optimizer.Surrogates;

/// <summary>One bit-sliced program for one or several ensembles.</summary>
internal sealed class BitSlicedGroup : IGroupKernel
{
    private readonly BitSlicedProgram _program;
    private BitSlicedScratch? _idle;

    public BitSlicedGroup(IReadOnlyList<TreeEnsemble> ensembles)
    {
        _program = BitSlicedCompiler.Compile(ensembles);
        _idle = new BitSlicedScratch(_program);
    }

    public string Name => BitSlicedEvaluator.KernelName;

    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores, int scoreStride)
    {
        BitSlicedScratch scratch = Interlocked.Exchange(ref _idle, null) ?? new BitSlicedScratch(_program);
        for (int first = 0; first < rows; first += BitSlicedScratch.Rows)
        {
            int count = Math.Min(BitSlicedScratch.Rows, rows - first);
            BitSlicedKernel.Prepare(_program, scratch, columns, stride, first, count);
            for (int part = 0; part < _program.Parts.Length; part++)
            {
                BitSlicedKernel.Score(_program, _program.Parts[part], scratch, columns, stride, first, scores.Slice((part * scoreStride) + first, count));
            }
        }

        _idle = scratch;
    }
}
