using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Optimizer.Mqtt;

/// <summary>
/// A list of revoked certificates as its authority signed it (RFC 5280). The platform reads such lists only to write new ones
/// and its chains take none from a file, so dates, signature and entries are read here.
/// </summary>
internal sealed class RevocationList
{
    private const string KeyUsage = "2.5.29.15";

    // Of those an authority adds to a complete list none is critical; one that is changes what the list means.
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 0);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private readonly string _file, _algorithm;
    private readonly byte[] _signed, _signature;
    private readonly Dictionary<string, DateTimeOffset> _revoked = new(StringComparer.Ordinal);
    private readonly string? _critical;

    private RevocationList(string file, ReadOnlyMemory<byte> der)
    {
        _file = file;
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        var list = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        _signed = list.PeekEncodedValue().ToArray();
        var body = list.ReadSequence();
        _algorithm = list.ReadSequence().ReadObjectIdentifier();
        _signature = list.ReadBitString(out int unused);
        list.ThrowIfNotEmpty();
        if (unused != 0)
        {
            throw new CryptographicException("its signature is not made of bytes");
        }

        if (body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
        {
            body.ReadInteger();
        }

        if (body.ReadSequence().ReadObjectIdentifier() != _algorithm)
        {
            throw new CryptographicException("it names two different signature algorithms");
        }

        Issuer = new X500DistinguishedName(body.ReadEncodedValue().Span);
        ThisUpdate = Time(body);
        NextUpdate = body.HasData && IsTime(body.PeekTag()) ? Time(body) : null;
        if (body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            ReadEntries(body.ReadSequence());
        }

        _critical = body.HasData && body.PeekTag().HasSameClassAndValue(Extensions) ? Critical(body.ReadSequence(Extensions).ReadSequence()) : null;
    }

    public X500DistinguishedName Issuer { get; }

    public DateTimeOffset ThisUpdate { get; }

    /// <summary>Null: the authority named none.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <exception cref="CryptographicException">The file is no revocation list.</exception>
    public static IReadOnlyList<RevocationList> Read(string file)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(file);
            return bytes is [0x30, ..] ? [new RevocationList(file, bytes)] : [.. Pem(System.Text.Encoding.ASCII.GetString(bytes)).Select(der => new RevocationList(file, der))];
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("it is no revocation list: " + e.Message, e);
        }
    }

    /// <summary>The newest list of this authority that may be relied on.</summary>
    /// <param name="why">What is wrong with those there are, or that there is none.</param>
    public static RevocationList? UsableFor(X509Certificate2 authority, IReadOnlyList<RevocationList> lists, DateTimeOffset now, out string? why)
    {
        why = $"there is no revocation list of {authority.Subject}";
        foreach (var list in lists.Where(l => l.Issuer.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData)).OrderByDescending(l => l.ThisUpdate))
        {
            if (list.Wrong(authority, now) is not { } wrong)
            {
                why = null;
                return list;
            }

            why = $"the revocation list in {list._file} {wrong}";
        }

        return null;
    }

    /// <returns>When the certificate was revoked; null: it was not.</returns>
    public DateTimeOffset? RevokedAt(X509Certificate2 certificate) =>
        _revoked.TryGetValue(Serial(certificate.SerialNumberBytes.Span), out var at) ? at : null;

    private string? Wrong(X509Certificate2 authority, DateTimeOffset now) =>
        NextUpdate is not { } next ? "does not say until when it holds"
        : now > next ? $"expired on {next:u}"
        : ThisUpdate > now + Skew ? $"holds from {ThisUpdate:u} only"
        : _critical is not null ? $"is not a complete list of this authority: it has the critical extension {_critical}"
        : authority.Extensions[KeyUsage] is X509KeyUsageExtension usage && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign) ? $"is signed by {authority.Subject}, which may sign none"
        : !Verifies(authority) ? $"was not signed by {authority.Subject}"
        : null;

    private bool Verifies(X509Certificate2 authority)
    {
        HashAlgorithmName? hash = _algorithm switch
        {
            "1.2.840.10045.4.3.2" or "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
            "1.2.840.10045.4.3.3" or "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
            "1.2.840.10045.4.3.4" or "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
            _ => null,
        };
        if (hash is not { } by)
        {
            return false;
        }

        using var curve = authority.GetECDsaPublicKey();
        using var rsa = authority.GetRSAPublicKey();
        return _algorithm.StartsWith("1.2.840.10045.", StringComparison.Ordinal)
            ? curve?.VerifyData(_signed, _signature, by, DSASignatureFormat.Rfc3279DerSequence) ?? false
            : rsa?.VerifyData(_signed, _signature, by, RSASignaturePadding.Pkcs1) ?? false;
    }

    private void ReadEntries(AsnReader entries)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            _revoked[Serial(entry.ReadIntegerBytes().Span)] = Time(entry);
        }
    }

    private static string? Critical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            string id = extension.ReadObjectIdentifier();
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean())
            {
                return id;
            }
        }

        return null;
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset Time(AsnReader from) => from.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? from.ReadUtcTime() : from.ReadGeneralizedTime();

    private static string Serial(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes.TrimStart((byte)0));

    private static List<byte[]> Pem(string text)
    {
        var lists = new List<byte[]>();
        for (int from = 0; PemEncoding.TryFind(text.AsSpan(from), out var fields); from += fields.Location.End.Value)
        {
            if (text.AsSpan(from)[fields.Label] is "X509 CRL")
            {
                lists.Add(Convert.FromBase64String(text[from..][fields.Base64Data]));
            }
        }

        return lists.Count > 0 ? lists : throw new CryptographicException("it has no revocation list");
    }
}
