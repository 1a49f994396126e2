using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>
/// Decides all thresholds of one rank plane for a block of rows: from 512 ranks of a byte to one plane of 512 bits per threshold, set where
/// the rank is above it.
/// </summary>
internal static class ThresholdPlanes
{
    private const int Nibble = 16;
    private const int NibbleBits = 4;
    private const int Words = BitSlicedScratch.PlaneBytes / sizeof(ulong);

    /// <param name="ranks">A block of ranks.</param>
    /// <param name="count">Thresholds of the rank plane.</param>
    /// <param name="planes">Receives their planes.</param>
    public static void Decide(ReadOnlySpan<sbyte> ranks, int count, Span<byte> planes)
    {
        Span<ulong> bits = stackalloc ulong[2 * NibbleBits * Words];
        Split(ref MemoryMarshal.GetReference(ranks), bits);
        Combine(ref MemoryMarshal.GetReference(bits), count, ref MemoryMarshal.GetReference(planes));
    }

    private static void Split(ref sbyte ranks, Span<ulong> bits)
    {
        var offset = Vector512.Create((byte)RankPlane.RankOffset);
        for (int word = 0; word < Words; word++)
        {
            // The sign bit is the only one that can be taken out of every byte at once: shift the others there.
            var rank = (Vector512.LoadUnsafe(ref ranks, (nuint)(word * 64)).AsByte() ^ offset).AsUInt16();
            for (int bit = 0; bit < 2 * NibbleBits; bit++)
            {
                bits[(bit * Words) + word] = Vector512.ShiftLeft(rank, 7 - bit).AsByte().ExtractMostSignificantBits();
            }
        }
    }

    // rank > i when its upper nibble is above that of i, or equal to it and the lower nibble above that of i: with the sixteen answers
    // for each nibble at hand, one gate per threshold is left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(ref ulong bits, int count, ref byte planes)
    {
        Span<Vector512<ulong>> lowAbove = stackalloc Vector512<ulong>[Nibble];
        Span<Vector512<ulong>> highAbove = stackalloc Vector512<ulong>[Nibble];
        Above(ref bits, lowAbove);
        Above(ref Unsafe.Add(ref bits, NibbleBits * Words), highAbove);
        ref byte plane = ref planes;
        for (int high = 0; high * Nibble < count; high++)
        {
            var above = highAbove[high];
            var notBelow = high == 0 ? Vector512<ulong>.AllBitsSet : highAbove[high - 1];
            foreach (ref readonly var lower in lowAbove[..Math.Min(Nibble, count - (high * Nibble))])
            {
                // Where the upper nibble is above, it is not below either.
                (above | (notBelow & lower)).AsByte().StoreUnsafe(ref plane);
                plane = ref Unsafe.Add(ref plane, BitSlicedScratch.PlaneBytes);
            }
        }
    }

    // Whether a number of four bits is above 0, 1, ... 15.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Above(ref ulong bits, Span<Vector512<ulong>> above)
    {
        var b0 = Vector512.LoadUnsafe(ref bits);
        var b1 = Vector512.LoadUnsafe(ref bits, Words);
        var b2 = Vector512.LoadUnsafe(ref bits, 2 * Words);
        var b3 = Vector512.LoadUnsafe(ref bits, 3 * Words);
        Span<Vector512<ulong>> three = [b2 | b1 | b0, b2 | b1, b2 | (b1 & b0), b2, b2 & (b1 | b0), b2 & b1, b2 & b1 & b0, Vector512<ulong>.Zero];
        for (int value = 0; value < Nibble / 2; value++)
        {
            above[value] = b3 | three[value];
            above[value + (Nibble / 2)] = b3 & three[value];
        }
    }
}
