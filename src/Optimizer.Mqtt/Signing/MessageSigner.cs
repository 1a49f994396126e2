using System.Buffers.Text;
using System.Security.Cryptography;

namespace Optimizer.Mqtt;

/// <summary>
/// Signs messages with ES256 (ECDSA over P-256), detached, in the user properties <c>kid</c> and <c>sig</c>: a gateway can then
/// tell who wrote a setpoint even when the broker between them is not to be trusted.
/// </summary>
public sealed class MessageSigner : IDisposable
{
    private const string ContentType = "application/json";

    private readonly ECDsa _key;

    private MessageSigner(ECDsa key) => (_key, KeyId) = (key, SignedContent.NameOf(key));

    /// <summary>Name of the key, the same for its private and its public half.</summary>
    public string KeyId { get; }

    /// <param name="file">PEM file of an EC P-256 private key.</param>
    /// <exception cref="ConnectionSettingsException">It cannot be read or has no such key.</exception>
    public static MessageSigner FromFile(string file)
    {
        var signer = new MessageSigner(SignedContent.Key(file));
        try
        {
            signer._key.SignHash(new byte[32]);
            return signer;
        }
        catch (CryptographicException e)
        {
            signer.Dispose();
            throw new ConnectionSettingsException($"the signature key in {file} is a public one: signing needs the private one", e);
        }
    }

    public OutboundMessage Sign(OutboundMessage message)
    {
        byte[] signature = _key.SignData(SignedContent.Of(message.Topic, ContentType, message.Payload.Span), HashAlgorithmName.SHA256);
        return message with { UserProperties = [.. message.UserProperties, (SignedContent.KeyId, KeyId), (SignedContent.Signature, Base64Url.EncodeToString(signature))] };
    }

    public void Dispose() => _key.Dispose();
}
