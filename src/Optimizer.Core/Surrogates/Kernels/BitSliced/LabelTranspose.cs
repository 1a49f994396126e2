using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimizer.Surrogates;

/// <summary>Turns the eight bit planes of a tree's labels into one byte per row, in the order of <see cref="BitSlicedLayout"/>.</summary>
internal static class LabelTranspose
{
    /// <summary>Whether this machine has the instructions that make the whole design pay.</summary>
    public static bool IsAccelerated => Avx512BW.IsSupported && Gfni.V512.IsSupported;

    /// <param name="planes">First byte of the bit planes.</param>
    /// <param name="offsets">Byte offsets of the eight planes, lowest bit first.</param>
    /// <param name="labels">Receives a block of labels.</param>
    public static void Run(ref byte planes, ReadOnlySpan<int> offsets, ref byte labels)
    {
        if (IsAccelerated)
        {
            RunAccelerated(ref planes, offsets, ref labels);
        }
        else
        {
            RunRowByRow(ref planes, offsets, ref labels);
        }
    }

    private static void RunRowByRow(ref byte planes, ReadOnlySpan<int> offsets, ref byte labels)
    {
        for (int row = 0; row < BitSlicedScratch.Rows; row++)
        {
            int label = 0;
            for (int bit = 0; bit < MuxBuilder.BitsPerRank; bit++)
            {
                label |= ((Unsafe.Add(ref planes, offsets[bit] + (row / 8)) >> (row % 8)) & 1) << bit;
            }

            Unsafe.Add(ref labels, BitSlicedLayout.LabelOfRow[row]) = (byte)label;
        }
    }

    // Three levels of interleaving bring the eight bytes that eight planes have for the same eight rows together; taken as an
    // 8 x 8 bit matrix, its product with the unit vectors is its transpose. The matrix's first row comes from its last byte, hence planes from the last to the first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunAccelerated(ref byte planes, ReadOnlySpan<int> offsets, ref byte labels)
    {
        var p7 = Vector512.LoadUnsafe(ref planes, (nuint)offsets[7]);
        var p6 = Vector512.LoadUnsafe(ref planes, (nuint)offsets[6]);
        var p5 = Vector512.LoadUnsafe(ref planes, (nuint)offsets[5]);
        var p4 = Vector512.LoadUnsafe(ref planes, (nuint)offsets[4]);
        var p3 = Vector512.LoadUnsafe(ref planes, (nuint)offsets[3]);
        var p2 = Vector512.LoadUnsafe(ref planes, (nuint)offsets[2]);
        var p1 = Vector512.LoadUnsafe(ref planes, (nuint)offsets[1]);
        var p0 = Vector512.LoadUnsafe(ref planes, (nuint)offsets[0]);
        Interleave(
            Avx512BW.UnpackLow(p7, p6), Avx512BW.UnpackLow(p5, p4), Avx512BW.UnpackLow(p3, p2), Avx512BW.UnpackLow(p1, p0), ref labels, 0);
        Interleave(
            Avx512BW.UnpackHigh(p7, p6), Avx512BW.UnpackHigh(p5, p4), Avx512BW.UnpackHigh(p3, p2), Avx512BW.UnpackHigh(p1, p0), ref labels, 256);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(
        Vector512<byte> p76, Vector512<byte> p54, Vector512<byte> p32, Vector512<byte> p10, ref byte labels, nuint offset)
    {
        var low7654 = Avx512BW.UnpackLow(p76.AsUInt16(), p54.AsUInt16()).AsUInt32();
        var low3210 = Avx512BW.UnpackLow(p32.AsUInt16(), p10.AsUInt16()).AsUInt32();
        var high7654 = Avx512BW.UnpackHigh(p76.AsUInt16(), p54.AsUInt16()).AsUInt32();
        var high3210 = Avx512BW.UnpackHigh(p32.AsUInt16(), p10.AsUInt16()).AsUInt32();
        Transpose(Avx512F.UnpackLow(low7654, low3210), ref labels, offset);
        Transpose(Avx512F.UnpackHigh(low7654, low3210), ref labels, offset + 64);
        Transpose(Avx512F.UnpackLow(high7654, high3210), ref labels, offset + 128);
        Transpose(Avx512F.UnpackHigh(high7654, high3210), ref labels, offset + 192);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector512<uint> matrices, ref byte labels, nuint offset) => Gfni.V512
        .GaloisFieldAffineTransform(Vector512.Create(0x8040201008040201UL).AsByte(), matrices.AsByte(), 0)
        .StoreUnsafe(ref labels, offset);
}
