using System.Collections.Concurrent;
using Optimizer.Testing;
using static Optimizer.Mqtt.Tests.Link.LinkBench;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>MQTT 3.1.1: enough to read and advise, never to command.</summary>
public sealed class OldProtocolTests : IAsyncLifetime
{
    private const string NoCommands = "the broker was reached by MQTT 3.1.1, whose messages neither expire nor show that they were retained; commands need MQTT 5";

    private readonly LinkBench _bench = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Messages_GoBothWaysWithoutWhatNeedsFive()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var seen = new ConcurrentQueue<string>();
        var link = await _bench.ConnectAsync(
            To(broker.Port, "link", "t/#") with { Version = MqttVersion.Three, Will = () => Text("will", "gone"), CommandFilters = ["cmd/#"] }, m => seen.Enqueue(Text(m)));
        var message = Text("t/a", "x") with { Expiry = TimeSpan.FromSeconds(5), ResponseTopic = "clients/a/b", CorrelationData = new byte[4], UserProperties = [("id", "1")] };

        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(message, Patience, Cancel));
        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(Text("t/a", "y", 0), Patience, Cancel));

        await UntilAsync(() => seen.Count == 2);
        Assert.Equal(3, link.Terms!.Protocol);
        Assert.Contains(broker.Log, l => l.Contains("as link (p2,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Command_IsRefusedWithASentence()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var heard = new ConcurrentQueue<string>();
        var link = await _bench.ConnectAsync(To(broker.Port, "link", "sp/#") with { Version = MqttVersion.Three }, m => heard.Enqueue(Text(m)));

        Assert.Equal(PublishOutcome.NotSupported, await link.PublishAsync(Text("sp/set/gw", "write") with { IsCommand = true }, Patience, Cancel));
        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(Text("sp/a", "other"), Patience, Cancel));

        await UntilAsync(() => !heard.IsEmpty);
        Assert.Equal(["other"], heard);
        Assert.Equal([$"broker 127.0.0.1:{broker.Port} is spoken to by MQTT 3.1.1: {NoCommands}", $"the command on sp/set/gw was not sent: {NoCommands}"], _bench.Notices);
    }

    // An old broker answers 5 in its own form; one of 5 that does not want it has a code for it.
    [Theory]
    [InlineData(new byte[] { 0x20, 2, 0, 1 })]
    [InlineData(new byte[] { 0x20, 3, 0, 0x84, 0 })]
    public async Task BrokerThatDoesNotKnowFive_IsSpokenToByThreeAndAskedAgainNextTime(byte[] refusal)
    {
        await using var broker = new ScriptedBroker { Answer = n => n is 1 or 3 ? refusal : [0x20, 2, 0, 0] };
        var link = await _bench.ConnectAsync(To(broker.Port) with { Version = MqttVersion.FiveThenThree });
        Assert.Equal(NoCommands, link.Terms!.WhyNoCommands);

        broker.Peers.Last().Close();

        await UntilAsync(() => link.Connections == 2);
        Assert.Equal([5, 4, 5, 4], broker.Peers.Select(p => (int)p.Connect!.Body[6]));
    }

    [Fact]
    public async Task BrokerThatDoesNotKnowFive_IsNoBrokerForFiveOnly()
    {
        await using var broker = new ScriptedBroker { Answer = _ => [0x20, 2, 0, 1] };
        var link = _bench.Start(To(broker.Port) with { RefusedRetry = TimeSpan.FromMilliseconds(100) }, (_, _) => default);

        await UntilAsync(() => broker.Peers.Count == 3);

        Assert.Contains("UnsupportedProtocolVersion", _bench.Notices.Single(), StringComparison.Ordinal);

        Assert.Equal(0, link.Connections);
        Assert.All(broker.Peers.Take(2), p => Assert.Equal(5, p.Connect!.Body[6]));
    }

    // It may be restarting; silence does not cost us the right to command.
    [Fact]
    public async Task BrokerThatHangsUp_IsNotTakenForAnOldOne()
    {
        await using var broker = new ScriptedBroker { Answer = n => n <= 3 ? [] : ScriptedBroker.Accept() };

        var link = await _bench.ConnectAsync(To(broker.Port) with { Version = MqttVersion.FiveThenThree });

        Assert.Equal(5, link.Terms!.Protocol);
        Assert.Null(link.Terms.WhyNoCommands);
        Assert.All(broker.Peers, p => Assert.Equal(5, p.Connect!.Body[6]));
    }
}
