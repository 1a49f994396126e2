using System.Net;
using Optimizer.Cycle;
using Optimizer.Mqtt;
using Optimizer.Plant;

namespace Optimizer.Edge.Connection;

/// <summary>
/// By what right we speak to a broker, and how far that lets us go: nothing is written to a plant over a connection that
/// anybody can read, change or make, but for the demo on this machine.
/// </summary>
internal sealed record BrokerAccess
{
    /// <summary>Plaintext and anonymous: good for advice.</summary>
    public static readonly BrokerAccess Open = new();

    /// <summary>The same where nothing is real.</summary>
    public static readonly BrokerAccess ForDemo = new() { Demo = true };

    /// <summary>A simulated plant on a broker of this machine; said in <c>state/online</c> and on the console.</summary>
    public bool Demo { get; init; }

    public TlsOptions? Tls { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Signs setpoints; null: they are not signed.</summary>
    public MessageSigner? Signer { get; init; }

    public MqttLinkOptions To(MqttLinkOptions options) => options with { Tls = Tls, UserName = User, Password = Password };

    /// <returns>Why the optimizer may only advise over this connection; null: it may write.</returns>
    public string? WhyNotWrite(string host, int port) =>
        Demo ? null
        : Tls is null ? $"the connection to {host}:{port} is plaintext, so anybody on the way could change a setpoint; connect with --tls"
        : Tls.CertificateFile is null && (User is null || string.IsNullOrEmpty(Password)) ? $"the connection to {host}:{port} is anonymous, so the broker cannot tell us from anybody; give --cert, or --user with a password"
        : null;

    /// <summary>Checks what can be checked before connecting.</summary>
    /// <exception cref="ConnectionSettingsException">The demo on a broker elsewhere, files that cannot be used, or a start mode that this connection does not allow.</exception>
    public void Require(string host, int port, OperatingMode start)
    {
        if (Demo && !IsLoopback(host))
        {
            throw new ConnectionSettingsException($"the demo is for a broker on this machine, found {host}");
        }

        Tls?.Check();
        if (start > OperatingMode.Advisory && WhyNotWrite(host, port) is { } why)
        {
            throw new ConnectionSettingsException($"the site starts in mode {Name(start)}, but {why}; it may start in advisory");
        }
    }

    /// <summary>The line, with a ceiling of advisory where nothing may be written.</summary>
    public LineDefinition Limit(LineDefinition line, string host, int port) => WhyNotWrite(host, port) is { } why && line.Ceiling > OperatingMode.Advisory
        ? line with { Ceiling = OperatingMode.Advisory, CeilingReason = why }
        : line;

    /// <summary>One line for the console; no secret is in it.</summary>
    public string Describe(string host, int port)
    {
        string how = $"{Tls?.ToString() ?? "plaintext"}, {(User is not null ? $"user {User}" : Tls?.CertificateFile is null ? "anonymous" : "known by certificate")}, setpoints {(Signer is null ? "not signed" : $"signed by key {Signer.KeyId}")}";
        return (Demo ? "DEMO, not for a real plant: " : "") + how + (WhyNotWrite(host, port) is { } why ? $"; advisory at most: {why}" : "");
    }

    /// <summary>Never with the password.</summary>
    public override string ToString() => Tls?.ToString() ?? "plaintext";

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static string Name(OperatingMode mode) => mode.ToString().ToLowerInvariant();
}
