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

            RankQuantiser.Rank<Lanes512, Vector512<sbyte>>(program.RankPlanes[plane], values, scratch.Ranks);
            ThresholdPlanes.Decide(
                scratch.Ranks, program.RankPlanes[plane].Count, scratch.Thresholds[(program.FirstThreshold[plane] * BitSlicedScratch.PlaneBytes)..]);
        }
    }

    /// <summary>Writes the scores of one ensemble for the block's rows.</summary>
    public static void Score(
        BitSlicedProgram program, in EnsemblePart part, BitSlicedScratch scratch, ReadOnlySpan<float> columns, int stride, int firstRow, Span<double> scores)
    {
        var sums = scratch.Sums;
        sums.Fill(part.Ensemble.Bias);
        foreach (ref readonly var run in program.Runs.AsSpan(part.FirstRun, part.RunCount))
        {
            if (run.Lookup == LeafLookup.Walk)
            {
                AddByWalking(part.Ensemble, program.Trees.AsSpan(run.FirstTree, run.TreeCount), columns, stride, firstRow, scores.Length, sums);
                continue;
            }

            Label(program, run, scratch);
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

    private static void Label(BitSlicedProgram program, in TreeRun run, BitSlicedScratch scratch)
    {
        int regions = BitSlicedProgram.RegionsFor(run.Lookup);
        int treeBytes = regions * BitSlicedScratch.PlaneBytes;
        foreach (ref readonly var group in program.Groups.AsSpan(run.FirstGroup, run.GroupCount))
        {
            var trees = program.Trees.AsSpan(group.FirstTree, group.TreeCount);
            for (int tree = 0; tree < trees.Length; tree++)
            {
                var own = scratch.Regions.Slice(tree * treeBytes, treeBytes);
                own[..BitSlicedScratch.PlaneBytes].Fill(byte.MaxValue);
                own[(trees[tree].LeafCount * BitSlicedScratch.PlaneBytes)..].Clear();
            }

            SplitRegions(
                program.Splits.AsSpan(group.FirstSplit, group.SplitCount),
                ref MemoryMarshal.GetReference(scratch.Thresholds), ref MemoryMarshal.GetReference(scratch.Regions));
            for (int tree = 0; tree < trees.Length; tree++)
            {
                LabelTranspose.Run(
                    ref scratch.Regions[tree * treeBytes], regions, ref scratch.Labels[(group.FirstTree - run.FirstTree + tree) * BitSlicedScratch.Rows]);
            }
        }
    }

    // Why this shape: a step moves 512 rows with two instructions, so even read from a list, with its loads and stores, it costs
    // a hundredth of what the rows' own branches would. The offsets were laid out within the work space that the program
    // sizes, hence no bounds checks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SplitRegions(ReadOnlySpan<RegionSplit> splits, ref byte thresholds, ref byte regions)
    {
        foreach (ref readonly var split in splits)
        {
            var above = Vector512.LoadUnsafe(ref thresholds, (nuint)(uint)split.Threshold);
            nuint parent = (nuint)split.Parent * BitSlicedScratch.PlaneBytes;
            var rows = Vector512.LoadUnsafe(ref regions, parent);
            (rows & above).StoreUnsafe(ref regions, (nuint)split.Child * BitSlicedScratch.PlaneBytes);
            Vector512.AndNot(rows, above).StoreUnsafe(ref regions, parent);
        }
    }

    private static void AddFromTables(BitSlicedProgram program, in TreeRun run, ReadOnlySpan<byte> labels, Span<double> sums)
    {
        for (int tree = 0; tree < run.TreeCount; tree++)
        {
            ref readonly var compiled = ref program.Trees[run.FirstTree + tree];
            var leaves = MemoryMarshal.Cast<uint, double>(program.Leaves.AsSpan(compiled.FirstLeaf, 2 * compiled.LeafCount));
            var own = labels.Slice(tree * BitSlicedScratch.Rows, BitSlicedScratch.Rows);
            for (int row = 0; row < own.Length; row++)
            {
                sums[BitSlicedLayout.SumOfRow[row]] += leaves[own[BitSlicedLayout.LabelOfRow[row]]];
            }
        }
    }

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
