using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimizer.Surrogates;

/// <summary>
/// Labels and leaves of ensembles whose trees all have at most eight leaves: a label is half a byte, a table one register of doubles. Rows stand in an
/// order of their own. Only where <see cref="LabelTranspose.IsAccelerated"/>.
/// </summary>
internal static class SmallTrees
{
    public const int MaxLeaves = 8;

    /// <summary>By row: where its sum stands.</summary>
    public static readonly ushort[] SumOfRow = [.. Enumerable.Range(0, BitSlicedScratch.Rows).Select(SumPlace)];

    private const int LabelBytes = BitSlicedScratch.Rows / 2;

    /// <param name="regions">First of the tree's eight regions.</param>
    /// <param name="labels">First byte of the labels of the run.</param>
    /// <param name="tree">Number of the tree in the run.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Label(ref byte regions, ref byte labels, int tree)
    {
        var r1 = Region(ref regions, 1);
        var r2 = Region(ref regions, 2);
        var r3 = Region(ref regions, 3);
        var r4 = Region(ref regions, 4);
        var r5 = Region(ref regions, 5);
        var r6 = Region(ref regions, 6);
        var r7 = Region(ref regions, 7);
        var p0 = r1 | r3 | r5 | r7;
        var p1 = r2 | r3 | r6 | r7;
        var p2 = r4 | r5 | r6 | r7;

        // As in LabelTranspose, but one matrix takes the bytes of twice eight rows, four planes each, and yields two labels a byte.
        var zero = Vector512<byte>.Zero;
        ref byte target = ref Unsafe.Add(ref labels, tree * LabelBytes);
        var low32 = Avx512BW.UnpackLow(zero, p2).AsUInt16();
        var low10 = Avx512BW.UnpackLow(p1, p0).AsUInt16();
        LabelTranspose.Transpose(Avx512BW.UnpackLow(low32, low10).AsUInt32(), ref target, 0);
        LabelTranspose.Transpose(Avx512BW.UnpackHigh(low32, low10).AsUInt32(), ref target, 64);
        var high32 = Avx512BW.UnpackHigh(zero, p2).AsUInt16();
        var high10 = Avx512BW.UnpackHigh(p1, p0).AsUInt16();
        LabelTranspose.Transpose(Avx512BW.UnpackLow(high32, high10).AsUInt32(), ref target, 128);
        LabelTranspose.Transpose(Avx512BW.UnpackHigh(high32, high10).AsUInt32(), ref target, 192);
    }

    /// <summary>Adds the leaves that the labels of a run name to the sums of a block, tree after tree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(BitSlicedProgram program, in TreeRun run, Span<byte> labels, Span<double> sums)
    {
        var trees = program.Trees.AsSpan(run.FirstTree, run.TreeCount);
        ref uint leaves = ref MemoryMarshal.GetArrayDataReference(program.Leaves);
        for (nuint part = 0; part < LabelBytes; part += 64)
        {
            ref double sum = ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), 2 * part);
            ref byte label = ref Unsafe.Add(ref MemoryMarshal.GetReference(labels), part);
            var s0 = Vector512.LoadUnsafe(ref sum);
            var s1 = Vector512.LoadUnsafe(ref sum, 8);
            var s2 = Vector512.LoadUnsafe(ref sum, 16);
            var s3 = Vector512.LoadUnsafe(ref sum, 24);
            var s4 = Vector512.LoadUnsafe(ref sum, 32);
            var s5 = Vector512.LoadUnsafe(ref sum, 40);
            var s6 = Vector512.LoadUnsafe(ref sum, 48);
            var s7 = Vector512.LoadUnsafe(ref sum, 56);
            var s8 = Vector512.LoadUnsafe(ref sum, 64);
            var s9 = Vector512.LoadUnsafe(ref sum, 72);
            var s10 = Vector512.LoadUnsafe(ref sum, 80);
            var s11 = Vector512.LoadUnsafe(ref sum, 88);
            var s12 = Vector512.LoadUnsafe(ref sum, 96);
            var s13 = Vector512.LoadUnsafe(ref sum, 104);
            var s14 = Vector512.LoadUnsafe(ref sum, 112);
            var s15 = Vector512.LoadUnsafe(ref sum, 120);
            foreach (ref readonly var tree in trees)
            {
                // The permutation reads the low three bits of each 64; the labels above them do no harm.
                var table = Vector512.LoadUnsafe(ref Unsafe.Add(ref leaves, tree.FirstLeaf)).AsDouble();
                var index = Vector512.LoadUnsafe(ref label).AsInt64();
                s0 += Avx512F.PermuteVar8x64(table, index);
                s1 += Leaf(table, index, 4);
                s2 += Leaf(table, index, 8);
                s3 += Leaf(table, index, 12);
                s4 += Leaf(table, index, 16);
                s5 += Leaf(table, index, 20);
                s6 += Leaf(table, index, 24);
                s7 += Leaf(table, index, 28);
                s8 += Leaf(table, index, 32);
                s9 += Leaf(table, index, 36);
                s10 += Leaf(table, index, 40);
                s11 += Leaf(table, index, 44);
                s12 += Leaf(table, index, 48);
                s13 += Leaf(table, index, 52);
                s14 += Leaf(table, index, 56);
                s15 += Leaf(table, index, 60);
                label = ref Unsafe.Add(ref label, LabelBytes);
            }

            s0.StoreUnsafe(ref sum);
            s1.StoreUnsafe(ref sum, 8);
            s2.StoreUnsafe(ref sum, 16);
            s3.StoreUnsafe(ref sum, 24);
            s4.StoreUnsafe(ref sum, 32);
            s5.StoreUnsafe(ref sum, 40);
            s6.StoreUnsafe(ref sum, 48);
            s7.StoreUnsafe(ref sum, 56);
            s8.StoreUnsafe(ref sum, 64);
            s9.StoreUnsafe(ref sum, 72);
            s10.StoreUnsafe(ref sum, 80);
            s11.StoreUnsafe(ref sum, 88);
            s12.StoreUnsafe(ref sum, 96);
            s13.StoreUnsafe(ref sum, 104);
            s14.StoreUnsafe(ref sum, 112);
            s15.StoreUnsafe(ref sum, 120);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Region(ref byte regions, int label) => Vector512.LoadUnsafe(ref regions, (nuint)(label * BitSlicedScratch.PlaneBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Leaf(Vector512<double> table, Vector512<long> index, byte shift) =>
        Avx512F.PermuteVar8x64(table, Vector512.ShiftRightLogical(index, shift));

    // Of the eight rows that make a byte of a plane, those of odd bytes are the lower labels of a byte, those of even ones the upper.
    private static ushort SumPlace(int row)
    {
        int plane = row / 8, lane = plane / 16, vector = plane / 4 % 4, half = plane / 2 % 2;
        int shift = (2 * (row % 8)) + (plane % 2 == 0 ? 1 : 0);
        return (ushort)((((vector * 16) + shift) * 8) + (2 * lane) + half);
    }
}
