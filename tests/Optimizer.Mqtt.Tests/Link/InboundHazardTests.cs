using System.Collections.Concurrent;
using System.Globalization;
using Optimizer.Testing;
using static Optimizer.Mqtt.Tests.Link.LinkBench;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>What MQTTnet does with what comes in that a link must be designed around; what goes out is <see cref="OutboundHazardTests"/>.</summary>
public sealed class InboundHazardTests : IAsyncLifetime
{
    private readonly LinkBench _bench = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    // M1: MQTTnet's own receive queue has no bound and holds nobody back.
    [Fact]
    public async Task M1_BlockedHandler_HoldsTheBrokerBackAtReceiveMaximum()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var (gate, handled) = (new TaskCompletionSource(), new ConcurrentQueue<string>());
        var link = _bench.Start(To(broker.Port, "link", "t/#") with { ReceiveMaximum = 10 }, async (m, _) =>
        {
            await gate.Task;
            handled.Enqueue(Text(m));
        });
        await link.WaitConnectedAsync(Patience, Cancel);
        var sender = await _bench.SenderAsync(broker.Port);
        for (int n = 0; n < 200; n++)
        {
            Assert.Equal(PublishOutcome.Sent, await sender.PublishAsync(Text("t/a", $"{n}"), Patience, Cancel));
        }

        // QoS 0 is not held back: when it is there, all that the broker would send has been sent.
        await sender.PublishAsync(Text("t/a", "end", 0), Patience, Cancel);
        await UntilAsync(() => link.Received >= 11);
        Assert.Equal(11, link.Received);

        gate.SetResult();
        await UntilAsync(() => handled.Count == 201);
        Assert.Equal(Enumerable.Range(0, 200).Select(n => $"{n}"), handled.Where(h => h != "end"));
    }

    [Fact]
    public async Task M1_FloodOfQoS0_TakesBoundedMemoryAndKeepsTheNewest()
    {
        await using var broker = await EmbeddedBroker.StartAsync(0);
        var (gate, handled) = (new TaskCompletionSource(), new ConcurrentQueue<int>());
        var link = _bench.Start(To(broker.Port, "link", "t/#") with { InboundCapacity = 500, InboundBytes = 1_000_000 }, async (m, _) =>
        {
            await gate.Task;
            handled.Enqueue(int.Parse(Text(m).TrimEnd(), CultureInfo.InvariantCulture));
        });
        await link.WaitConnectedAsync(Patience, Cancel);
        var sender = await _bench.SenderAsync(broker.Port);
        long most = 0;
        for (int n = 0; n < 3000; n++)
        {
            await sender.PublishAsync(Text("t/a", $"{n}".PadRight(4096), 0), Patience, Cancel);
            most = Math.Max(most, link.WaitingBytes);
        }

        await UntilAsync(() => link.Received == 3000);
        Assert.InRange(most, 1, 1_000_000);
        long dropped = link.Dropped;
        gate.SetResult();
        await UntilAsync(() => handled.Count == 3000 - dropped);
        Assert.Equal(3000 - (1_000_000 / 4096) - 1, dropped);
        Assert.Equal([0, .. Enumerable.Range(3000 - (1_000_000 / 4096), 1_000_000 / 4096)], handled);
    }

    [Fact]
    public async Task M1_BrokerThatSendsMoreThanAnnounced_IsLeft()
    {
        await using var broker = new ScriptedBroker();
        broker.Subscribed = async peer =>
        {
            for (ushort n = 1; n <= 100 && peer.Number == 1; n++)
            {
                await peer.PublishAsync("t/a", n, "x", Cancel);
            }
        };
        var gate = new TaskCompletionSource();
        var link = _bench.Start(To(broker.Port, "link", "t/#") with { ReceiveMaximum = 10, InboundCapacity = 64 }, async (_, c) => await gate.Task.WaitAsync(c));

        await UntilAsync(() => link.Connections == 2);

        Assert.StartsWith("the broker sends more than we take: 64 messages", _bench.Losses.First(), StringComparison.Ordinal);
        gate.SetResult();
    }

    [Fact]
    public async Task M1_BacklogDeliveredAgainAfterEveryOutage_IsHandledOnce()
    {
        await using var broker = new ScriptedBroker { Answer = n => n == 1 ? ScriptedBroker.Accept() : ScriptedBroker.AcceptAgain() };
        broker.Subscribed = async peer =>
        {
            for (ushort n = 1; n <= 5; n++)
            {
                await peer.PublishAsync("t/a", n, $"{n}", Cancel, again: peer.Number > 1);
            }
        };
        var (gate, handled) = (new TaskCompletionSource(), new ConcurrentQueue<string>());
        var link = _bench.Start(To(broker.Port, "link", "t/#"), async (m, c) =>
        {
            await gate.Task.WaitAsync(c);
            handled.Enqueue(Text(m));
        });
        for (int n = 1; n <= 3; n++)
        {
            await UntilAsync(() => link.Connections == n && link.Received == 5 * n);
            if (n < 3)
            {
                broker.Peers.Last().Close();
            }
        }

        gate.SetResult();
        await UntilAsync(() => broker.Peers.Last().Count(4) == 5);

        // The first was in the handler's hands when it came again.
        Assert.Equal(["1", "1", "2", "3", "4", "5"], handled);
        Assert.Equal([1, 2, 3, 4, 5], broker.Peers.Last().Packets.Where(p => p.Kind == 4).Select(p => (int)p.Identifier));
    }

    // M2: a handler that throws is never acknowledged by MQTTnet; at ReceiveMaximum the link would stall in silence.
    [Fact]
    public async Task M2_PoisonAboveReceiveMaximum_StallsNothingAndComesNotAgain()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var proxy = new FaultProxy(broker.Port);
        var seen = new ConcurrentQueue<string>();
        var link = await _bench.ConnectAsync(To(proxy.Port, "link", "t/#") with { ReceiveMaximum = 5 }, m =>
        {
            seen.Enqueue(Text(m));
            if (Text(m) == "poison")
            {
                throw new InvalidOperationException("poison");
            }
        });
        var sender = await _bench.SenderAsync(broker.Port);
        for (int n = 0; n < 20; n++)
        {
            await sender.PublishAsync(Text("t/a", "poison"), Patience, Cancel);
        }

        await sender.PublishAsync(Text("t/a", "good"), Patience, Cancel);
        await UntilAsync(() => seen.Contains("good"));
        proxy.Cut();
        await UntilAsync(() => link.Connections == 2);
        await sender.PublishAsync(Text("t/a", "after"), Patience, Cancel);
        await UntilAsync(() => seen.Contains("after"));

        Assert.Equal(20, link.HandlerFailures);
        Assert.Equal([.. Enumerable.Repeat("poison", 20), "good", "after"], seen);
    }

    // M3: MQTTnet acknowledges what an old connection brought through the new one, where the identifier is another message's.
    [Fact]
    public async Task M3_AcknowledgementOfAnEarlierConnection_NeverGoesOutOnTheNext()
    {
        await using var broker = new ScriptedBroker { Answer = n => n == 1 ? ScriptedBroker.Accept() : ScriptedBroker.AcceptAgain() };
        broker.Subscribed = peer => peer.PublishAsync("t/a", 7, peer.Number == 1 ? "first" : "second", Cancel);
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        var handling = new ConcurrentQueue<string>();
        var link = _bench.Start(To(broker.Port, "link", "t/#"), async (m, c) =>
        {
            handling.Enqueue(Text(m));
            await (Text(m) == "first" ? first : second).Task.WaitAsync(c);
        });
        await UntilAsync(() => handling.Contains("first"));
        broker.Peers.First().Close();
        await UntilAsync(() => link.Connections == 2 && link.Received == 2);

        first.SetResult();
        await UntilAsync(() => handling.Contains("second"));
        var peer = broker.Peers.Last();
        // An acknowledgement sent before a ping would be there before it.
        int pings = peer.Count(12);
        await UntilAsync(() => peer.Count(12) > pings);
        Assert.Equal(0, peer.Count(4));

        second.SetResult();
        await UntilAsync(() => peer.Count(4) == 1);
        Assert.Equal(7, peer.Packets.Single(p => p.Kind == 4).Identifier);
        Assert.Equal(0, broker.Peers.First().Count(4));
    }

    // M8: MQTTnet allocates what a packet announces; the broker is told not to send it.
    [Fact]
    public async Task M8_MessageAboveOurPacketSize_IsDroppedByTheBrokerAndTheLinkStays()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var seen = new ConcurrentQueue<int>();
        var link = await _bench.ConnectAsync(To(broker.Port, "link", "t/#"), m => seen.Enqueue(m.Payload.Length));
        var sender = await _bench.SenderAsync(broker.Port);

        await sender.PublishAsync(new OutboundMessage("t/a", new byte[300 * 1024], 1), Patience, Cancel);
        await sender.PublishAsync(new OutboundMessage("t/a", new byte[200 * 1024], 1), Patience, Cancel);

        await UntilAsync(() => !seen.IsEmpty);
        Assert.Equal([200 * 1024], seen);
        Assert.Equal(1, link.Connections);
    }

    // M13: MQTT wants acknowledgements in the order the messages came.
    [Fact]
    public async Task M13_Acknowledgements_GoOutInTheOrderOfTheMessages()
    {
        ushort[] identifiers = [9, 3, 7, 1, 8, 2, 30, 4, 6, 5];
        await using var broker = new ScriptedBroker();
        broker.Subscribed = async peer =>
        {
            foreach (ushort identifier in identifiers)
            {
                await peer.PublishAsync("t/a", identifier, $"{identifier}", Cancel);
            }
        };
        var random = new Random(13);
        _bench.Start(To(broker.Port, "link", "t/#"), async (_, c) => await Task.Delay(TimeSpan.FromMilliseconds(random.Next(5)), TimeProvider.System, c));

        await UntilAsync(() => broker.Peers.FirstOrDefault()?.Count(4) == identifiers.Length);

        Assert.Equal(identifiers, broker.Peers.Single().Packets.Where(p => p.Kind == 4).Select(p => p.Identifier));
    }
}
