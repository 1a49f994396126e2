using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimizer.Surrogates;

/// <summary>Turns the regions of a tree into one label byte per row, in the order of <see cref="BitSlicedLayout"/>.</summary>
internal static class LabelTranspose
{
    private const int Part = 32;

    /// <summary>Whether this machine has the instructions that make the whole design pay.</summary>
    public static bool IsAccelerated => Avx512BW.IsSupported && Gfni.V512.IsSupported && Vector512.IsHardwareAccelerated;

    /// <param name="regions">First region of the tree: by label, the rows that carry it. Disjoint; together all rows.</param>
    /// <param name="count">Number of regions, 32, 64 or 256.</param>
    /// <param name="labels">Receives a block of labels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ref byte regions, int count, ref byte labels)
    {
        Gather(ref regions, out var p0, out var p1, out var p2, out var p3, out var p4, out _);
        var p5 = Vector512<byte>.Zero;
        var p6 = p5;
        var p7 = p5;
        for (int part = 1; part < count / Part; part++)
        {
            Gather(ref Unsafe.Add(ref regions, part * Part * BitSlicedScratch.PlaneBytes), out var q0, out var q1, out var q2, out var q3, out var q4, out var any);
            (p0, p1, p2, p3, p4) = (p0 | q0, p1 | q1, p2 | q2, p3 | q3, p4 | q4);
            p5 |= (part & 1) == 0 ? Vector512<byte>.Zero : any;
            p6 |= (part & 2) == 0 ? Vector512<byte>.Zero : any;
            p7 |= (part & 4) == 0 ? Vector512<byte>.Zero : any;
        }

        if (IsAccelerated)
        {
            Interleave(
                Avx512BW.UnpackLow(p7, p6), Avx512BW.UnpackLow(p5, p4), Avx512BW.UnpackLow(p3, p2), Avx512BW.UnpackLow(p1, p0), ref labels, 0);
            Interleave(
                Avx512BW.UnpackHigh(p7, p6), Avx512BW.UnpackHigh(p5, p4), Avx512BW.UnpackHigh(p3, p2), Avx512BW.UnpackHigh(p1, p0), ref labels, 256);
        }
        else
        {
            RowByRow([p0, p1, p2, p3, p4, p5, p6, p7], ref labels);
        }
    }

    // Bit by bit of the label: the rows whose label has that bit set. `any` is where any of the 32 regions is set.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(
        ref byte regions, out Vector512<byte> p0, out Vector512<byte> p1, out Vector512<byte> p2, out Vector512<byte> p3, out Vector512<byte> p4, out Vector512<byte> any)
    {
        p0 = p1 = Vector512<byte>.Zero;
        var four0 = Four(ref regions, 0, ref p0, ref p1);
        var four1 = Four(ref regions, 4, ref p0, ref p1);
        var four2 = Four(ref regions, 8, ref p0, ref p1);
        var four3 = Four(ref regions, 12, ref p0, ref p1);
        var four4 = Four(ref regions, 16, ref p0, ref p1);
        var four5 = Four(ref regions, 20, ref p0, ref p1);
        var four6 = Four(ref regions, 24, ref p0, ref p1);
        var four7 = Four(ref regions, 28, ref p0, ref p1);
        p2 = four1 | four3 | four5 | four7;
        p3 = four2 | four3 | four6 | four7;
        p4 = four4 | four5 | four6 | four7;
        any = p2 | p3 | p4 | four0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Four(ref byte regions, nuint first, ref Vector512<byte> p0, ref Vector512<byte> p1)
    {
        var r0 = Vector512.LoadUnsafe(ref regions, first * BitSlicedScratch.PlaneBytes);
        var r1 = Vector512.LoadUnsafe(ref regions, (first + 1) * BitSlicedScratch.PlaneBytes);
        var r2 = Vector512.LoadUnsafe(ref regions, (first + 2) * BitSlicedScratch.PlaneBytes);
        var r3 = Vector512.LoadUnsafe(ref regions, (first + 3) * BitSlicedScratch.PlaneBytes);
        p0 = p0 | r1 | r3;
        p1 = p1 | r2 | r3;
        return r0 | r1 | r2 | r3;
    }

    private static void RowByRow(ReadOnlySpan<Vector512<byte>> planes, ref byte labels)
    {
        var bytes = MemoryMarshal.AsBytes(planes);
        for (int row = 0; row < BitSlicedScratch.Rows; row++)
        {
            int label = 0;
            for (int bit = 0; bit < planes.Length; bit++)
            {
                label |= ((bytes[(bit * BitSlicedScratch.PlaneBytes) + (row / 8)] >> (row % 8)) & 1) << bit;
            }

            Unsafe.Add(ref labels, BitSlicedLayout.LabelOfRow[row]) = (byte)label;
        }
    }

    // Three levels of interleaving bring the eight bytes that eight planes have for the same eight rows together; taken as an
    // 8 x 8 bit matrix, its product with the unit vectors is its transpose. The matrix's first row comes from its last byte, hence planes from the last to the first.
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
