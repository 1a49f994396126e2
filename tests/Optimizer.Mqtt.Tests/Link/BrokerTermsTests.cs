using CsCheck;
using Optimizer.Testing;
using static Optimizer.Mqtt.Tests.Link.LinkBench;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>What a broker announces is kept, and what breaks it is refused here with a sentence, not there with the connection.</summary>
public sealed class BrokerTermsTests : IAsyncLifetime
{
    private readonly LinkBench _bench = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task PacketOfExactlyTheLimit_GoesAndOneByteMoreDoesNot()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.MaximumPacketSize(256)) };
        var link = await _bench.ConnectAsync(To(broker.Port));
        // 2 fixed header, 1 more for a length above 127, 5 topic, 2 identifier, 1 property length, 2 format, 19 content type.
        const int overhead = 32;

        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(new OutboundMessage("t/a", new byte[256 - overhead], 1), Patience, Cancel));
        Assert.Equal(PublishOutcome.TooLarge, await link.PublishAsync(new OutboundMessage("t/a", new byte[257 - overhead], 1), Patience, Cancel));

        Assert.Equal(256, broker.Peers.Single().Packets.Single(p => p.Kind == 3).Size);
        Assert.Equal(["the message on t/a was not sent: its packet has 257 bytes, the broker takes 256 at most"], _bench.Notices);
    }

    [Fact]
    public async Task Refusals_AreSaidOnceForEachTopic()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.MaximumPacketSize(256)) };
        var link = await _bench.ConnectAsync(To(broker.Port));
        foreach (string topic in (string[])["t/a", "t/a", "t/b", "t/a"])
        {
            await link.PublishAsync(new OutboundMessage(topic, new byte[300], 0), Patience, Cancel);
        }

        Assert.Equal(2, _bench.Notices.Count);
    }

    [Fact]
    public async Task MosquittoOf256Bytes_RefusesNothingBecauseNothingLargerIsSent()
    {
        await using var broker = await MosquittoBroker.StartAsync("""
            listener {port} 127.0.0.1
            allow_anonymous true
            max_packet_size 256
            """);
        var heard = new TaskCompletionSource<string>();
        string[] filters = [.. Enumerable.Range(0, 60).Select(n => $"acme/p1/a2/line{n}/#")];
        var link = await _bench.ConnectAsync(To(broker.Port, "link", filters), m => heard.TrySetResult(Text(m)));

        Assert.Equal(256, link.Terms!.MaximumPacketSize);
        Assert.Equal(PublishOutcome.TooLarge, await link.PublishAsync(new OutboundMessage("acme/p1/a2/line59/x", new byte[1000], 1), Patience, Cancel));
        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(Text("acme/p1/a2/line59/x", "small"), Patience, Cancel));
        Assert.Equal("small", await heard.Task.WaitAsync(Patience, TimeProvider.System, Cancel));
        Assert.Equal(1, link.Connections);
    }

    [Fact]
    public async Task Subscriptions_AreSplitToTheBrokersPacketSize()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.MaximumPacketSize(128)) };
        string[] filters = [.. Enumerable.Range(0, 40).Select(n => $"acme/p1/a2/line{n}/#")];

        await _bench.ConnectAsync(To(broker.Port, "link", filters));

        var packets = broker.Peers.Single().Packets.Where(p => p.Kind == 8).ToList();
        Assert.All(packets, p => Assert.InRange(p.Size, 1, 128));
        Assert.Equal(filters, packets.SelectMany(p => p.Filters));
    }

    [Fact]
    public async Task FilterThatFitsIntoNoPacket_IsNamed()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.MaximumPacketSize(64)) };
        string filter = "acme/" + new string('x', 80);
        _bench.Start(To(broker.Port, "link", filter), (_, _) => default);

        await UntilAsync(() => !_bench.Notices.IsEmpty);

        Assert.Contains($"subscribing to {filter} needs a packet of 93 bytes, the broker takes 64 at most", _bench.Notices.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokerOfQoS0_GetsNoQoS1AndNoCommands()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.MaximumQoS(0)) };
        var link = await _bench.ConnectAsync(To(broker.Port));

        Assert.Equal(PublishOutcome.NotSupported, await link.PublishAsync(Text("t/a", "x"), Patience, Cancel));
        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(Text("t/a", "x", 0), Patience, Cancel));

        Assert.Equal(["the message on t/a was not sent: it has QoS 1, the broker takes 0 at most"], _bench.Notices);
        Assert.Equal("the broker takes QoS 0 only; commands need QoS 1", link.Terms!.WhyNoCommands);
    }

    [Fact]
    public async Task BrokerThatRetainsNothing_GetsNothingToRetain()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.RetainAvailable(0)) };
        var link = await _bench.ConnectAsync(To(broker.Port));

        Assert.Equal(PublishOutcome.NotSupported, await link.PublishAsync(Text("t/a", "x") with { Retain = true }, Patience, Cancel));

        Assert.Equal(["the message on t/a was not sent: it is to be retained, the broker retains nothing"], _bench.Notices);
        Assert.Equal(0, broker.Peers.Single().Count(3));
    }

    [Fact]
    public async Task RefusalByMosquittosAccessList_IsSaidWithItsReason()
    {
        await using var broker = await MosquittoBroker.StartAsync("""
            listener {port} 127.0.0.1
            allow_anonymous true
            acl_file {folder}/acl
            """, new Dictionary<string, string> { ["acl"] = "topic readwrite open/#\n" });
        var link = await _bench.ConnectAsync(To(broker.Port));

        Assert.Equal(PublishOutcome.Refused, await link.PublishAsync(Text("closed/a", "x"), Patience, Cancel));

        Assert.StartsWith("the broker refused the message on closed/a: NotAuthorized", _bench.Notices.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PacketSize_IsWhatGoesOverTheWire()
    {
        await using var wide = new ScriptedBroker();
        await using var narrow = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.MaximumPacketSize(1)) };
        var sends = await _bench.ConnectAsync(To(wide.Port));
        var refuses = await _bench.ConnectAsync(To(narrow.Port));
        var text = Gen.String[Gen.Char["aé漢/b"], 0, 40];
        var message =
            from topic in text
            from payload in Gen.Frequency((9, Gen.Byte.Array[0, 300]), (1, Gen.Byte.Array[16_000, 17_000]))
            from quality in Gen.Int[0, 1]
            from expiry in Gen.Int[0, 100]
            from correlation in Gen.Byte.Array[0, 20]
            from response in text
            from properties in Gen.Select(text, text).Array[0, 5]
            select new OutboundMessage($"t/{topic}", payload, quality, false, expiry == 0 ? null : TimeSpan.FromSeconds(expiry))
            {
                CorrelationData = correlation,
                ResponseTopic = response.Length == 0 ? null : response,
                UserProperties = properties,
            };
        int n = 0;
        await message.SampleAsync(
            async m =>
            {
                m = m with { Topic = $"{m.Topic}{Interlocked.Increment(ref n)}" };
                Assert.Equal(PublishOutcome.Sent, await sends.PublishAsync(m, Patience, Cancel));
                Assert.Equal(PublishOutcome.TooLarge, await refuses.PublishAsync(m, Patience, Cancel));
            }, iter: 500, seed: "0000KOIPe036", threads: 1);
        var peer = wide.Peers.Single();
        await UntilAsync(() => peer.Count(3) == n);

        Assert.Equal(peer.Packets.Where(p => p.Kind == 3).Select(p => $"the message on {p.Topic} was not sent: its packet has {p.Size} bytes, the broker takes 1 at most"), _bench.Notices);
    }
}
