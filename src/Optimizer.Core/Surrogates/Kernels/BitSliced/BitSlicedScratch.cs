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
    private readonly int _rankBytes;
    private readonly int _planeBytes;

    public BitSlicedScratch(BitSlicedProgram program)
    {
        _rankBytes = program.RankPlanes.Length * Rows;
        _planeBytes = program.PlaneCount * PlaneBytes;
        _buffer = GC.AllocateArray<byte>(SumBytes + ValueBytes + LabelBytes + _rankBytes + _planeBytes + Line, pinned: true);
        _start = (int)((Line - (Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 0) % Line)) % Line);
        Planes[(MuxBuilder.Ones * PlaneBytes)..((MuxBuilder.Ones + 1) * PlaneBytes)].Fill(byte.MaxValue);
    }

    public Span<double> Sums => MemoryMarshal.Cast<byte, double>(Part(0, SumBytes));

    public Span<float> Values => MemoryMarshal.Cast<byte, float>(Part(SumBytes, ValueBytes));

    /// <summary>Labels of the trees of a run, a block of rows each.</summary>
    public Span<byte> Labels => Part(SumBytes + ValueBytes, LabelBytes);

    /// <summary>Ranks, plane after plane, a block of rows each.</summary>
    public Span<sbyte> Ranks => MemoryMarshal.Cast<byte, sbyte>(Part(SumBytes + ValueBytes + LabelBytes, _rankBytes));

    public Span<byte> Planes => Part(SumBytes + ValueBytes + LabelBytes + _rankBytes, _planeBytes);

    private Span<byte> Part(int offset, int bytes) => _buffer.AsSpan(_start + offset, bytes);
}
