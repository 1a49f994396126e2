using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>Split lists of one or several ensembles over the same rank planes.</summary>
internal sealed class SplitListGroup : IGroupKernel
{
    private readonly RankPlane[] _planes;
    private readonly SplitList[] _lists;
    private readonly int _vectorBits;
    private BlockScratch? _idle;

    /// <exception cref="ArgumentException">Another width than 128, 256 or 512.</exception>
    public SplitListGroup(IReadOnlyList<TreeEnsemble> ensembles, int vectorBits)
    {
        Name = vectorBits switch
        {
            128 => Lanes128.KernelName,
            256 => Lanes256.KernelName,
            512 => Lanes512.KernelName,
            _ => throw new ArgumentException($"Found a vector width of {vectorBits} bits, expected 128, 256 or 512.", nameof(vectorBits)),
        };
        _vectorBits = vectorBits;
        var planes = new RankPlaneSet(ensembles);
        _planes = planes.Planes;
        _lists = [.. ensembles.Select(ensemble => new SplitList(ensemble, planes))];
        _idle = new BlockScratch(_planes.Length);
    }

    public string Name { get; }

    public void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores, int scoreStride)
    {
        BlockScratch scratch = Interlocked.Exchange(ref _idle, null) ?? new BlockScratch(_planes.Length);
        for (int first = 0; first < rows; first += SplitList.BlockRows)
        {
            int count = Math.Min(SplitList.BlockRows, rows - first);

            // A short tail would fill most of a wide group with padding; the compiled form serves every width, so it takes a narrower one.
            if (_vectorBits == 512 && count > SplitListKernel<Lanes256, Vector256<sbyte>>.GroupRows)
            {
                ScoreBlock<Lanes512, Vector512<sbyte>>(scratch, columns, stride, first, count, scores, scoreStride);
            }
            else if (_vectorBits >= 256 && count > SplitListKernel<Lanes128, Vector128<sbyte>>.GroupRows)
            {
                ScoreBlock<Lanes256, Vector256<sbyte>>(scratch, columns, stride, first, count, scores, scoreStride);
            }
            else
            {
                ScoreBlock<Lanes128, Vector128<sbyte>>(scratch, columns, stride, first, count, scores, scoreStride);
            }
        }

        _idle = scratch;
    }

    private void ScoreBlock<TLanes, TBytes>(
        BlockScratch scratch, ReadOnlySpan<float> columns, int stride, int first, int rows, Span<double> scores, int scoreStride)
        where TLanes : IVectorLanes<TBytes>
        where TBytes : struct
    {
        SplitListKernel<TLanes, TBytes>.RankBlock(_planes, scratch, columns, stride, first, rows);
        for (int list = 0; list < _lists.Length; list++)
        {
            SplitListKernel<TLanes, TBytes>.ScoreBlock(_lists[list], scratch, columns, stride, first, rows);
            scratch.Sums[..rows].CopyTo(scores[((list * scoreStride) + first)..]);
        }
    }
}
