using System.Security.Cryptography;
using System.Text;

namespace CopperFoilLine;

/// <summary>
/// xoshiro256** (Blackman and Vigna, 2018), one stream per name and seed, so that a fault in one tag leaves the noise of
/// every other as it was. Normal numbers by Box and Muller.
/// </summary>
internal sealed class RandomStream
{
    private readonly ulong[] _s = new ulong[4];
    private double _spare = double.NaN;

    public RandomStream(string name, int seed)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{name}/{seed}"));
        for (int i = 0; i < 4; i++)
        {
            _s[i] = BitConverter.ToUInt64(hash, 8 * i);
        }
    }

    /// <summary>In [0, 1).</summary>
    public double Uniform()
    {
        ulong result = ulong.RotateLeft(_s[1] * 5, 7) * 9;
        ulong t = _s[1] << 17;
        _s[2] ^= _s[0];
        _s[3] ^= _s[1];
        _s[1] ^= _s[2];
        _s[0] ^= _s[3];
        _s[2] ^= t;
        _s[3] = ulong.RotateLeft(_s[3], 45);
        return (result >> 11) * (1.0 / (1UL << 53));
    }

    public double Gaussian()
    {
        if (!double.IsNaN(_spare))
        {
            double kept = _spare;
            _spare = double.NaN;
            return kept;
        }

        double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform())), angle = 2 * Math.PI * Uniform();
        _spare = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    /// <summary>Poisson count; Knuth's product for small means, the normal limit above 60.</summary>
    public int Poisson(double mean)
    {
        if (mean > 60)
        {
            return (int)Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Gaussian())));
        }

        double limit = Math.Exp(-mean), product = Uniform();
        int n = 0;
        while (product > limit)
        {
            product *= Uniform();
            n++;
        }

        return n;
    }
}
