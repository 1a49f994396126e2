using System.Collections.Concurrent;
using System.Text;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Security;

/// <summary>The example broker of <c>edge/mosquitto</c>, attacked: rows "foreign identity", "spoofed ack", "client-id theft" and "oversize" of the attack table.</summary>
public sealed class BrokerAccessListTests : IAsyncLifetime
{
    private const string Optimizer = "opt-copper-foil-l01", Line = ExampleBroker.Location + "/", Contract = Line + "_opt_v1/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Certificates _plant = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(MqttLink Link, Task Run)> _links = [];
    private readonly ConcurrentQueue<(string Reader, string Topic)> _seen = new();
    private MosquittoBroker _broker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _plant.Issue("broker", hosts: ["127.0.0.1"]);
        _broker = await ExampleBroker.StartAsync(_plant.Folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (link, run) in _links)
        {
            await run;
            await link.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        _plant.Dispose();
        _stop.Dispose();
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "hmi-1", Contract + "sp/set/gw-l01" },
        { "gw-l01", Contract + "sp/set/gw-l01" },
        { "historian", Contract + "sp/set/gw-l01" },
        { "lims", Contract + "sp/set/gw-l01" },
        { "stranger", Contract + "sp/set/gw-l01" },
        { Optimizer, "aurum/lz1/foil/l02/_opt_v1/sp/set/gw-l01" },
        { "hmi-1", Contract + "sp/ack/gw-l01" },
        { Optimizer, Contract + "sp/ack/gw-l01" },
        { "gw-l01", Contract + "sp/ack/gw-l02" },
        { "gw-l01", Contract + "cmd/mode" },
        { "historian", Contract + "cmd/mode" },
        { Optimizer, Contract + "cmd/mode" },
        { "hmi-1", Contract + "state/mode" },
        { "gw-l01", Contract + "state/online" },
        { "hmi-1", Contract + "hb/opt" },
        { "gw-l01", Contract + "hb/opt" },
        { Optimizer, Line + "_raw/f01/pv/current" },
        { "lims", Line + "_raw/f01/pv/current" },
        { "hmi-1", Contract + "lab/roll" },
        { "hmi-1", "clients/gw-l01/opt/reply" },
        { Optimizer, "clients/hmi-1/other" },
        { Optimizer, Line + "_truth/money/cost" },
        { "judge", Line + "_truth/money/cost" },
        { "historian", "anything" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task PublishThatNoLineAllows_IsRefusedByTheBroker(string user, string topic)
    {
        var link = await ConnectAsync(user);

        Assert.Equal(PublishOutcome.Refused, await PublishAsync(link, topic));
        await Eventually.TrueAsync(() => _broker.Log.Any(l => l.Contains($"Denied PUBLISH from {user}", StringComparison.Ordinal) && l.Contains(topic, StringComparison.Ordinal)), Patience, Cancel);
    }

    public static TheoryData<string, string, string> Allowed => new()
    {
        { Optimizer, Contract + "sp/set/gw-l01", "gw-l01" },
        { Optimizer, Contract + "rec/F01", "hmi-1" },
        { Optimizer, Contract + "evt/model/F01", "historian" },
        { Optimizer, Contract + "state/mode", "hmi-1" },
        { Optimizer, Contract + "state/online", "hmi-1" },
        { Optimizer, Contract + "alarm/F01.OPT_SHED", "hmi-1" },
        { Optimizer, Contract + "hb/opt", "gw-l01" },
        { Optimizer, "clients/hmi-1/opt/reply", "hmi-1" },
        { "gw-l01", Contract + "sp/ack/gw-l01", Optimizer },
        { "gw-l01", Contract + "hb/gw-l01", Optimizer },
        { "gw-l01", Line + "_raw/f01/pv/current", Optimizer },
        { "hmi-1", Contract + "cmd/mode", Optimizer },
        { "hmi-1", Contract + "cmd/rec", Optimizer },
        { "lims", Contract + "lab/roll", Optimizer },
        { "truth", Line + "_truth/money/cost", "judge" },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public async Task PublishOfItsOwn_ReachesWhomItIsFor(string user, string topic, string reader)
    {
        await ConnectAsync(reader, topic);
        var writer = await ConnectAsync(user);

        Assert.Equal(PublishOutcome.Sent, await PublishAsync(writer, topic));
        await Eventually.TrueAsync(() => _seen.Contains((reader, topic)), Patience, Cancel);
    }

    [Fact]
    public async Task TruthAndAnswers_ReachNobodyElse()
    {
        var links = new Dictionary<string, MqttLink>();
        foreach (string user in new[] { Optimizer, "gw-l01", "hmi-1", "historian", "lims", "truth", "stranger", "judge" })
        {
            links[user] = await ConnectAsync(user, "#", Line + "_truth/#", "clients/#");
        }

        var (truth, optimizer) = (links["truth"], links[Optimizer]);
        await PublishAsync(truth, Line + "_truth/money/cost");
        await PublishAsync(optimizer, "clients/hmi-1/opt/reply");
        await PublishAsync(optimizer, Contract + "state/mode");
        await Eventually.TrueAsync(() => _seen.Contains(("judge", Line + "_truth/money/cost")) && _seen.Contains(("historian", Contract + "state/mode")), Patience, Cancel);
        await Eventually.TrueAsync(() => _seen.Contains(("hmi-1", "clients/hmi-1/opt/reply")), Patience, Cancel);

        Assert.Equal(["judge"], _seen.Where(s => s.Topic.Contains("_truth", StringComparison.Ordinal)).Select(s => s.Reader).Distinct());
        Assert.Equal(["hmi-1"], _seen.Where(s => s.Topic.StartsWith("clients/", StringComparison.Ordinal)).Select(s => s.Reader).Distinct());
    }

    [Fact]
    public async Task ClientIdOfTheOptimizer_IsNoUseWithoutItsCertificate()
    {
        var optimizer = await ConnectAsync(Optimizer);
        var thief = Link("hmi-1", clientId: Optimizer);
        await thief.WaitConnectedAsync(Patience, Cancel);

        Assert.Equal(PublishOutcome.Refused, await PublishAsync(thief, Contract + "sp/set/gw-l01"));
        Assert.Equal(1, optimizer.Connections);
        Assert.NotEqual(PublishOutcome.Failed, await PublishAsync(optimizer, Contract + "sp/set/gw-l01"));
    }

    [Fact]
    public async Task PacketLargerThanAllowed_DoesNotPassAndTheOptimizerStaysConnected()
    {
        var optimizer = await ConnectAsync(Optimizer, Line + "_raw/#");
        var gateway = await ConnectAsync("gw-l01");

        Assert.NotEqual(PublishOutcome.Sent, await gateway.PublishAsync(new OutboundMessage(Line + "_raw/f01/pv/current", new byte[300_000], 1), TimeSpan.FromSeconds(2), Cancel));
        await Eventually.TrueAsync(() => gateway.IsUp, Patience, Cancel);
        await Eventually.TrueAsync(() => PublishAsync(gateway, Line + "_raw/f01/pv/current").Result == PublishOutcome.Sent, Patience, Cancel);
        await Eventually.TrueAsync(() => _seen.Contains((Optimizer, Line + "_raw/f01/pv/current")), Patience, Cancel);
        Assert.Equal(1, optimizer.Connections);
    }

    [Fact]
    public async Task ClientWhoseCertificateWasRevoked_IsRefusedByTheBroker()
    {
        var lost = _plant.Issue("hmi-1", file: "lost");
        _plant.Revoke(lost.CertificateFile);
        await using var broker = await ExampleBroker.StartAsync(_plant.Folder);
        var link = Link("hmi-1", port: broker.Port, files: lost);

        await Assert.ThrowsAsync<BrokerUnreachableException>(() => link.WaitConnectedAsync(TimeSpan.FromSeconds(2), Cancel));
    }

    [Fact]
    public async Task NobodyWithoutACertificateOfThisPlant_GetsIn()
    {
        using var other = new Certificates("Other CA");
        MqttLink[] strangers =
        [
            Link(Optimizer, files: other.Issue(Optimizer)),
            Link(Optimizer, files: (null, null)),
            Link(Optimizer, plaintext: true),
        ];

        foreach (var stranger in strangers)
        {
            await Assert.ThrowsAsync<BrokerUnreachableException>(() => stranger.WaitConnectedAsync(TimeSpan.FromSeconds(1), Cancel));
        }
    }

    private static Task<PublishOutcome> PublishAsync(MqttLink link, string topic) => link.PublishAsync(new OutboundMessage(topic, Encoding.UTF8.GetBytes("{}"), 1), Patience, Cancel);

    private async Task<MqttLink> ConnectAsync(string user, params string[] filters)
    {
        var link = Link(user, filters: filters);
        await link.WaitConnectedAsync(Patience, Cancel);
        return link;
    }

    private MqttLink Link(string user, string? clientId = null, string[]? filters = null, int? port = null, (string?, string?)? files = null, bool plaintext = false)
    {
        var (certificate, key) = files ?? _plant.Issue(user, file: $"{user}-{_links.Count}");
        var tls = new TlsOptions { AuthorityFile = _plant.AuthorityFile, CertificateFile = certificate, KeyFile = key, RevocationListFile = _plant.RevocationListFile };
        var link = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = port ?? _broker.Port, ClientId = clientId ?? user, Filters = filters ?? [], Tls = plaintext ? null : tls, LongestRetry = TimeSpan.FromMilliseconds(300) },
            (m, _) =>
            {
                _seen.Enqueue((user, m.Topic));
                return default;
            }, TimeProvider.System);
        _links.Add((link, link.RunAsync(_stop.Token)));
        return link;
    }
}
