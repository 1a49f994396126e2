using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;

namespace Optimizer.Mqtt;

/// <summary>Decides whether the other side of a connection is the broker it should be, and says why not.</summary>
internal sealed class BrokerCertificateCheck(TlsOptions options, X509Certificate2Collection authorities, string host)
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");

    public static void Apply(MqttClientTlsOptionsBuilder tls, TlsOptions options, string host)
    {
        var authorities = TlsFiles.Authorities(options);
        var check = new BrokerCertificateCheck(options, authorities, options.TargetHost ?? host);
        tls.UseTls().WithSslProtocols(SslProtocols.Tls12 | SslProtocols.Tls13).WithAllowRenegotiation(false).WithTargetHost(check.Host)
            // Revocation is looked into below, once; here it would be asked for over the network.
            .WithRevocationMode(X509RevocationMode.NoCheck)
            .WithCertificateValidationHandler(check.Accept);
        if (authorities.Count > 0)
        {
            tls.WithTrustChain(authorities);
        }

        if (TlsFiles.Certificate(options) is { } own)
        {
            tls.WithClientCertificates([own]);
        }
    }

    private string Host => host;

    /// <exception cref="AuthenticationException">It is not; a plain refusal would not say why.</exception>
    private bool Accept(MqttClientCertificateValidationEventArgs args) => Wrong(args) is { } wrong ? throw new AuthenticationException(wrong) : true;

    private string? Wrong(MqttClientCertificateValidationEventArgs args)
    {
        if (args.Certificate is null)
        {
            return "the broker showed no certificate";
        }

        var certificate = args.Certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(args.Certificate.GetRawCertData());
        if (args.SslPolicyErrors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"the broker's certificate {certificate.Subject} is not for {host}";
        }

        using var chain = new X509Chain { ChainPolicy = Policy(args.Chain) };
        return !chain.Build(certificate)
            ? $"the broker's certificate {certificate.Subject} does not hold: {string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct())}"
            : options.Revocation == RevocationCheck.Offline ? Revoked(chain) : null;
    }

    private X509ChainPolicy Policy(X509Chain? shown)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = authorities.Count > 0 ? X509ChainTrustMode.CustomRootTrust : X509ChainTrustMode.System,
            RevocationMode = options.Revocation == RevocationCheck.Online ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            DisableCertificateDownloads = options.Revocation != RevocationCheck.Online,
            VerificationTime = options.Clock.GetUtcNow().UtcDateTime,
            ApplicationPolicy = { ServerUse },
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ExtraStore.AddRange(shown?.ChainPolicy.ExtraStore ?? []);
        return policy;
    }

    // Every certificate below the root against the list of the one above it.
    private string? Revoked(X509Chain chain)
    {
        var lists = TlsFiles.RevocationLists(options);
        for (int i = 0; i + 1 < chain.ChainElements.Count; i++)
        {
            var certificate = chain.ChainElements[i].Certificate;
            if (RevocationList.UsableFor(chain.ChainElements[i + 1].Certificate, lists, options.Clock.GetUtcNow(), out string? why) is not { } list)
            {
                return why;
            }

            if (list.RevokedAt(certificate) is { } at)
            {
                return $"the broker's certificate {certificate.Subject} was revoked on {at:u}";
            }
        }

        return null;
    }
}
