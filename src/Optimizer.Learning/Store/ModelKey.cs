using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Optimizer.Learning.Store;

/// <summary>Signs manifests and verifies them: ECDSA over P-256 with SHA-256.</summary>
public sealed class ModelKey : IDisposable
{
    private readonly ECDsa _key;

    private ModelKey(ECDsa key) =>
        (_key, Id) = (key, Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16]);

    /// <summary>First 16 hex digits of the public key's SHA-256.</summary>
    public string Id { get; }

    /// <summary>The key of a store; made, readable by its owner only, when there is none.</summary>
    /// <exception cref="ModelException">The file is no EC P-256 private key.</exception>
    public static ModelKey OpenOrCreate(string file)
    {
        if (!File.Exists(file))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            // Made beside and moved: half a key would lock everybody out.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                Restrict(options);
            }

            using (var stream = new FileStream(file + ".part", options))
            {
                stream.Write(System.Text.Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem()));
                stream.Flush(flushToDisk: true);
            }

            File.Move(file + ".part", file, overwrite: false);
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            key.SignHash(new byte[32]);
            return key.KeySize == 256 ? new ModelKey(key) : throw new ModelException($"{file}: a key of {key.KeySize} bits, expected EC P-256");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ModelException($"{file}: {e.Message}; expected the PEM of an EC P-256 private key");
        }
    }

    public string Sign(byte[] content) => Convert.ToBase64String(_key.SignData(content, HashAlgorithmName.SHA256));

    public bool Verifies(byte[] content, string signature)
    {
        Span<byte> bytes = stackalloc byte[128];
        return Convert.TryFromBase64String(signature, bytes, out int length) && _key.VerifyData(content, bytes[..length], HashAlgorithmName.SHA256);
    }

    public void Dispose() => _key.Dispose();

    [UnsupportedOSPlatform("windows")]
    private static void Restrict(FileStreamOptions options) => options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
}
