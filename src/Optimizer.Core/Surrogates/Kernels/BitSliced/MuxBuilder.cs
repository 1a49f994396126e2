namespace Optimizer.Surrogates;

/// <summary>
/// Lays out the bit planes of a block and collects the gates between them. A plane is referred to by its number; the
/// gates hold byte offsets. Gates that would copy a plane are not made: the plane itself is handed out.
/// </summary>
internal sealed class MuxBuilder
{
    public const int Zeros = 0;
    public const int Ones = 1;
    public const int BitsPerRank = 8;
    private const int FirstRankBit = 2;
    private const int NibbleBits = 4;

    private readonly List<MuxOp> _ops = [];
    private readonly Stack<int> _free = new();
    private readonly Dictionary<(int Plane, int Index), int> _thresholds = [];
    private readonly Dictionary<(int FirstBit, int Bits, int Value, bool Equal), int> _nibbles = [];

    public MuxBuilder(int rankPlanes) => PlaneCount = RankBit(rankPlanes, 0);

    public int PlaneCount { get; private set; }

    public int OpCount => _ops.Count;

    /// <summary>The bit plane of one bit, 0 the lowest, of the ranks in one rank plane.</summary>
    public static int RankBit(int rankPlane, int bit) => FirstRankBit + (rankPlane * BitsPerRank) + bit;

    public static int OffsetOf(int plane) => plane * BitSlicedScratch.PlaneBytes;

    public MuxOp[] ToOps() => [.. _ops];

    /// <summary>The plane of <c>rank &gt; index</c>: set for the rows that go right.</summary>
    public int Above(int rankPlane, int index)
    {
        if (!_thresholds.TryGetValue((rankPlane, index), out int plane))
        {
            // Nibble by nibble one gate per threshold is left, whatever the number of rows' bits behind it.
            int high = RankBit(rankPlane, NibbleBits);
            int low = RankBit(rankPlane, 0);
            int top = index >> NibbleBits;
            plane = Mux(
                Nibble(high, NibbleBits, top, equal: true),
                Nibble(high, NibbleBits, top, equal: false),
                Nibble(low, NibbleBits, index & ((1 << NibbleBits) - 1), equal: false));
            _thresholds.Add((rankPlane, index), plane);
        }

        return plane;
    }

    /// <summary>A plane that holds <paramref name="right"/> where <paramref name="mask"/> is set, else <paramref name="left"/>.</summary>
    public int Mux(int mask, int left, int right)
    {
        if (left == right || mask == Zeros)
        {
            return left;
        }

        if (mask == Ones)
        {
            return right;
        }

        if (left == Zeros && right == Ones)
        {
            return mask;
        }

        int target = _free.TryPop(out int free) ? free : PlaneCount++;
        _ops.Add(new MuxOp(OffsetOf(mask), OffsetOf(left), OffsetOf(right), OffsetOf(target)));
        return target;
    }

    /// <summary>Lets the next gates overwrite a plane that <see cref="Mux"/> made after <paramref name="lastKept"/>; others are left alone.</summary>
    public void Free(int plane, int lastKept)
    {
        if (plane > lastKept)
        {
            _free.Push(plane);
        }
    }

    // Whether the number in some bits equals, or is above, a value; bit by bit from the top.
    private int Nibble(int firstBit, int bits, int value, bool equal)
    {
        if (bits == 0)
        {
            return equal ? Ones : Zeros;
        }

        if (_nibbles.TryGetValue((firstBit, bits, value, equal), out int known))
        {
            return known;
        }

        int half = 1 << (bits - 1);
        int top = firstBit + bits - 1;
        int plane = value < half
            ? Mux(top, Nibble(firstBit, bits - 1, value, equal), equal ? Zeros : Ones)
            : Mux(top, Zeros, Nibble(firstBit, bits - 1, value - half, equal));
        _nibbles.Add((firstBit, bits, value, equal), plane);
        return plane;
    }
}
