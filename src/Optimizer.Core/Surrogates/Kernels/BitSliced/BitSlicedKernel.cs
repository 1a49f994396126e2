using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>Runs a <see cref="BitSlicedProgram"/> over one block of rows.</summary>
internal static class BitSlicedKernel
{
    /// <summary>Ranks the block and decides every threshold; then <see cref="Score"/> may be asked for any part.</summary>
    public static void Prepare(BitSlicedProgram program, BitSlicedScratch scratch, ReadOnlySpan<float> columns, int stride, int firstRow, int rows)
    {
        for (int plane = 0; plane < program.RankPlanes.Length; plane++)
        {
            var values = columns.Slice((program.RankPlanes[plane].Feature * stride) + firstRow, rows);
            if (rows < BitSlicedScratch.Rows)
            {
                values.CopyTo(scratch.Values);
                values = scratch.Values;
            }

            var ranks = scratch.Ranks.Slice(plane * BitSlicedScratch.Rows, BitSlicedScratch.Rows);
            RankQuantiser.Rank<Lanes512, Vector512<sbyte>>(program.RankPlanes[plane], values, ranks);
            RankBits.Split(ranks, scratch.Planes[MuxBuilder.OffsetOf(MuxBuilder.RankBit(plane, 0))..MuxBuilder.OffsetOf(MuxBuilder.RankBit(plane + 1, 0))]);
        }

        RunOps(program.Ops.AsSpan(0, program.ThresholdOps), ref MemoryMarshal.GetReference(scratch.Planes));
    }

    /// <summary>Writes the scores of one ensemble for the block's rows.</summary>
    public static void Score(
        BitSlicedProgram program, in EnsemblePart part, BitSlicedScratch scratch, ReadOnlySpan<float> columns, int stride, int firstRow, Span<double> scores)
    {
        var sums = scratch.Sums;
        sums.Fill(part.Ensemble.Bias);
        ref byte planes = ref MemoryMarshal.GetReference(scratch.Planes);
        foreach (ref readonly var run in program.Runs.AsSpan(part.FirstRun, part.RunCount))
        {
            if (run.Lookup == LeafLookup.Walk)
            {
                AddByWalking(part.Ensemble, program.Trees.AsSpan(run.FirstTree, run.TreeCount), columns, stride, firstRow, scores.Length, sums);
                continue;
            }

            RunOps(program.Ops.AsSpan(run.FirstOp, run.OpCount), ref planes);
            for (int tree = 0; tree < run.TreeCount; tree++)
            {
                var offsets = program.LabelPlanes.AsSpan(program.Trees[run.FirstTree + tree].FirstPlane, MuxBuilder.BitsPerRank);
                LabelTranspose.Run(ref planes, offsets, ref scratch.Labels[tree * BitSlicedScratch.Rows]);
            }

            if (run.Lookup == LeafLookup.Table)
            {
                AddFromTables(program, run, scratch.Labels, sums);
            }
            else
            {
                RegisterLeaves.Add(program, run, scratch.Labels, sums);
            }
        }

        for (int row = 0; row < scores.Length; row++)
        {
            scores[row] = sums[BitSlicedLayout.SumOfRow[row]];
        }
    }

    // Why this shape: a gate decides 512 rows in one instruction, so even read from a list, with its three loads and a store, it
    // costs less than a hundredth of what the rows' own branches would. The offsets were laid out within the work space that the
    // program sizes, hence no bounds checks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunOps(ReadOnlySpan<MuxOp> ops, ref byte planes)
    {
        foreach (ref readonly var op in ops)
        {
            Vector512.ConditionalSelect(
                Vector512.LoadUnsafe(ref planes, (nuint)(uint)op.Mask),
                Vector512.LoadUnsafe(ref planes, (nuint)(uint)op.Right),
                Vector512.LoadUnsafe(ref planes, (nuint)(uint)op.Left)).StoreUnsafe(ref planes, (nuint)(uint)op.Target);
        }
    }

    private static void AddFromTables(BitSlicedProgram program, in TreeRun run, ReadOnlySpan<byte> labels, Span<double> sums)
    {
        for (int tree = 0; tree < run.TreeCount; tree++)
        {
            var leaves = MemoryMarshal.Cast<uint, double>(program.Leaves.AsSpan(program.Trees[run.FirstTree + tree].FirstLeaf, 2 * TableSize(program, run, tree)));
            var own = labels.Slice(tree * BitSlicedScratch.Rows, BitSlicedScratch.Rows);
            for (int row = 0; row < own.Length; row++)
            {
                sums[BitSlicedLayout.SumOfRow[row]] += leaves[own[BitSlicedLayout.LabelOfRow[row]]];
            }
        }
    }

    private static int TableSize(BitSlicedProgram program, in TreeRun run, int tree) =>
        Math.Min(TreeNetwork.MaxLeaves, (program.Leaves.Length - program.Trees[run.FirstTree + tree].FirstLeaf) / 2);

    private static void AddByWalking(
        TreeEnsemble ensemble, ReadOnlySpan<BitSlicedTree> trees, ReadOnlySpan<float> columns, int stride, int firstRow, int rows, Span<double> sums)
    {
        foreach (ref readonly var tree in trees)
        {
            for (int row = 0; row < rows; row++)
            {
                sums[BitSlicedLayout.SumOfRow[row]] += ScalarEvaluator.LeafOf(ensemble, tree.Root, columns, stride, firstRow + row);
            }
        }
    }
}
