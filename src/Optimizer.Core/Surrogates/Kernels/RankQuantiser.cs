using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>Replaces a block of values of one feature by their ranks in one plane.</summary>
internal static class RankQuantiser
{
    // Counting costs one compare per threshold and vector, grouping a fixed number of steps per row. They meet about here.
    private const int MaxCounted = 64;

    /// <param name="plane">The thresholds to rank against.</param>
    /// <param name="values">Values; a multiple of the vector width of them.</param>
    /// <param name="ranks">Receives as many ranks.</param>
    public static void Rank<TLanes, TBytes>(RankPlane plane, ReadOnlySpan<float> values, Span<sbyte> ranks)
        where TLanes : IVectorLanes<TBytes>
        where TBytes : struct
    {
        if (TLanes.Width == Vector512<sbyte>.Count && RankSearch.IsSupported)
        {
            RankSearch.Rank(plane, values, ranks);
        }
        else if (plane.Count <= MaxCounted)
        {
            RankByCounting<TLanes, TBytes>(plane, values, ranks);
        }
        else
        {
            RankByGroups<TLanes, TBytes>(plane, values, ranks);
        }
    }

    private static void RankByCounting<TLanes, TBytes>(RankPlane plane, ReadOnlySpan<float> values, Span<sbyte> ranks)
        where TLanes : IVectorLanes<TBytes>
        where TBytes : struct
    {
        ref float first = ref MemoryMarshal.GetReference(values);
        ref sbyte target = ref MemoryMarshal.GetReference(ranks);
        for (int row = 0; row < values.Length; row += TLanes.Width)
        {
            TLanes.Store(TLanes.RankByCounting(ref Unsafe.Add(ref first, row), plane.Thresholds), ref target, (nuint)row);
        }
    }

    // The 16 pivots say which group of 16 thresholds the rank lies in, the group says the rest: two compares of a whole
    // register and no branch, where a binary search would take eight dependent loads.
    private static void RankByGroups<TLanes, TBytes>(RankPlane plane, ReadOnlySpan<float> values, Span<sbyte> ranks)
        where TLanes : IVectorLanes<TBytes>
        where TBytes : struct
    {
        ref float pivots = ref MemoryMarshal.GetArrayDataReference(plane.Pivots);
        ref float groups = ref MemoryMarshal.GetArrayDataReference(plane.Groups);
        int highest = plane.Count;
        for (int row = 0; row < values.Length; row++)
        {
            float value = values[row];
            int start = TLanes.CountExceeded(value, ref pivots) * RankPlane.GroupSize;
            int rank = start + TLanes.CountExceeded(value, ref Unsafe.Add(ref groups, start));
            ranks[row] = (sbyte)(Math.Min(rank, highest) - RankPlane.RankOffset);
        }
    }
}
