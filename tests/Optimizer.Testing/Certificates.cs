using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Optimizer.Testing;

/// <summary>A certificate authority of a test, with a folder for its files: issues, revokes, signs lists of what it revoked.</summary>
public sealed class Certificates : IDisposable
{
    private readonly X509Certificate2 _authority;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly List<X509Certificate2> _revoked = [];
    private int _serial, _list;

    public Certificates(string name = "Test Plant CA")
    {
        Folder = Directory.CreateTempSubdirectory("certificates").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(_now.AddDays(-30), _now.AddDays(365));
        AuthorityFile = Write("ca.crt", _authority.ExportCertificatePem());
        RevocationListFile = Path.Combine(Folder, "ca.crl");
        WriteList();
    }

    public string Folder { get; }

    /// <summary>PEM, <c>ca.crt</c>.</summary>
    public string AuthorityFile { get; }

    /// <summary>PEM, <c>ca.crl</c>: up to date, revokes nothing yet.</summary>
    public string RevocationListFile { get; }

    /// <summary>Issues a certificate for loopback: <c>{file}.crt</c> and <c>{file}.key</c>, PEM.</summary>
    /// <param name="name">Common name.</param>
    /// <param name="file">Default: the name.</param>
    /// <param name="hosts">Names a server goes by; null: a client.</param>
    public (string CertificateFile, string KeyFile) Issue(string name, string? file = null, string[]? hosts = null, TimeSpan? age = null, TimeSpan? left = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(name, key, hosts, age ?? TimeSpan.FromHours(1), left ?? TimeSpan.FromDays(30));
        file ??= name;
        return (Write(file + ".crt", certificate.ExportCertificatePem()), Write(file + ".key", key.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>The same as one PFX with a password.</summary>
    public string IssuePfx(string name, string password)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(name, key, null, TimeSpan.FromHours(1), TimeSpan.FromDays(30));
        using var both = certificate.CopyWithPrivateKey(key);
        string file = Path.Combine(Folder, name + ".pfx");
        File.WriteAllBytes(file, both.Export(X509ContentType.Pfx, password));
        return file;
    }

    /// <summary>Revokes what a file holds and signs a new list.</summary>
    public void Revoke(string certificateFile)
    {
        _revoked.Add(X509CertificateLoader.LoadCertificateFromFile(certificateFile));
        WriteList();
    }

    /// <summary>Signs the list anew.</summary>
    /// <param name="age">How long ago it was signed.</param>
    /// <param name="left">How long it holds from now; negative: it has expired.</param>
    /// <param name="file">Default <see cref="RevocationListFile"/>.</param>
    /// <param name="der">Binary instead of PEM.</param>
    public void WriteList(TimeSpan? age = null, TimeSpan? left = null, string? file = null, bool der = false)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in _revoked)
        {
            builder.AddEntry(certificate, _now.AddMinutes(-1));
        }

        byte[] list = builder.Build(_authority, ++_list, _now + (left ?? TimeSpan.FromDays(7)), HashAlgorithmName.SHA256, null, _now - (age ?? TimeSpan.FromHours(1)));
        byte[] bytes = der ? list : System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("X509 CRL", list));
        File.WriteAllBytes(file ?? RevocationListFile, bytes);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _revoked.ForEach(c => c.Dispose());
        Directory.Delete(Folder, recursive: true);
    }

    private X509Certificate2 Issue(string name, ECDsa key, string[]? hosts, TimeSpan age, TimeSpan left)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(hosts is null ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1")], false));
        if (hosts is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (string host in hosts)
            {
                if (IPAddress.TryParse(host, out var address))
                {
                    names.AddIpAddress(address);
                }
                else
                {
                    names.AddDnsName(host);
                }
            }

            request.CertificateExtensions.Add(names.Build());
        }

        return request.Create(_authority, _now - age, _now + left, [0x40, 0, 0, (byte)++_serial]);
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(Folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}
