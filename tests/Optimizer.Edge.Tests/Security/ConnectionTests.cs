using System.Security.Cryptography;
using Optimizer.Edge.Connection;
using Optimizer.Edge.Tests.Commands;
using Optimizer.Edge.Tests.Site;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Security;

/// <summary>How <c>run</c> and <c>simulate</c> get to a broker: files, secrets, and what they refuse.</summary>
public sealed class ConnectionTests : IDisposable
{
    private const string Secret = "correct-horse-battery";

    private readonly Certificates _plant = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-connection-").FullName;

    public void Dispose()
    {
        _plant.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string, int, string> Refused => new()
    {
        { "--tls --ca {ca} --crl /nowhere/ca.crl", 78, "the revocation list in /nowhere/ca.crl cannot be used" },
        { "--tls --ca /nowhere/ca.crt --crl {crl}", 78, "the authorities in /nowhere/ca.crt cannot be used" },
        { "--tls --ca {ca}", 78, "revocation offline needs a revocation list" },
        { "--tls --ca {ca} --crl {crl} --cert {cert}", 78, "{cert} cannot be used" },
        { "--tls --ca {ca} --crl {crl} --cert {cert} --key {other}", 78, "{cert} cannot be used" },
        { "--tls --ca {ca} --crl {crl} --cert {cert} --key /nowhere/opt.key", 78, "the private key in /nowhere/opt.key cannot be used" },
        { "--user u --password-file /nowhere/password", 78, "the password file /nowhere/password cannot be read" },
        { "--user u --password-file {empty}", 78, "is empty" },
        { "--tls --revocation maybe --ca {ca}", 64, "found \"maybe\", expected one of offline, online, nocheck" },
        { "--ca {ca}", 64, "--ca needs --tls" },
        { "--tls --ca {ca} --crl {crl} --key {other}", 64, "--key needs --cert" },
        { "--password-file {empty}", 64, "--password-file needs --user" },
        { "--password geheim", 64, "--password" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task ConnectionThatCannotBeMade_IsExplained(string options, int code, string says)
    {
        var own = _plant.Issue("opt");
        var other = _plant.Issue("other");
        string empty = Path.Combine(_folder, "empty");
        await File.WriteAllTextAsync(empty, "\n", TestContext.Current.CancellationToken);
        string Fill(string text) => text.Replace("{ca}", _plant.AuthorityFile, StringComparison.Ordinal).Replace("{crl}", _plant.RevocationListFile, StringComparison.Ordinal)
            .Replace("{cert}", own.CertificateFile, StringComparison.Ordinal).Replace("{other}", other.KeyFile, StringComparison.Ordinal).Replace("{empty}", empty, StringComparison.Ordinal);

        var (exit, output) = await RunAsync(Fill(options).Split(' '));

        Assert.Contains(Fill(says), output, StringComparison.Ordinal);
        Assert.Equal(code, exit);
        Assert.False(Directory.Exists(Path.Combine(_folder, "data")), "nothing was started");
    }

    [Fact]
    public async Task SiteThatStartsClosed_DoesNotStartOverPlaintext()
    {
        var root = SiteText.CopperFoil();
        SiteText.Set(root, "$.mode.start", "closed");
        string site = Path.Combine(_folder, "closed.json");
        await File.WriteAllTextAsync(site, root.ToJsonString(), TestContext.Current.CancellationToken);

        var (exit, output) = await Cli.RunAsync("run", "--site", site, "--broker", "10.11.12.13:1883", "--data", Path.Combine(_folder, "data"));

        Assert.Contains("the site starts in mode closed, but the connection to 10.11.12.13:1883 is plaintext", output, StringComparison.Ordinal);
        Assert.Equal(78, exit);
    }

    [Fact]
    public async Task DemoOnABrokerElsewhere_IsRefused()
    {
        var (exit, output) = await RunAsync("--demo", "--broker", "10.11.12.13:1883");

        Assert.Contains("the demo is for a broker on this machine, found 10.11.12.13", output, StringComparison.Ordinal);
        Assert.Equal(78, exit);
    }

    [Fact]
    public async Task SigningKeyThatIsNone_IsNamed()
    {
        var (exit, output) = await RunAsync("--signing-key", _plant.AuthorityFile);

        Assert.Contains($"the signature key in {_plant.AuthorityFile} cannot be used", output, StringComparison.Ordinal);
        Assert.Equal(78, exit);
    }

    // A real broker that refuses the password: no output and no file of ours has it.
    [Theory]
    [InlineData("file")]
    [InlineData("environment")]
    [InlineData("file named in the environment")]
    public async Task Password_IsUsedAndNeverShown(string from)
    {
        await using var broker = await MosquittoBroker.StartAsync("""
            listener {port} 127.0.0.1
            allow_anonymous false
            password_file {folder}/passwords
            """, new Dictionary<string, string> { ["passwords"] = "" });
        string file = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(file, Secret + "\n", TestContext.Current.CancellationToken);
        string[] option = from == "file" ? ["--password-file", file] : [];
        (string, string)[] environment = from switch
        {
            "environment" => [(Secrets.Password, Secret)],
            "file named in the environment" => [(Secrets.Password + "_FILE", file)],
            _ => [],
        };

        var (exit, output) = await Cli.RunAsync(environment, ["run", "--site", SiteText.CopperFoilFile, "--broker", $"127.0.0.1:{broker.Port}", "--data", Path.Combine(_folder, "data"), "--user", "opt", .. option]);

        Assert.Equal(69, exit);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(Path.Combine(_folder, "data"), "*", SearchOption.AllDirectories), f => Assert.DoesNotContain(Secret, File.ReadAllText(f, System.Text.Encoding.Latin1), StringComparison.Ordinal));
    }

    [Fact]
    public void Secret_ComesFromTheFileBeforeTheEnvironment()
    {
        string a = Path.Combine(_folder, "a"), b = Path.Combine(_folder, "b");
        File.WriteAllText(a, "from a\r\n");
        File.WriteAllText(b, "from b");
        string? Environment(string name) => name switch { "X_FILE" => b, "X" => "from x", "Y" => "from y", _ => null };

        Assert.Equal("from a", Secrets.Read(a, "X", Environment));
        Assert.Equal("from b", Secrets.Read(null, "X", Environment));
        Assert.Equal("from y", Secrets.Read(null, "Y", Environment));
        Assert.Null(Secrets.Read(null, "Z", Environment));
    }

    [Fact]
    public void WrittenText_NeverHasAPassword()
    {
        var access = new BrokerAccess { User = "opt", Password = Secret, Tls = new TlsOptions { KeyPassword = Secret, CertificateFile = "c" } };
        var options = access.To(new MqttLinkOptions { Host = "h", Port = 1, ClientId = "c", Filters = [] });

        Assert.Equal(Secret, options.Password);
        Assert.DoesNotContain(Secret, $"{access} {options} {access.Describe("h", 1)} {access.Tls}", StringComparison.Ordinal);
    }

    [Fact]
    public void SiteFile_HasNoPlaceForAPassword()
    {
        foreach (string key in new[] { "password", "user", "broker" })
        {
            var root = SiteText.CopperFoil();
            root.AsObject()[key] = Secret;
            string file = Path.Combine(_folder, key + ".json");
            File.WriteAllText(file, root.ToJsonString());

            Assert.Contains(key, Assert.Throws<Edge.Site.SiteException>(() => Edge.Site.SiteMapper.Load(file)).Message, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, bool> Connections => new()
    {
        { "plaintext", false },
        { "plaintext with a password", false },
        { "tls anonymous", false },
        { "tls with a user and no password", false },
        { "tls with a password", true },
        { "tls with a certificate", true },
        { "demo", true },
    };

    [Theory]
    [MemberData(nameof(Connections))]
    public void OnlyAnEncryptedAndKnownConnection_MayWrite(string what, bool writes)
    {
        var tls = new TlsOptions();
        var access = what switch
        {
            "plaintext" => BrokerAccess.Open,
            "plaintext with a password" => new BrokerAccess { User = "u", Password = "p" },
            "tls anonymous" => new BrokerAccess { Tls = tls },
            "tls with a user and no password" => new BrokerAccess { Tls = tls, User = "u" },
            "tls with a password" => new BrokerAccess { Tls = tls, User = "u", Password = "p" },
            "tls with a certificate" => new BrokerAccess { Tls = tls with { CertificateFile = "c" } },
            _ => BrokerAccess.ForDemo,
        };
        var line = Edge.Site.SiteMapper.Load(SiteText.CopperFoilFile).Line;

        Assert.Equal(writes ? OperatingMode.Closed : OperatingMode.Advisory, access.Limit(line, "localhost", 1883).Ceiling);
        Assert.Equal(writes, access.WhyNotWrite("localhost", 1883) is null);
        Assert.Equal(!writes, access.Describe("localhost", 1883).Contains("advisory at most", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("broker", false)]
    public void Demo_IsForThisMachineOnly(string host, bool allowed) =>
        Assert.Equal(allowed, Record.Exception(() => BrokerAccess.ForDemo.Require(host, 1883, OperatingMode.Closed)) is null);

    private Task<(int Exit, string Output)> RunAsync(params string[] options) =>
        Cli.RunAsync(["run", "--site", SiteText.CopperFoilFile, "--data", Path.Combine(_folder, "data"), .. options]);
}
