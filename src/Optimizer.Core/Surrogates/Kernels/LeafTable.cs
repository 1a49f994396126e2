using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimizer.Surrogates;

/// <summary>Turns the labels of a block into leaf values and adds them to the sums of their rows.</summary>
internal static class LeafTable
{
    private const int Step = 8;

    /// <summary>One indexed load per row. Four sums are added at once, because single adds would each wait for their own store.</summary>
    public static void AddOneByOne(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums)
    {
        ref double table = ref Unsafe.AsRef(in leaves[0]);
        for (nuint row = 0; row < (nuint)rows; row += 4)
        {
            ref byte label = ref Unsafe.Add(ref labels, row);
            var values = Vector256.Create(
                Unsafe.Add(ref table, label),
                Unsafe.Add(ref table, Unsafe.Add(ref label, 1)),
                Unsafe.Add(ref table, Unsafe.Add(ref label, 2)),
                Unsafe.Add(ref table, Unsafe.Add(ref label, 3)));
            (Vector256.LoadUnsafe(ref sums, row) + values).StoreUnsafe(ref sums, row);
        }
    }

    /// <summary>
    /// Keeps the whole table in registers and permutes eight leaves out of it at once: a gather costs a load per row and this
    /// none. Trees above 64 leaves, and machines without AVX-512, take <see cref="AddOneByOne"/>.
    /// </summary>
    public static void AddFromRegisters(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums)
    {
        if (!Avx512F.IsSupported || leaves.Length > SplitList.MaxRegisterLeaves)
        {
            AddOneByOne(ref labels, rows, leaves, ref sums);
        }
        else if (leaves.Length > 32)
        {
            AddFrom64(ref labels, rows, leaves, ref sums);
        }
        else if (leaves.Length > 16)
        {
            AddFrom32(ref labels, rows, leaves, ref sums);
        }
        else
        {
            AddFrom16(ref labels, rows, leaves, ref sums);
        }
    }

    private static void AddFrom16(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums)
    {
        var a0 = Vector512.Create(leaves);
        var a1 = Vector512.Create(leaves[8..]);
        for (nuint row = 0; row < (nuint)rows; row += Step)
        {
            var index = LoadLabels(ref labels, row);
            (Vector512.LoadUnsafe(ref sums, row) + Avx512F.PermuteVar8x64x2(a0, index, a1)).StoreUnsafe(ref sums, row);
        }
    }

    private static void AddFrom32(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums)
    {
        var a0 = Vector512.Create(leaves);
        var a1 = Vector512.Create(leaves[8..]);
        var b0 = Vector512.Create(leaves[16..]);
        var b1 = Vector512.Create(leaves[24..]);
        var fifteen = Vector512.Create(15L);
        for (nuint row = 0; row < (nuint)rows; row += Step)
        {
            // The permutation reads the low four bits of an index; the fifth chooses between the two halves.
            var index = LoadLabels(ref labels, row);
            var values = Vector512.ConditionalSelect(
                Vector512.GreaterThan(index, fifteen).AsDouble(),
                Avx512F.PermuteVar8x64x2(b0, index, b1),
                Avx512F.PermuteVar8x64x2(a0, index, a1));
            (Vector512.LoadUnsafe(ref sums, row) + values).StoreUnsafe(ref sums, row);
        }
    }

    private static void AddFrom64(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums)
    {
        var a0 = Vector512.Create(leaves);
        var a1 = Vector512.Create(leaves[8..]);
        var b0 = Vector512.Create(leaves[16..]);
        var b1 = Vector512.Create(leaves[24..]);
        var c0 = Vector512.Create(leaves[32..]);
        var c1 = Vector512.Create(leaves[40..]);
        var d0 = Vector512.Create(leaves[48..]);
        var d1 = Vector512.Create(leaves[56..]);
        var sixteen = Vector512.Create(16L);
        var thirtyOne = Vector512.Create(31L);
        for (nuint row = 0; row < (nuint)rows; row += Step)
        {
            var index = LoadLabels(ref labels, row);
            var odd = Vector512.Equals(index & sixteen, sixteen).AsDouble();
            var low = Vector512.ConditionalSelect(
                odd, Avx512F.PermuteVar8x64x2(b0, index, b1), Avx512F.PermuteVar8x64x2(a0, index, a1));
            var high = Vector512.ConditionalSelect(
                odd, Avx512F.PermuteVar8x64x2(d0, index, d1), Avx512F.PermuteVar8x64x2(c0, index, c1));
            var values = Vector512.ConditionalSelect(Vector512.GreaterThan(index, thirtyOne).AsDouble(), high, low);
            (Vector512.LoadUnsafe(ref sums, row) + values).StoreUnsafe(ref sums, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> LoadLabels(ref byte labels, nuint row) => Avx512F.ConvertToVector512Int64(
        Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref labels, row))).AsByte());
}
