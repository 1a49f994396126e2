using System.Security.Cryptography;

namespace Optimizer.Historian;

/// <summary>The first bytes of a stored body: the beginning of the SHA-256 of what it holds. SQLite does not notice a bit that flips on the disk.</summary>
internal static class Checked
{
    public const int Bytes = 4;

    public static byte[] Mark(ReadOnlySpan<byte> content) => SHA256.HashData(content)[..Bytes];

    /// <exception cref="InvalidDataException">The content is not what the mark was made of.</exception>
    public static void Require(ReadOnlySpan<byte> body, ReadOnlySpan<byte> content)
    {
        if (body.Length < Bytes || !body[..Bytes].SequenceEqual(Mark(content)))
        {
            throw new InvalidDataException("checksum of a block of samples");
        }
    }
}
