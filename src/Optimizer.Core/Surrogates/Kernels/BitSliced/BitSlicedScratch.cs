using System.Runtime.InteropServices;

namespace Optimizer.Surrogates;

/// <summary>Work space of one block of a <see cref="BitSlicedProgram"/>: one pinned buffer, every part on a cache line of its own.</summary>
internal sealed class BitSlicedScratch
{
    public const int Rows = 512;
    public const int PlaneBytes = Rows / 8;

    private const int Line = 64;
    private const int SumBytes = Rows * sizeof(double);
    private const int ValueBytes = Rows * sizeof(float);
    private const int LabelBytes = Rows * BitSlicedProgram.MaxRunTrees;

    private readonly byte[] _buffer;
    private readonly int _start;
    private readonly int _regionBytes;
    private readonly int _thresholdBytes;

    public BitSlicedScratch(BitSlicedProgram program)
    {
        _regionBytes = program.Runs.Select(run => run.Regions).DefaultIfEmpty().Max() * BitSlicedProgram.MaxGroupTrees * PlaneBytes;
        _thresholdBytes = program.FirstThreshold[^1] * PlaneBytes;
        _buffer = GC.AllocateArray<byte>(SumBytes + ValueBytes + Rows + LabelBytes + _regionBytes + _thresholdBytes + Line, pinned: true);
        _start = (int)((Line - (Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 0) % Line)) % Line);
    }

    public Span<double> Sums => MemoryMarshal.Cast<byte, double>(Part(0, SumBytes));

    public Span<float> Values => MemoryMarshal.Cast<byte, float>(Part(SumBytes, ValueBytes));

    /// <summary>Ranks of one rank plane.</summary>
    public Span<sbyte> Ranks => MemoryMarshal.Cast<byte, sbyte>(Part(SumBytes + ValueBytes, Rows));

    /// <summary>Labels of the trees of a run, a block of rows each.</summary>
    public Span<byte> Labels => Part(SumBytes + ValueBytes + Rows, LabelBytes);

    /// <summary>By tree of a group and label: the rows that carry it.</summary>
    public Span<byte> Regions => Part(SumBytes + ValueBytes + Rows + LabelBytes, _regionBytes);

    /// <summary>By threshold: the rows above it, NaN included, which is above all.</summary>
    public Span<byte> Thresholds => Part(SumBytes + ValueBytes + Rows + LabelBytes + _regionBytes, _thresholdBytes);

    private Span<byte> Part(int offset, int bytes) => _buffer.AsSpan(_start + offset, bytes);
}
