using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimizer.Surrogates;

/// <summary>
/// Ranks 64 values at once by binary search whose every probe is a look-up in registers: five steps over 31 pivots, a double register of
/// them, then three over the eight thresholds between two pivots, found byte by byte in tables of 256. No gather, no branch.
/// </summary>
internal static class RankSearch
{
    private const int Step = 64;
    private const int Pivots = 32;
    private const int Stride = 8;
    private const int Table = 256;
    private const int TableBytes = Table * sizeof(float);

    public static bool IsSupported => Avx512Vbmi.IsSupported && Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;

    /// <summary>The tables for up to 255 ascending thresholds: pivots, then the first bytes of all thresholds, the second bytes, and so on.</summary>
    public static byte[] Tables(ReadOnlySpan<float> thresholds)
    {
        Span<float> padded = stackalloc float[Table];
        padded.Fill(float.PositiveInfinity);
        thresholds.CopyTo(padded);
        var tables = new byte[(Pivots * sizeof(float)) + TableBytes];
        var pivots = MemoryMarshal.Cast<byte, float>(tables.AsSpan(0, Pivots * sizeof(float)));
        for (int pivot = 0; pivot < Pivots; pivot++)
        {
            pivots[pivot] = thresholds.Length < Pivots ? padded[pivot] : padded[(pivot * Stride) + Stride - 1];
        }

        var bytes = MemoryMarshal.AsBytes(padded);
        for (int place = 0; place < bytes.Length; place++)
        {
            tables[(Pivots * sizeof(float)) + (place % sizeof(float) * Table) + (place / sizeof(float))] = bytes[place];
        }

        return tables;
    }

    /// <param name="plane">The thresholds to rank against.</param>
    /// <param name="values">Values, a multiple of 64.</param>
    /// <param name="ranks">Receives as many ranks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rank(RankPlane plane, ReadOnlySpan<float> values, Span<sbyte> ranks)
    {
        ref byte tables = ref MemoryMarshal.GetArrayDataReference(plane.SearchTables);
        ref byte bytes = ref Unsafe.Add(ref tables, Pivots * sizeof(float));
        var pivots0 = Vector512.LoadUnsafe(ref tables).AsSingle();
        var pivots1 = Vector512.LoadUnsafe(ref tables, Step).AsSingle();
        bool few = plane.Count < Pivots;
        var highest = Vector512.Create((byte)plane.Count);
        ref float value = ref MemoryMarshal.GetReference(values);
        ref sbyte target = ref MemoryMarshal.GetReference(ranks);
        for (nuint row = 0; row < (nuint)values.Length; row += Step)
        {
            // The packs below keep within lanes of 128 bits; values are first brought to where the packs will look for them.
            var v0 = Vector512.LoadUnsafe(ref value, row);
            var v1 = Vector512.LoadUnsafe(ref value, row + 16);
            var v2 = Vector512.LoadUnsafe(ref value, row + 32);
            var v3 = Vector512.LoadUnsafe(ref value, row + 48);
            var low01 = Avx512F.Shuffle4x128(v0, v1, 0b01_00_01_00);
            var high01 = Avx512F.Shuffle4x128(v0, v1, 0b11_10_11_10);
            var low23 = Avx512F.Shuffle4x128(v2, v3, 0b01_00_01_00);
            var high23 = Avx512F.Shuffle4x128(v2, v3, 0b11_10_11_10);
            var x0 = Avx512F.Shuffle4x128(low01, low23, 0b10_00_10_00);
            var x1 = Avx512F.Shuffle4x128(low01, low23, 0b11_01_11_01);
            var x2 = Avx512F.Shuffle4x128(high01, high23, 0b10_00_10_00);
            var x3 = Avx512F.Shuffle4x128(high01, high23, 0b11_01_11_01);
            var rank = Pack(Coarse(x0, pivots0, pivots1), Coarse(x1, pivots0, pivots1), Coarse(x2, pivots0, pivots1), Coarse(x3, pivots0, pivots1));
            if (!few)
            {
                rank = Vector512.ShiftLeft(rank.AsUInt16(), 3).AsByte();
                rank = Fine(rank, 4, ref bytes, x0, x1, x2, x3);
                rank = Fine(rank, 2, ref bytes, x0, x1, x2, x3);
                rank = Fine(rank, 1, ref bytes, x0, x1, x2, x3);
            }

            (Vector512.Min(rank, highest) ^ Vector512.Create((byte)RankPlane.RankOffset)).AsSByte().StoreUnsafe(ref target, row);
        }
    }

    // How many of the first 31 pivots each value is not at or below.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Coarse(Vector512<float> values, Vector512<float> pivots0, Vector512<float> pivots1)
    {
        var count = Vector512<int>.Zero;
        for (int step = Pivots / 2; step > 0; step /= 2)
        {
            var pivot = Avx512F.PermuteVar16x32x2(pivots0, count + Vector512.Create(step - 1), pivots1);
            count = Vector512.ConditionalSelect(
                Avx512F.CompareNotLessThanOrEqual(values, pivot).AsInt32(), count + Vector512.Create(step), count);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Pack(Vector512<int> x0, Vector512<int> x1, Vector512<int> x2, Vector512<int> x3) =>
        Avx512BW.PackSignedSaturate(Avx512BW.PackSignedSaturate(x0, x1), Avx512BW.PackSignedSaturate(x2, x3)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Fine(
        Vector512<byte> rank, byte step, ref byte bytes, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3)
    {
        var index = rank + Vector512.Create((byte)(step - 1));
        var upper = Vector512.LessThan(index.AsSByte(), Vector512<sbyte>.Zero).AsByte();
        var b0 = LookUp(ref bytes, 0, index, upper);
        var b1 = LookUp(ref bytes, Table, index, upper);
        var b2 = LookUp(ref bytes, 2 * Table, index, upper);
        var b3 = LookUp(ref bytes, 3 * Table, index, upper);
        var low01 = Avx512BW.UnpackLow(b0, b1).AsUInt16();
        var high01 = Avx512BW.UnpackHigh(b0, b1).AsUInt16();
        var low23 = Avx512BW.UnpackLow(b2, b3).AsUInt16();
        var high23 = Avx512BW.UnpackHigh(b2, b3).AsUInt16();
        var exceeded = Pack(
            Exceeded(x0, Avx512BW.UnpackLow(low01, low23)),
            Exceeded(x1, Avx512BW.UnpackHigh(low01, low23)),
            Exceeded(x2, Avx512BW.UnpackLow(high01, high23)),
            Exceeded(x3, Avx512BW.UnpackHigh(high01, high23)));
        return rank + (exceeded & Vector512.Create(step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Exceeded(Vector512<float> values, Vector512<ushort> thresholds) =>
        Avx512F.CompareNotLessThanOrEqual(values, thresholds.AsSingle()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> LookUp(ref byte bytes, nuint table, Vector512<byte> index, Vector512<byte> upper) => Vector512.ConditionalSelect(
        upper,
        Avx512Vbmi.PermuteVar64x8x2(Vector512.LoadUnsafe(ref bytes, table + 128), index, Vector512.LoadUnsafe(ref bytes, table + 192)),
        Avx512Vbmi.PermuteVar64x8x2(Vector512.LoadUnsafe(ref bytes, table), index, Vector512.LoadUnsafe(ref bytes, table + 64)));
}
