using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Optimizer.Surrogates;

/// <summary>Content hash of a <see cref="TreeEnsemble"/>: names a model in cards, logs and stored decisions.</summary>
public static class EnsembleHash
{
    // Part of the hashed bytes: changing what is hashed must change every hash.
    private const int FormatVersion = 1;

    /// <summary>
    /// SHA-256 over the bits of all parts, little-endian, as 64 lower-case hex digits. The same on every platform. Ensembles
    /// that answer alike but are laid out differently hash differently.
    /// </summary>
    public static string Compute(TreeEnsemble ensemble)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendInt(hash, FormatVersion);
        AppendInt(hash, ensemble.FeatureCount);
        AppendLong(hash, BitConverter.DoubleToInt64Bits(ensemble.Bias));
        AppendInts(hash, ensemble.Roots);
        AppendInts(hash, ensemble.Feature);
        AppendInts(hash, Array.ConvertAll(ensemble.Threshold, BitConverter.SingleToInt32Bits));
        AppendInts(hash, ensemble.Left);
        AppendInts(hash, ensemble.Right);
        AppendInt(hash, ensemble.LeafValue.Length);
        foreach (double value in ensemble.LeafValue)
        {
            AppendLong(hash, BitConverter.DoubleToInt64Bits(value));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendInts(IncrementalHash hash, int[] values)
    {
        AppendInt(hash, values.Length);
        foreach (int value in values)
        {
            AppendInt(hash, value);
        }
    }

    private static void AppendInt(IncrementalHash hash, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static void AppendLong(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
