using System.Buffers.Text;
using System.Security.Cryptography;

namespace Optimizer.Mqtt;

/// <summary>Tells messages signed by a trusted key from all others, as a gateway does it before anything else.</summary>
public sealed class SignatureCheck : IDisposable
{
    private readonly Dictionary<string, ECDsa> _keys;

    private SignatureCheck(Dictionary<string, ECDsa> keys) => _keys = keys;

    /// <param name="files">PEM files, each of one EC P-256 public key.</param>
    /// <exception cref="ConnectionSettingsException">One cannot be read or has no such key, or there are none.</exception>
    public static SignatureCheck FromFiles(IEnumerable<string> files)
    {
        var keys = new Dictionary<string, ECDsa>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            var key = SignedContent.Key(file);
            keys[SignedContent.NameOf(key)] = key;
        }

        return keys.Count > 0 ? new SignatureCheck(keys) : throw new ConnectionSettingsException("no trusted signature key is named");
    }

    /// <returns>Why the message is not to be believed; null: a trusted key signed it for this topic.</returns>
    public string? Refusal(InboundMessage message)
    {
        if (Only(message, SignedContent.Signature) is not { } signature || Only(message, SignedContent.KeyId) is not { } id)
        {
            return "not signed: expected one kid and one sig";
        }

        if (!_keys.TryGetValue(id, out var key))
        {
            return "signed by a key that is not trusted here";
        }

        byte[] bytes = new byte[64];
        return signature.Length == SignedContent.SignatureLength && Base64Url.IsValid(signature) && Base64Url.TryDecodeFromChars(signature, bytes, out int length) && length == bytes.Length
            && key.VerifyData(SignedContent.Of(message.Topic, message.ContentType, message.Payload.Span), bytes, HashAlgorithmName.SHA256)
            ? null
            : "the signature does not fit topic, content type and payload";
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }

    private static string? Only(InboundMessage message, string name)
    {
        var values = message.UserProperties.Where(p => p.Name == name).Select(p => p.Value).ToList();
        return values.Count == 1 ? values[0] : null;
    }
}
