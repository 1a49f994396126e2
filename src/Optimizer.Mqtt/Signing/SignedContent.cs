using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Optimizer.Mqtt;

/// <summary>
/// What a signature of a message covers: topic, content type and payload with a zero byte between them, which neither of the
/// first two may contain. So a signed message is worth nothing on another topic.
/// </summary>
internal static class SignedContent
{
    /// <summary>User property with the signature: ES256, r and s as 64 bytes, base64url without padding.</summary>
    public const string Signature = "sig";

    /// <summary>User property that names the key.</summary>
    public const string KeyId = "kid";

    /// <summary>Longest signature in characters: 64 bytes.</summary>
    public const int SignatureLength = 86;

    private const string Curve = "1.2.840.10045.3.1.7";

    public static byte[] Of(string topic, string? contentType, ReadOnlySpan<byte> payload) =>
        [.. Encoding.UTF8.GetBytes(topic), 0, .. Encoding.UTF8.GetBytes(contentType ?? ""), 0, .. payload];

    /// <summary>The key's name, from the key itself: the first 16 bytes of SHA-256 over its SubjectPublicKeyInfo, base64url.</summary>
    public static string NameOf(ECDsa key) => Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 16));

    /// <exception cref="ConnectionSettingsException">The file cannot be read or has no P-256 key.</exception>
    public static ECDsa Key(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key.ExportParameters(false).Curve.Oid.Value == Curve ? key : throw new CryptographicException("it is not of curve P-256");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ConnectionSettingsException($"the signature key in {file} cannot be used: {e.Message}", e);
        }
    }
}
