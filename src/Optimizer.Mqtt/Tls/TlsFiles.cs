using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Optimizer.Mqtt;

/// <summary>Reads certificates, keys and revocation lists from their files; what cannot be used is named with its file.</summary>
internal static class TlsFiles
{
    /// <returns>Our own certificate with its key; null: none is configured.</returns>
    /// <exception cref="ConnectionSettingsException">It cannot be read, the key is not its key, or it has expired.</exception>
    public static X509Certificate2? Certificate(TlsOptions options)
    {
        if (options.CertificateFile is not { } file)
        {
            return null;
        }

        var certificate = Read(file, "the certificate", () => Load(file, options));
        var now = options.Clock.GetUtcNow();
        return !certificate.HasPrivateKey ? throw new ConnectionSettingsException($"the certificate in {file} comes without its private key: name the file of the key")
            : now > certificate.NotAfter.ToUniversalTime() ? throw new ConnectionSettingsException($"the certificate in {file} expired on {certificate.NotAfter.ToUniversalTime():u}")
            : certificate;
    }

    /// <returns>Empty: this machine's own store is trusted.</returns>
    /// <exception cref="ConnectionSettingsException">The file cannot be read or has none.</exception>
    public static X509Certificate2Collection Authorities(TlsOptions options)
    {
        var authorities = new X509Certificate2Collection();
        if (options.AuthorityFile is { } file)
        {
            Read(file, "the authorities", () =>
            {
                authorities.ImportFromPemFile(file);
                return authorities.Count > 0 ? authorities : throw new CryptographicException("it has no certificate in PEM form");
            });
        }

        return authorities;
    }

    /// <exception cref="ConnectionSettingsException">The file is not named, cannot be read, or has none.</exception>
    public static IReadOnlyList<RevocationList> RevocationLists(TlsOptions options)
    {
        string file = options.RevocationListFile
            ?? throw new ConnectionSettingsException("revocation offline needs a revocation list: name its file, or choose revocation online or nocheck");
        return Read(file, "the revocation list", () => RevocationList.Read(file));
    }

    private static X509Certificate2 Load(string file, TlsOptions options)
    {
        if (Path.GetExtension(file) is ".pfx" or ".p12")
        {
            return X509CertificateLoader.LoadPkcs12FromFile(file, options.KeyPassword);
        }

        string certificate = File.ReadAllText(file), key = options.KeyFile is { } keyFile ? Read(keyFile, "the private key", () => File.ReadAllText(keyFile)) : certificate;
        var pem = options.KeyPassword is { } password ? X509Certificate2.CreateFromEncryptedPem(certificate, key, password) : X509Certificate2.CreateFromPem(certificate, key);
        if (!OperatingSystem.IsWindows())
        {
            return pem;
        }

        // Windows shows a certificate to the other side only with a key from its own store.
        using (pem)
        {
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pfx), null);
        }
    }

    private static T Read<T>(string file, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ConnectionSettingsException($"{what} in {file} cannot be used: {e.Message}", e);
        }
    }
}
