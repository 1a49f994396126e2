namespace Optimizer.Search;

/// <summary>
/// Sobol points in the unit cube with a random digital shift per seed, up to 21 dimensions. Direction numbers: S. Joe and
/// F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), set D6.
/// </summary>
public sealed class SobolSequence
{
    private const int Bits = 32;

    // Degree s, coefficients a and initial numbers m of dimensions 2 and up.
    private static readonly (int Degree, int A, uint[] M)[] Polynomials =
    [
        (1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1]), (3, 2, [1, 1, 1]), (4, 1, [1, 1, 3, 3]), (4, 4, [1, 3, 5, 13]),
        (5, 2, [1, 1, 5, 5, 17]), (5, 4, [1, 1, 5, 5, 5]), (5, 7, [1, 1, 7, 11, 19]), (5, 11, [1, 1, 5, 1, 1]),
        (5, 13, [1, 1, 1, 3, 11]), (5, 14, [1, 3, 5, 5, 31]), (6, 1, [1, 3, 3, 9, 7, 49]), (6, 13, [1, 1, 1, 15, 21, 21]),
        (6, 16, [1, 3, 1, 13, 27, 49]), (6, 19, [1, 1, 1, 15, 7, 5]), (6, 22, [1, 3, 1, 15, 13, 25]), (6, 25, [1, 1, 5, 5, 19, 61]),
        (7, 1, [1, 3, 7, 11, 23, 15, 103]), (7, 4, [1, 3, 7, 13, 13, 15, 69]),
    ];

    private readonly uint[][] _directions;
    private readonly uint[] _shift, _state;
    private uint _index;

    /// <exception cref="ArgumentOutOfRangeException">Dimensions outside 1 to 21.</exception>
    public SobolSequence(int dimensions, int seed)
    {
        if (dimensions is < 1 or > 21)
        {
            throw new ArgumentOutOfRangeException(nameof(dimensions), dimensions, "expected 1 to 21 dimensions");
        }

        var random = new Random(seed);
        _directions = [.. Enumerable.Range(0, dimensions).Select(Directions)];
        _shift = [.. Enumerable.Range(0, dimensions).Select(_ => (uint)random.NextInt64(1L << Bits))];
        _state = new uint[dimensions];
    }

    /// <summary>Writes the next point, each coordinate in [0, 1).</summary>
    public void Next(Span<double> point)
    {
        for (int d = 0; d < _state.Length; d++)
        {
            point[d] = (_state[d] ^ _shift[d]) * (1.0 / (1L << Bits));
        }

        // Gray code order: one direction number changes from a point to the next.
        int bit = System.Numerics.BitOperations.TrailingZeroCount(~_index);
        _index++;
        for (int d = 0; d < _state.Length; d++)
        {
            _state[d] ^= _directions[d][bit];
        }
    }

    private static uint[] Directions(int dimension)
    {
        var v = new uint[Bits];
        if (dimension == 0)
        {
            for (int i = 0; i < Bits; i++)
            {
                v[i] = 1u << (Bits - 1 - i);
            }

            return v;
        }

        var (s, a, m) = Polynomials[dimension - 1];
        for (int i = 0; i < Bits; i++)
        {
            if (i < s)
            {
                v[i] = m[i] << (Bits - 1 - i);
                continue;
            }

            v[i] = v[i - s] ^ (v[i - s] >> s);
            for (int k = 1; k < s; k++)
            {
                v[i] ^= (uint)((a >> (s - 1 - k)) & 1) * v[i - k];
            }
        }

        return v;
    }
}
