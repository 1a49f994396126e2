using System.Collections.Concurrent;
using Optimizer.Testing;
using static Optimizer.Mqtt.Tests.Link.LinkBench;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>Subscriptions and the will over outages, restarts and changes of configuration.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private readonly LinkBench _bench = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("session").FullName;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(MqttVersion.Five)]
    [InlineData(MqttVersion.Three)]
    public async Task RetainedMessages_DoNotComeAgainAfterAnOutage(MqttVersion version)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var proxy = new FaultProxy(broker.Port);
        var sender = await _bench.SenderAsync(broker.Port);
        await sender.PublishAsync(Text("t/a", "retained") with { Retain = true }, Patience, Cancel);
        var seen = new ConcurrentQueue<string>();
        var link = await _bench.ConnectAsync(To(proxy.Port, "link", "t/#") with { Version = version }, m => seen.Enqueue($"{Text(m)} {m.Retained}"));
        await UntilAsync(() => seen.Count == 1);
        // What was handled but not yet acknowledged would be delivered again, and rightly.
        await UntilAsync(() => broker.Log.Any(l => l.Contains("PUBACK from link", StringComparison.Ordinal)));

        proxy.Cut();
        await UntilAsync(() => link.Connections == 2 && link.IsUp);
        await sender.PublishAsync(Text("t/a", "live"), Patience, Cancel);
        await UntilAsync(() => seen.Count >= 2);

        Assert.Equal(["retained True", "live False"], seen);
        Assert.True(link.Terms!.SessionPresent);
    }

    [Fact]
    public async Task BrokerThatForgot_IsSubscribedToAgainAndSendsItsRetainedMessages()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var seen = new ConcurrentQueue<string>();
        var link = await _bench.ConnectAsync(To(broker.Port, "link", "t/#"), m => seen.Enqueue(Text(m)));
        await broker.KillAsync();
        await broker.StartAsync();
        await UntilAsync(() => link.Connections == 2 && link.IsUp);
        var sender = await _bench.SenderAsync(broker.Port);

        await sender.PublishAsync(Text("t/a", "after"), Patience, Cancel);

        await UntilAsync(() => seen.Contains("after"));
        Assert.False(link.Terms!.SessionPresent);
    }

    [Theory]
    [InlineData(MqttVersion.Five)]
    [InlineData(MqttVersion.Three)]
    public async Task FilterNoLongerConfigured_IsUnsubscribedAfterARestartToo(MqttVersion version)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        string file = Path.Combine(_folder, "session");
        var before = await _bench.ConnectAsync(To(broker.Port, "link", "old/#", "kept/#") with { SessionFile = file, Version = version });
        await _bench.StopAsync(before);
        var seen = new ConcurrentQueue<string>();
        await _bench.ConnectAsync(To(broker.Port, "link", "kept/#", "new/#") with { SessionFile = file, Version = version }, m => seen.Enqueue(m.Topic));
        var sender = await _bench.SenderAsync(broker.Port);

        foreach (string topic in (string[])["old/a", "kept/a", "new/a"])
        {
            await sender.PublishAsync(Text(topic, "x"), Patience, Cancel);
        }

        await UntilAsync(() => seen.Contains("new/a"));
        Assert.Equal(["kept/a", "new/a"], seen);
        Assert.Equal(["kept/#", "new/#"], await File.ReadAllLinesAsync(file, Cancel));
    }

    [Fact]
    public async Task FilterTheBrokerRefuses_IsNamed()
    {
        await using var broker = new ScriptedBroker();
        broker.Heard = async (peer, p) =>
        {
            if (p.Kind != 8)
            {
                return true;
            }

            await peer.SendAsync([0x90, 4, (byte)(p.Identifier >> 8), (byte)p.Identifier, 0, 0x87], Cancel);
            return false;
        };
        var link = _bench.Start(To(broker.Port, "link", "secret/#"), (_, _) => default);

        await UntilAsync(() => !_bench.Notices.IsEmpty);

        Assert.Contains("subscribing to secret/# was refused: NotAuthorized", _bench.Notices.First(), StringComparison.Ordinal);
        Assert.Equal(0, link.Connections);
    }

    [Fact]
    public async Task Commands_ComeNeitherRetainedNorFromOurselves()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var sender = await _bench.SenderAsync(broker.Port);
        await sender.PublishAsync(Text("cmd/a", "old") with { Retain = true }, Patience, Cancel);
        var seen = new ConcurrentQueue<string>();
        var link = await _bench.ConnectAsync(To(broker.Port) with { CommandFilters = ["cmd/#"] }, m => seen.Enqueue($"{Text(m)} {m.Retained}"));

        await link.PublishAsync(Text("cmd/a", "own"), Patience, Cancel);
        await sender.PublishAsync(Text("cmd/a", "time bomb") with { Retain = true }, Patience, Cancel);
        await sender.PublishAsync(Text("cmd/a", "good"), Patience, Cancel);

        await UntilAsync(() => seen.Count >= 2);
        Assert.Equal(["time bomb True", "good False"], seen);
    }

    [Fact]
    public async Task Will_ComesAfterItsDelayAndNeitherAfterAShortOutageNorACleanStop()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var proxy = new FaultProxy(broker.Port);
        var seen = new ConcurrentQueue<(string Topic, long At)>();
        await _bench.ConnectAsync(To(broker.Port, "watcher", "will/#"), m => seen.Enqueue((m.Topic, TimeProvider.System.GetTimestamp())));
        MqttLinkOptions WithWill(string name) => To(proxy.Port, name) with { WillDelay = TimeSpan.FromSeconds(2), Will = () => Text($"will/{name}", "gone") with { Retain = true } };
        var stopped = await _bench.ConnectAsync(WithWill("stopped"));
        var blinked = await _bench.ConnectAsync(WithWill("blinked"));

        await _bench.StopAsync(stopped);
        // The goodbye must be through before the way is cut.
        await UntilAsync(() => broker.Log.Any(l => l.EndsWith("Client stopped disconnected.", StringComparison.Ordinal)));
        proxy.Cut();
        await UntilAsync(() => blinked.Connections == 2);
        await _bench.ConnectAsync(WithWill("killed"));
        long killed = TimeProvider.System.GetTimestamp();
        proxy.Refuses = true;
        proxy.Cut();
        await UntilAsync(() => seen.Any(s => s.Topic == "will/killed"));

        Assert.InRange(TimeProvider.System.GetElapsedTime(killed, seen.Single(s => s.Topic == "will/killed").At).TotalSeconds, 1, 10);
        Assert.DoesNotContain(seen, s => s.Topic == "will/stopped");
        // Cut for good together with the killed one.
        await UntilAsync(() => seen.Any(s => s.Topic == "will/blinked"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(killed, seen.Single(s => s.Topic == "will/blinked").At).TotalSeconds, 1, 10);
    }
}
