using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>Splits the rank bytes of a block into their bits, one plane per bit.</summary>
internal static class RankBits
{
    /// <param name="ranks">A block of ranks of one rank plane.</param>
    /// <param name="planes">Receives eight bit planes, the lowest bit first; row r is bit r % 64 of word r / 64.</param>
    public static void Split(ReadOnlySpan<sbyte> ranks, Span<byte> planes)
    {
        ref sbyte source = ref MemoryMarshal.GetReference(ranks);
        var words = MemoryMarshal.Cast<byte, ulong>(planes);
        const int Words = BitSlicedScratch.PlaneBytes / sizeof(ulong);
        var offset = Vector512.Create((byte)RankPlane.RankOffset);
        for (int word = 0; word < Words; word++)
        {
            // The sign bit is the only one that can be taken out of every byte at once: shift the others there.
            var rank = (Vector512.LoadUnsafe(ref source, (nuint)(word * 64)).AsByte() ^ offset).AsUInt16();
            for (int bit = 0; bit < MuxBuilder.BitsPerRank; bit++)
            {
                words[(bit * Words) + word] = Vector512.ShiftLeft(rank, 7 - bit).AsByte().ExtractMostSignificantBits();
            }
        }
    }
}
