namespace Optimizer.Mqtt;

/// <summary>How a broker's certificate is held against what its authority has revoked.</summary>
public enum RevocationCheck
{
    /// <summary>By a revocation list on this machine: a plant has no way out to ask anybody.</summary>
    Offline,

    /// <summary>By asking whom the certificate names, over the network.</summary>
    Online,

    /// <summary>Not at all.</summary>
    NoCheck,
}

/// <summary>
/// TLS 1.2 or 1.3 to the broker. Files are read anew for each connection, so that a changed certificate is in force from the
/// next one on. There is no way to accept a broker whose certificate does not hold.
/// </summary>
public sealed record TlsOptions
{
    /// <summary>PEM file of the authorities that may vouch for the broker. Null: those of this machine's own store.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Our own certificate: PEM, or PFX when it ends in .pfx or .p12. Null: none is shown.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its private key. Null: the key is in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Opens the key or the PFX. Null: it is not locked.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>Default offline, which needs <see cref="RevocationListFile"/>.</summary>
    public RevocationCheck Revocation { get; init; } = RevocationCheck.Offline;

    /// <summary>Revocation lists of the authorities, PEM or DER, as they signed them; used offline only.</summary>
    public string? RevocationListFile { get; init; }

    /// <summary>Name the broker's certificate must carry. Null: the host connected to.</summary>
    public string? TargetHost { get; init; }

    /// <summary>What certificates and revocation lists are judged by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads every file once, so that a mistake is found at start and not at night.</summary>
    /// <exception cref="ConnectionSettingsException">A file is missing, cannot be used, does not fit another, or has expired.</exception>
    public void Check()
    {
        using var own = TlsFiles.Certificate(this);
        var authorities = TlsFiles.Authorities(this);
        if (Revocation != RevocationCheck.Offline)
        {
            return;
        }

        var lists = TlsFiles.RevocationLists(this);
        foreach (var authority in authorities)
        {
            if (RevocationList.UsableFor(authority, lists, Clock.GetUtcNow(), out string? why) is null)
            {
                throw new ConnectionSettingsException(why!);
            }
        }
    }

    /// <summary>Names files, never what is in them.</summary>
    public override string ToString() =>
        $"TLS, authorities {AuthorityFile ?? "of this machine"}, own certificate {CertificateFile ?? "none"}, revocation {Revocation.ToString().ToLowerInvariant()}{(RevocationListFile is null ? "" : " by " + RevocationListFile)}";
}
