using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Optimizer.Setpoints;

/// <summary>UUID version 7 (RFC 9562) made from the instant, the writer epoch and a counter, so that replay gives the same ids.</summary>
public static class SetpointIds
{
    public static string Create(DateTimeOffset at, long epoch, long counter, string purpose)
    {
        Span<byte> seed = stackalloc byte[24 + System.Text.Encoding.UTF8.GetByteCount(purpose)];
        BinaryPrimitives.WriteInt64BigEndian(seed, at.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(seed[8..], epoch);
        BinaryPrimitives.WriteInt64BigEndian(seed[16..], counter);
        System.Text.Encoding.UTF8.GetBytes(purpose, seed[24..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(seed, hash);
        var id = hash[..16];
        long milliseconds = at.ToUnixTimeMilliseconds();
        for (int i = 0; i < 6; i++)
        {
            id[i] = (byte)(milliseconds >> (40 - (8 * i)));
        }

        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true).ToString();
    }
}
