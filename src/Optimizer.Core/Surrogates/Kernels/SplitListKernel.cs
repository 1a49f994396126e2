using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Optimizer.Surrogates;

/// <summary>Runs a <see cref="SplitList"/> over one block of rows at one vector width.</summary>
internal static class SplitListKernel<TLanes, TBytes>
    where TLanes : IVectorLanes<TBytes>
    where TBytes : struct
{
    /// <summary>Rows handled by one pass over a tree's splits: eight vectors.</summary>
    public static int GroupRows => 8 * TLanes.Width;

    /// <summary>Ranks the <paramref name="rows"/> rows from <paramref name="firstRow"/> on, at most a block, into <see cref="BlockScratch.Ranks"/>.</summary>
    public static void RankBlock(RankPlane[] planes, BlockScratch scratch, ReadOnlySpan<float> columns, int stride, int firstRow, int rows)
    {
        int padded = Padded(rows);
        for (int plane = 0; plane < planes.Length; plane++)
        {
            var values = columns.Slice((planes[plane].Feature * stride) + firstRow, rows);
            if (rows < padded)
            {
                values.CopyTo(scratch.Values);
                values = scratch.Values[..padded];
            }

            RankQuantiser.Rank<TLanes, TBytes>(planes[plane], values, scratch.Ranks.Slice(plane * SplitList.BlockRows, padded));
        }
    }

    /// <summary>Scores the block that was ranked last, with the same arguments, into <see cref="BlockScratch.Sums"/>.</summary>
    public static void ScoreBlock(
        SplitList list, BlockScratch scratch, ReadOnlySpan<float> columns, int stride, int firstRow, int rows)
    {
        int padded = Padded(rows);
        scratch.Sums[..padded].Fill(list.Ensemble.Bias);
        foreach (ref readonly SplitTree tree in list.Trees.AsSpan())
        {
            if (tree.IsWide)
            {
                AddWideTree(list.Ensemble, tree.Root, columns, stride, firstRow, scratch.Sums[..rows]);
                continue;
            }

            LabelRows(list.Splits.AsSpan(tree.FirstSplit, tree.SplitCount), scratch, padded);
            TLanes.AddLeaves(
                ref MemoryMarshal.GetReference(scratch.Labels), padded,
                list.Leaves.AsSpan(tree.FirstLeaf, tree.LeafCount), ref MemoryMarshal.GetReference(scratch.Sums));
        }
    }

    private static int Padded(int rows) => (rows + GroupRows - 1) / GroupRows * GroupRows;

    // Why this shape: a row's way through a tree is a chain of dependent loads and branches no predictor can learn. Here
    // every row instead takes every split, as one compare of its label, one of its rank and one blend, 16 to 64 rows per
    // instruction: no branch but the loop's, no address that depends on a row. Eight vectors of labels stay in registers
    // over all splits of the tree, so that each split is read and broadcast once for all of them and the eight
    // dependency chains overlap: with four, each split waited for the one before (10-20 % slower).
    // Offsets were laid out by SplitList inside the scratch it sizes, hence no bounds checks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LabelRows(ReadOnlySpan<Split> splits, BlockScratch scratch, int rows)
    {
        ref sbyte ranks = ref MemoryMarshal.GetReference(scratch.Ranks);
        ref sbyte labels = ref Unsafe.As<byte, sbyte>(ref MemoryMarshal.GetReference(scratch.Labels));
        nuint width = (nuint)TLanes.Width;
        for (nuint row = 0; row < (nuint)rows; row += 8 * width)
        {
            ref sbyte group = ref Unsafe.Add(ref ranks, row);
            TBytes label0 = TLanes.Broadcast(0);
            TBytes label1 = label0;
            TBytes label2 = label0;
            TBytes label3 = label0;
            TBytes label4 = label0;
            TBytes label5 = label0;
            TBytes label6 = label0;
            TBytes label7 = label0;
            foreach (ref readonly Split split in splits)
            {
                nuint offset = (nuint)split.RankOffset;
                TBytes threshold = TLanes.Broadcast(split.Threshold);
                TBytes parent = TLanes.Broadcast(split.Parent);
                TBytes child = TLanes.Broadcast(split.Child);
                label0 = TLanes.Relabel(label0, TLanes.Load(ref group, offset), threshold, parent, child);
                label1 = TLanes.Relabel(label1, TLanes.Load(ref group, offset + width), threshold, parent, child);
                label2 = TLanes.Relabel(label2, TLanes.Load(ref group, offset + (2 * width)), threshold, parent, child);
                label3 = TLanes.Relabel(label3, TLanes.Load(ref group, offset + (3 * width)), threshold, parent, child);
                label4 = TLanes.Relabel(label4, TLanes.Load(ref group, offset + (4 * width)), threshold, parent, child);
                label5 = TLanes.Relabel(label5, TLanes.Load(ref group, offset + (5 * width)), threshold, parent, child);
                label6 = TLanes.Relabel(label6, TLanes.Load(ref group, offset + (6 * width)), threshold, parent, child);
                label7 = TLanes.Relabel(label7, TLanes.Load(ref group, offset + (7 * width)), threshold, parent, child);
            }

            TLanes.Store(label0, ref labels, row);
            TLanes.Store(label1, ref labels, row + width);
            TLanes.Store(label2, ref labels, row + (2 * width));
            TLanes.Store(label3, ref labels, row + (3 * width));
            TLanes.Store(label4, ref labels, row + (4 * width));
            TLanes.Store(label5, ref labels, row + (5 * width));
            TLanes.Store(label6, ref labels, row + (6 * width));
            TLanes.Store(label7, ref labels, row + (7 * width));
        }
    }

    private static void AddWideTree(
        TreeEnsemble ensemble, int root, ReadOnlySpan<float> columns, int stride, int firstRow, Span<double> sums)
    {
        for (int row = 0; row < sums.Length; row++)
        {
            sums[row] += ScalarEvaluator.LeafOf(ensemble, root, columns, stride, firstRow + row);
        }
    }
}
