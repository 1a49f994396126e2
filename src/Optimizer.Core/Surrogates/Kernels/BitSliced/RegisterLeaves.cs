using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimizer.Surrogates;

/// <summary>
/// Adds the leaves that the labels of a run of trees name to the sums of a block, tree after tree, in double: the same additions in
/// the same order as walking. A double is looked up as two halves of 32 bits, so that one permutation serves 16 rows of a 32-leaf table.
/// </summary>
internal static class RegisterLeaves
{
    /// <summary>Labels a pass takes: with their 16 sums of eight, the tables and the temporaries they fill the 32 registers.</summary>
    private const int Step = 64;

    public static void Add(BitSlicedProgram program, in TreeRun run, Span<byte> labels, Span<double> sums)
    {
        var trees = program.Trees.AsSpan(run.FirstTree, run.TreeCount);
        bool wide = run.Lookup == LeafLookup.Registers64;
        if (!Avx512F.IsSupported)
        {
            AddRowByRow(program, trees, wide ? 64 : 32, labels, sums);
        }
        else if (wide)
        {
            Add64(program, trees, ref MemoryMarshal.GetReference(labels), ref MemoryMarshal.GetReference(sums));
        }
        else
        {
            Add32(program, trees, ref MemoryMarshal.GetReference(labels), ref MemoryMarshal.GetReference(sums));
        }
    }

    private static void AddRowByRow(BitSlicedProgram program, ReadOnlySpan<BitSlicedTree> trees, int size, ReadOnlySpan<byte> labels, Span<double> sums)
    {
        for (int tree = 0; tree < trees.Length; tree++)
        {
            var low = program.Leaves.AsSpan(trees[tree].FirstLeaf, size);
            var high = program.Leaves.AsSpan(trees[tree].FirstLeaf + size, size);
            for (int row = 0; row < BitSlicedScratch.Rows; row++)
            {
                int label = labels[(tree * BitSlicedScratch.Rows) + BitSlicedLayout.LabelOfRow[row]];
                sums[BitSlicedLayout.SumOfRow[row]] += BitConverter.UInt64BitsToDouble(((ulong)high[label] << 32) | low[label]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add32(BitSlicedProgram program, ReadOnlySpan<BitSlicedTree> trees, ref byte labels, ref double sums)
    {
        ref uint leaves = ref MemoryMarshal.GetArrayDataReference(program.Leaves);
        for (nuint first = 0; first < BitSlicedScratch.Rows; first += Step)
        {
            ref double sum = ref Unsafe.Add(ref sums, first);
            ref byte label = ref Unsafe.Add(ref labels, first);
            var sum0 = Vector512.LoadUnsafe(ref sum);
            var sum1 = Vector512.LoadUnsafe(ref sum, 8);
            var sum2 = Vector512.LoadUnsafe(ref sum, 16);
            var sum3 = Vector512.LoadUnsafe(ref sum, 24);
            var sum4 = Vector512.LoadUnsafe(ref sum, 32);
            var sum5 = Vector512.LoadUnsafe(ref sum, 40);
            var sum6 = Vector512.LoadUnsafe(ref sum, 48);
            var sum7 = Vector512.LoadUnsafe(ref sum, 56);
            foreach (ref readonly var tree in trees)
            {
                ref uint table = ref Unsafe.Add(ref leaves, tree.FirstLeaf);
                var low0 = Vector512.LoadUnsafe(ref table);
                var low1 = Vector512.LoadUnsafe(ref table, 16);
                var high0 = Vector512.LoadUnsafe(ref table, 32);
                var high1 = Vector512.LoadUnsafe(ref table, 48);

                // The permutation reads the low five bits of each 32: four labels apart, the others above them do no harm.
                var index = Vector512.LoadUnsafe(ref label).AsUInt32();
                var low = Avx512F.PermuteVar16x32x2(low0, index, low1);
                var high = Avx512F.PermuteVar16x32x2(high0, index, high1);
                sum0 += Avx512F.UnpackLow(low, high).AsDouble();
                sum1 += Avx512F.UnpackHigh(low, high).AsDouble();
                var index1 = Vector512.ShiftRightLogical(index, 8);
                low = Avx512F.PermuteVar16x32x2(low0, index1, low1);
                high = Avx512F.PermuteVar16x32x2(high0, index1, high1);
                sum2 += Avx512F.UnpackLow(low, high).AsDouble();
                sum3 += Avx512F.UnpackHigh(low, high).AsDouble();
                var index2 = Vector512.ShiftRightLogical(index, 16);
                low = Avx512F.PermuteVar16x32x2(low0, index2, low1);
                high = Avx512F.PermuteVar16x32x2(high0, index2, high1);
                sum4 += Avx512F.UnpackLow(low, high).AsDouble();
                sum5 += Avx512F.UnpackHigh(low, high).AsDouble();
                var index3 = Vector512.ShiftRightLogical(index, 24);
                low = Avx512F.PermuteVar16x32x2(low0, index3, low1);
                high = Avx512F.PermuteVar16x32x2(high0, index3, high1);
                sum6 += Avx512F.UnpackLow(low, high).AsDouble();
                sum7 += Avx512F.UnpackHigh(low, high).AsDouble();
                label = ref Unsafe.Add(ref label, BitSlicedScratch.Rows);
            }

            sum0.StoreUnsafe(ref sum);
            sum1.StoreUnsafe(ref sum, 8);
            sum2.StoreUnsafe(ref sum, 16);
            sum3.StoreUnsafe(ref sum, 24);
            sum4.StoreUnsafe(ref sum, 32);
            sum5.StoreUnsafe(ref sum, 40);
            sum6.StoreUnsafe(ref sum, 48);
            sum7.StoreUnsafe(ref sum, 56);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add64(BitSlicedProgram program, ReadOnlySpan<BitSlicedTree> trees, ref byte labels, ref double sums)
    {
        ref uint leaves = ref MemoryMarshal.GetArrayDataReference(program.Leaves);
        for (nuint first = 0; first < BitSlicedScratch.Rows; first += Step)
        {
            ref double sum = ref Unsafe.Add(ref sums, first);
            ref byte label = ref Unsafe.Add(ref labels, first);
            var sum0 = Vector512.LoadUnsafe(ref sum);
            var sum1 = Vector512.LoadUnsafe(ref sum, 8);
            var sum2 = Vector512.LoadUnsafe(ref sum, 16);
            var sum3 = Vector512.LoadUnsafe(ref sum, 24);
            var sum4 = Vector512.LoadUnsafe(ref sum, 32);
            var sum5 = Vector512.LoadUnsafe(ref sum, 40);
            var sum6 = Vector512.LoadUnsafe(ref sum, 48);
            var sum7 = Vector512.LoadUnsafe(ref sum, 56);
            foreach (ref readonly var tree in trees)
            {
                ref uint table = ref Unsafe.Add(ref leaves, tree.FirstLeaf);
                var index = Vector512.LoadUnsafe(ref label).AsUInt32();
                Add64(ref table, index, ref sum0, ref sum1);
                Add64(ref table, Vector512.ShiftRightLogical(index, 8), ref sum2, ref sum3);
                Add64(ref table, Vector512.ShiftRightLogical(index, 16), ref sum4, ref sum5);
                Add64(ref table, Vector512.ShiftRightLogical(index, 24), ref sum6, ref sum7);
                label = ref Unsafe.Add(ref label, BitSlicedScratch.Rows);
            }

            sum0.StoreUnsafe(ref sum);
            sum1.StoreUnsafe(ref sum, 8);
            sum2.StoreUnsafe(ref sum, 16);
            sum3.StoreUnsafe(ref sum, 24);
            sum4.StoreUnsafe(ref sum, 32);
            sum5.StoreUnsafe(ref sum, 40);
            sum6.StoreUnsafe(ref sum, 48);
            sum7.StoreUnsafe(ref sum, 56);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add64(ref uint table, Vector512<uint> index, ref Vector512<double> sumLow, ref Vector512<double> sumHigh)
    {
        var lower = Vector512.Equals(index & Vector512.Create(32u), Vector512<uint>.Zero);
        var low = Vector512.ConditionalSelect(
            lower,
            Avx512F.PermuteVar16x32x2(Vector512.LoadUnsafe(ref table), index, Vector512.LoadUnsafe(ref table, 16)),
            Avx512F.PermuteVar16x32x2(Vector512.LoadUnsafe(ref table, 32), index, Vector512.LoadUnsafe(ref table, 48)));
        var high = Vector512.ConditionalSelect(
            lower,
            Avx512F.PermuteVar16x32x2(Vector512.LoadUnsafe(ref table, 64), index, Vector512.LoadUnsafe(ref table, 80)),
            Avx512F.PermuteVar16x32x2(Vector512.LoadUnsafe(ref table, 96), index, Vector512.LoadUnsafe(ref table, 112)));
        sumLow += Avx512F.UnpackLow(low, high).AsDouble();
        sumHigh += Avx512F.UnpackHigh(low, high).AsDouble();
    }
}
