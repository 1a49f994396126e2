using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Security;

/// <summary>TLS to a real Mosquitto that asks for client certificates: who is believed, who is not, and what is said about it.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private const string Listener = """
        listener {port} 127.0.0.1
        cafile {folder}/ca.crt
        certfile {folder}/broker.crt
        keyfile {folder}/broker.key
        tls_version tlsv1.2
        require_certificate true
        use_identity_as_username true
        allow_anonymous false
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Certificates _plant = new();
    private (string CertificateFile, string KeyFile) _broker, _own;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TlsOptions Good => new() { AuthorityFile = _plant.AuthorityFile, CertificateFile = _own.CertificateFile, KeyFile = _own.KeyFile, RevocationListFile = _plant.RevocationListFile };

    public ValueTask InitializeAsync()
    {
        _broker = _plant.Issue("broker", hosts: ["127.0.0.1", "localhost"]);
        _own = _plant.Issue("opt");
        return default;
    }

    public ValueTask DisposeAsync()
    {
        _plant.Dispose();
        return default;
    }

    [Fact]
    public async Task BothSidesWithCertificates_Connect()
    {
        await using var broker = await StartAsync();

        Assert.Null(await FailureAsync(broker, Good));
        await Eventually.TrueAsync(() => broker.Log.Any(l => l.Contains("u'opt'", StringComparison.Ordinal)), Patience, Cancel);
    }

    [Fact]
    public async Task KeyLockedWithAPassword_Opens()
    {
        await using var broker = await StartAsync();
        string pfx = _plant.IssuePfx("opt-pfx", "geheim");

        Assert.Null(await FailureAsync(broker, Good with { CertificateFile = pfx, KeyFile = null, KeyPassword = "geheim" }));
        var e = Assert.Throws<ConnectionSettingsException>(() => (Good with { CertificateFile = pfx, KeyFile = null, KeyPassword = "falsch" }).Check());
        Assert.Contains(pfx, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("falsch", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoCertificateOfOurs_IsRefusedByTheBroker()
    {
        await using var broker = await StartAsync();

        Assert.NotNull(await FailureAsync(broker, Good with { CertificateFile = null, KeyFile = null }));
    }

    [Fact]
    public async Task CertificateOfAnotherAuthority_IsRefusedByTheBroker()
    {
        using var other = new Certificates("Other CA");
        var stranger = other.Issue("opt");
        await using var broker = await StartAsync();

        Assert.NotNull(await FailureAsync(broker, Good with { CertificateFile = stranger.CertificateFile, KeyFile = stranger.KeyFile }));
    }

    [Fact]
    public async Task Plaintext_IsRefusedByTheBroker()
    {
        await using var broker = await StartAsync();

        Assert.NotNull(await FailureAsync(broker, null));
    }

    [Fact]
    public async Task BrokerOfAnotherAuthority_IsRefusedWithAReason()
    {
        using var other = new Certificates("Other CA");
        await using var broker = await StartAsync();

        string? failure = await FailureAsync(broker, Good with { AuthorityFile = other.AuthorityFile, RevocationListFile = other.RevocationListFile });
        Assert.Contains("CN=broker does not hold", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokerWithAnotherAuthority_IsNotTrustedByTheMachinesStoreEither()
    {
        await using var broker = await StartAsync();

        Assert.Contains("does not hold", await FailureAsync(broker, Good with { AuthorityFile = null, Revocation = RevocationCheck.NoCheck }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokerOfAnotherName_IsRefusedWithAReason()
    {
        await using var broker = await StartAsync();

        Assert.Contains("is not for broker.plant.example", await FailureAsync(broker, Good with { TargetHost = "broker.plant.example" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateOfAClient_IsNoCertificateOfABroker()
    {
        _broker = _plant.Issue("broker");
        await using var broker = await StartAsync();

        Assert.NotNull(await FailureAsync(broker, Good with { TargetHost = "broker" }));
    }

    [Fact]
    public async Task BrokerWhoseCertificateExpired_IsRefusedWithAReason()
    {
        _broker = _plant.Issue("broker", hosts: ["127.0.0.1"], age: TimeSpan.FromDays(20), left: TimeSpan.FromDays(-1));
        await using var broker = await StartAsync();

        Assert.Contains("CN=broker does not hold", await FailureAsync(broker, Good), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RevokedBroker_IsRefusedOfflineByTheListFile(bool der)
    {
        await using var broker = await StartAsync();
        Assert.Null(await FailureAsync(broker, Good));
        _plant.Revoke(_broker.CertificateFile);
        _plant.WriteList(der: der);

        Assert.Contains("CN=broker was revoked on", await FailureAsync(broker, Good), StringComparison.Ordinal);
        Assert.Null(await FailureAsync(broker, Good with { Revocation = RevocationCheck.NoCheck }));
    }

    [Fact]
    public async Task ListThatExpired_RefusesEveryBroker()
    {
        await using var broker = await StartAsync();
        _plant.WriteList(age: TimeSpan.FromDays(8), left: TimeSpan.FromDays(-1));

        Assert.Matches("revocation list in .*ca.crl expired on", await FailureAsync(broker, Good));
    }

    [Fact]
    public void ListThatIsMissingForgedOrOfAnother_IsRefusedAtStart()
    {
        using var other = new Certificates("Other CA");
        using var impostor = new Certificates();
        string forged = Path.Combine(_plant.Folder, "forged.crl"), broken = Path.Combine(_plant.Folder, "broken.crl"), future = Path.Combine(_plant.Folder, "future.crl");
        File.Copy(impostor.RevocationListFile, forged);
        File.WriteAllText(broken, "0 is no list");
        _plant.WriteList(age: TimeSpan.FromHours(-2), file: future);

        Assert.Contains("revocation offline needs a revocation list", Refusal(Good with { RevocationListFile = null }), StringComparison.Ordinal);
        Assert.Contains("nowhere.crl cannot be used", Refusal(Good with { RevocationListFile = Path.Combine(_plant.Folder, "nowhere.crl") }), StringComparison.Ordinal);
        Assert.Contains("there is no revocation list of CN=Test Plant CA", Refusal(Good with { RevocationListFile = other.RevocationListFile }), StringComparison.Ordinal);
        Assert.Contains("was not signed by CN=Test Plant CA", Refusal(Good with { RevocationListFile = forged }), StringComparison.Ordinal);
        Assert.Contains("broken.crl cannot be used", Refusal(Good with { RevocationListFile = broken }), StringComparison.Ordinal);
        Assert.Contains("only", Refusal(Good with { RevocationListFile = future }), StringComparison.Ordinal);
        Good.Check();
    }

    [Fact]
    public void ListWithOneByteChanged_IsRefused()
    {
        _plant.Revoke(_broker.CertificateFile);
        _plant.WriteList(der: true);
        byte[] list = File.ReadAllBytes(_plant.RevocationListFile);
        var taken = new List<int>();
        for (int i = 0; i < list.Length; i++)
        {
            byte[] changed = [.. list];
            changed[i] ^= 1;
            File.WriteAllBytes(_plant.RevocationListFile, changed);
            if (Record.Exception(Good.Check) is not ConnectionSettingsException)
            {
                taken.Add(i);
            }
        }

        Assert.Empty(taken);
    }

    [Fact]
    public void FilesThatDoNotFit_AreNamedAtStart()
    {
        var second = _plant.Issue("second");
        var old = _plant.Issue("old", age: TimeSpan.FromDays(20), left: TimeSpan.FromDays(-1));
        string absent = Path.Combine(_plant.Folder, "absent.pem");

        Assert.Contains("absent.pem", Refusal(Good with { AuthorityFile = absent }), StringComparison.Ordinal);
        Assert.Contains("absent.pem", Refusal(Good with { CertificateFile = absent }), StringComparison.Ordinal);
        Assert.Contains("absent.pem", Refusal(Good with { KeyFile = absent }), StringComparison.Ordinal);
        Assert.Contains(_own.KeyFile, Refusal(Good with { AuthorityFile = _own.KeyFile }), StringComparison.Ordinal);
        Assert.Contains(_own.CertificateFile, Refusal(Good with { KeyFile = second.KeyFile }), StringComparison.Ordinal);
        Assert.Contains(_own.CertificateFile, Refusal(Good with { KeyFile = null }), StringComparison.Ordinal);
        Assert.Contains("expired on", Refusal(Good with { CertificateFile = old.CertificateFile, KeyFile = old.KeyFile }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateThatWasReplaced_IsInForceFromTheNextConnectionOn()
    {
        await using var broker = await StartAsync();
        using var stop = new CancellationTokenSource();
        await using var link = Link(broker, Good);
        var run = link.RunAsync(stop.Token);
        await link.WaitConnectedAsync(Patience, Cancel);

        var renewed = _plant.Issue("opt-renewed", file: "renewed");
        File.Copy(renewed.CertificateFile, _own.CertificateFile, overwrite: true);
        File.Copy(renewed.KeyFile, _own.KeyFile, overwrite: true);
        await broker.KillAsync();
        await broker.StartAsync();
        await Eventually.TrueAsync(() => link.Connections == 2, Patience, Cancel);

        Assert.Contains(broker.Log, l => l.Contains("u'opt'", StringComparison.Ordinal));
        await Eventually.TrueAsync(() => broker.Log.Any(l => l.Contains("u'opt-renewed'", StringComparison.Ordinal)), Patience, Cancel);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public void OptionsAsText_ShowNoPassword()
    {
        var options = new MqttLinkOptions { Host = "h", Port = 1, ClientId = "c", Filters = [], UserName = "u", Password = "geheim", Tls = Good with { KeyPassword = "geheim" } };

        Assert.DoesNotContain("geheim", options.ToString() + options.Tls, StringComparison.Ordinal);
    }

    [Fact]
    public void UntrustedBrokers_CannotBeAllowed() =>
        Assert.DoesNotContain(typeof(TlsOptions).GetProperties(), p => p.Name.Contains("Untrusted", StringComparison.Ordinal) || p.Name.Contains("Ignore", StringComparison.Ordinal));

    private Task<MosquittoBroker> StartAsync() => MosquittoBroker.StartAsync(Listener, new Dictionary<string, string>
    {
        ["ca.crt"] = File.ReadAllText(_plant.AuthorityFile),
        ["broker.crt"] = File.ReadAllText(_broker.CertificateFile),
        ["broker.key"] = File.ReadAllText(_broker.KeyFile),
    });

    private static string Refusal(TlsOptions options) => Assert.Throws<ConnectionSettingsException>(options.Check).Message;

    private static MqttLink Link(MosquittoBroker broker, TlsOptions? tls) => new(
        new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "opt", Filters = [], Tls = tls, LongestRetry = TimeSpan.FromMilliseconds(300) }, (_, _) => default, TimeProvider.System);

    /// <summary>Null when the connection stands.</summary>
    private static async Task<string?> FailureAsync(MosquittoBroker broker, TlsOptions? tls)
    {
        using var stop = new CancellationTokenSource();
        await using var link = Link(broker, tls);
        var run = link.RunAsync(stop.Token);
        try
        {
            await link.WaitConnectedAsync(TimeSpan.FromSeconds(2), Cancel);
            return null;
        }
        catch (BrokerUnreachableException e)
        {
            return e.Message;
        }
        finally
        {
            await stop.CancelAsync();
            await run;
        }
    }
}
