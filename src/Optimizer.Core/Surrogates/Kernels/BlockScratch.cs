using System.Runtime.InteropServices;

namespace Optimizer.Surrogates;

/// <summary>
/// Work space of one block. One pinned buffer whose parts start on cache lines: a vector load that straddles two lines
/// costs double, and every load of the kernel is a vector load.
/// </summary>
internal sealed class BlockScratch
{
    private const int Line = 64;
    private const int Rows = SplitList.BlockRows;
    private const int SumBytes = Rows * sizeof(double);
    private const int ValueBytes = Rows * sizeof(float);

    private readonly byte[] _buffer;
    private readonly int _start;
    private readonly int _rankBytes;

    public BlockScratch(int planes)
    {
        _rankBytes = planes * Rows;
        _buffer = GC.AllocateArray<byte>(SumBytes + ValueBytes + Rows + _rankBytes + Line, pinned: true);
        _start = (int)((Line - (Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 0) % Line)) % Line);
    }

    public Span<double> Sums => MemoryMarshal.Cast<byte, double>(_buffer.AsSpan(_start, SumBytes));

    public Span<float> Values => MemoryMarshal.Cast<byte, float>(_buffer.AsSpan(_start + SumBytes, ValueBytes));

    public Span<byte> Labels => _buffer.AsSpan(_start + SumBytes + ValueBytes, Rows);

    /// <summary>Ranks, plane after plane, a block of rows each.</summary>
    public Span<sbyte> Ranks => MemoryMarshal.Cast<byte, sbyte>(_buffer.AsSpan(_start + SumBytes + ValueBytes + Rows, _rankBytes));
}
