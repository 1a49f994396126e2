using System.Security.Cryptography;
using System.Text;

namespace Optimizer.Mqtt.Tests.Security;

public sealed class SignatureTests : IDisposable
{
    private const string Topic = "aurum/lz1/foil/l01/_opt_v1/sp/set/gw-l01";

    private readonly string _folder = Directory.CreateTempSubdirectory("signing-").FullName;
    private readonly MessageSigner _signer;
    private readonly SignatureCheck _check;

    public SignatureTests()
    {
        var (secret, open) = Keys("a");
        (_signer, _check) = (MessageSigner.FromFile(secret), SignatureCheck.FromFiles([open]));
    }

    public void Dispose()
    {
        _signer.Dispose();
        _check.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void SignedMessage_IsBelieved() => Assert.Null(_check.Refusal(Signed()));

    public static TheoryData<string, Func<InboundMessage, InboundMessage>> Forgeries => new()
    {
        { "replay on the topic of another gateway", m => m with { Topic = Topic[..^1] + "2" } },
        { "replay in another line", m => m with { Topic = Topic.Replace("l01/", "l02/", StringComparison.Ordinal) } },
        { "another content type", m => m with { ContentType = "application/cbor" } },
        { "no content type", m => m with { ContentType = null } },
        { "topic and content type shifted", m => m with { Topic = m.Topic + "\0application/json", ContentType = "" } },
        { "another payload", m => m with { Payload = Encoding.UTF8.GetBytes("{\"a\":2}") } },
        { "a payload with something behind", m => m with { Payload = (byte[])[.. m.Payload.Span, (byte)' '] } },
        { "no signature", m => m with { UserProperties = [] } },
        { "no key id", m => m with { UserProperties = [.. m.UserProperties.Where(p => p.Name != "kid")] } },
        { "two signatures", m => m with { UserProperties = [.. m.UserProperties, ("sig", "x")] } },
        { "two key ids", m => m with { UserProperties = [.. m.UserProperties, ("kid", "x")] } },
        { "an unknown key id", m => Change(m, "kid", _ => "x") },
        { "an empty signature", m => Change(m, "sig", _ => "") },
        { "a signature of zeros", m => Change(m, "sig", s => new string('A', s.Length)) },
        { "a signature cut short", m => Change(m, "sig", s => s[..^2]) },
        { "a signature that is far too long", m => Change(m, "sig", s => new string('A', 3000)) },
        { "a signature that is no base64url", m => Change(m, "sig", s => "+/" + s[2..]) },
        { "padding behind the signature", m => Change(m, "sig", s => s + "==") },
    };

    [Theory]
    [MemberData(nameof(Forgeries), DisableDiscoveryEnumeration = true)]
    public void ForgedMessage_IsRefused(string what, Func<InboundMessage, InboundMessage> forge) => Assert.True(_check.Refusal(forge(Signed())) is { Length: > 0 }, what);

    [Fact]
    public void KeyOfAnother_IsNotTrusted()
    {
        using var other = MessageSigner.FromFile(Keys("b").Secret);
        var message = Arrived(other.Sign(Outbound()));

        Assert.Equal("signed by a key that is not trusted here", _check.Refusal(message));
        Assert.Equal("the signature does not fit topic, content type and payload", _check.Refusal(Change(message, "kid", _ => _signer.KeyId)));
    }

    // What README.md of edge/mosquitto says, done by hand: somebody else's gateway must come to the same.
    [Fact]
    public void Signature_IsWhatTheDocumentSays()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(_folder, "a.pub")));
        var message = Signed();
        byte[] covered = [.. Encoding.UTF8.GetBytes(Topic + "\0application/json\0"), .. message.Payload.Span];
        byte[] signature = System.Buffers.Text.Base64Url.DecodeFromChars(message.UserProperties.Single(p => p.Name == "sig").Value);

        Assert.True(key.VerifyData(covered, signature, HashAlgorithmName.SHA256));
        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..16]), message.UserProperties.Single(p => p.Name == "kid").Value);
    }

    [Fact]
    public void KeysThatCannotBeUsed_AreNamed()
    {
        string absent = Path.Combine(_folder, "absent.pem"), rsa = Path.Combine(_folder, "rsa.pem"), other = Path.Combine(_folder, "p384.pem"), text = Path.Combine(_folder, "text.pem");
        using (var key = RSA.Create(2048))
        {
            File.WriteAllText(rsa, key.ExportPkcs8PrivateKeyPem());
        }

        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP384))
        {
            File.WriteAllText(other, key.ExportPkcs8PrivateKeyPem());
        }

        File.WriteAllText(text, "no key");
        foreach (string file in new[] { absent, rsa, other, text, Path.Combine(_folder, "a.pub") })
        {
            Assert.Contains(file, Assert.Throws<ConnectionSettingsException>(() => MessageSigner.FromFile(file)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ConnectionSettingsException>(() => SignatureCheck.FromFiles([]));
    }

    private static OutboundMessage Outbound() => new(Topic, Encoding.UTF8.GetBytes("{\"a\":1}"), 1) { UserProperties = [("id", "1")] };

    private static InboundMessage Arrived(OutboundMessage message) =>
        new(message.Topic, message.Payload, 1, false, null, default) { ContentType = "application/json", UserProperties = message.UserProperties };

    private static InboundMessage Change(InboundMessage message, string name, Func<string, string> change) =>
        message with { UserProperties = [.. message.UserProperties.Select(p => p.Name == name ? (p.Name, change(p.Value)) : p)] };

    private InboundMessage Signed() => Arrived(_signer.Sign(Outbound()));

    private (string Secret, string Open) Keys(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string secret = Path.Combine(_folder, name + ".key"), open = Path.Combine(_folder, name + ".pub");
        File.WriteAllText(secret, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(open, key.ExportSubjectPublicKeyInfoPem());
        return (secret, open);
    }
}
