using System.CommandLine;
using Optimizer.Edge.Commands;
using Optimizer.Mqtt;

namespace Optimizer.Edge.Connection;

/// <summary>The options of a verb by which it reaches a broker.</summary>
internal sealed class ConnectionOptions
{
    private const int PlaintextPort = 1883, TlsPort = 8883;

    private readonly Option<string> _broker = new("--broker") { Description = "Broker to connect to; the port is 1883, or 8883 with --tls, when left out.", DefaultValueFactory = _ => "127.0.0.1", HelpName = "HOST:PORT" };
    private readonly Option<bool> _tls = new("--tls") { Description = "Connect by TLS 1.2 or 1.3." };
    private readonly Option<string?> _authorities = new("--ca") { Description = "PEM file of the authorities that may vouch for the broker; left out: this machine's own.", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new("--cert") { Description = "Own certificate, PEM or PFX.", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--key") { Description = "PEM file of its private key; left out: it is in the file of the certificate.", HelpName = "FILE" };
    private readonly Option<string?> _keyPassword = new("--key-password-file") { Description = $"File with what opens the key; else {Secrets.KeyPassword}_FILE or {Secrets.KeyPassword} from the environment.", HelpName = "FILE" };
    private readonly Option<string?> _list = new("--crl") { Description = "Revocation lists of the authorities, PEM or DER, for --revocation offline.", HelpName = "FILE" };
    private readonly Option<string> _revocation = new("--revocation") { Description = "How the broker's certificate is held against what was revoked: offline, online, nocheck.", DefaultValueFactory = _ => "offline", HelpName = "HOW" };
    private readonly Option<string?> _user = new("--user") { Description = "Broker user.", HelpName = "NAME" };
    private readonly Option<string?> _password = new("--password-file") { Description = $"File with the user's password; else {Secrets.Password}_FILE or {Secrets.Password} from the environment.", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _broker, _tls, _authorities, _certificate, _key, _keyPassword, _list, _revocation, _user, _password })
        {
            command.Options.Add(option);
        }
    }

    public (string Host, int Port) Broker(ParseResult parsed) => CommonOptions.Broker(parsed.GetValue(_broker)!, parsed.GetValue(_tls) ? TlsPort : PlaintextPort);

    /// <exception cref="UsageException">Options that do not go together.</exception>
    /// <exception cref="ConnectionSettingsException">A secret cannot be read.</exception>
    public BrokerAccess Access(ParseResult parsed)
    {
        string? user = parsed.GetValue(_user);
        if (parsed.GetValue(_password) is not null && user is null)
        {
            throw new UsageException("--password-file needs --user");
        }

        string? password = user is null ? null : Secrets.Read(parsed.GetValue(_password), Secrets.Password, Environment.GetEnvironmentVariable);
        return new BrokerAccess { Tls = Tls(parsed), User = user, Password = password };
    }

    private TlsOptions? Tls(ParseResult parsed)
    {
        if (!parsed.GetValue(_tls))
        {
            Option<string?>[] useless = [_authorities, _certificate, _key, _keyPassword, _list];
            return useless.FirstOrDefault(o => parsed.GetValue(o) is not null) is { } option ? throw new UsageException($"{option.Name} needs --tls") : null;
        }

        string how = parsed.GetValue(_revocation)!;
        if (parsed.GetValue(_key) is not null && parsed.GetValue(_certificate) is null)
        {
            throw new UsageException("--key needs --cert");
        }

        return new TlsOptions
        {
            AuthorityFile = parsed.GetValue(_authorities),
            CertificateFile = parsed.GetValue(_certificate),
            KeyFile = parsed.GetValue(_key),
            KeyPassword = parsed.GetValue(_certificate) is null ? null : Secrets.Read(parsed.GetValue(_keyPassword), Secrets.KeyPassword, Environment.GetEnvironmentVariable),
            RevocationListFile = parsed.GetValue(_list),
            Revocation = how switch
            {
                "offline" => RevocationCheck.Offline,
                "online" => RevocationCheck.Online,
                "nocheck" => RevocationCheck.NoCheck,
                _ => throw new UsageException($"--revocation: found \"{how}\", expected one of offline, online, nocheck"),
            },
        };
    }
}
