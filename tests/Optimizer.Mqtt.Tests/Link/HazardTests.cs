using System.Collections.Concurrent;
using System.Globalization;
using Optimizer.Testing;
using static Optimizer.Mqtt.Tests.Link.LinkBench;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>
/// What MQTTnet does that a link must be designed around, one test or more for each. Two are held by the compiler instead:
/// obsolete user properties (M10) and the renamed API (M11) do not build, warnings being errors. Throughput (M12) is a benchmark.
/// </summary>
public sealed class HazardTests : IAsyncLifetime
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

    // M4: without a token MQTTnet waits for the answer to a QoS 1 publish for ever.
    [Fact]
    public async Task M4_BrokerThatNeverAnswersAPublish_EndsAtTheDeadlineAndTheLinkLives()
    {
        await using var broker = new ScriptedBroker { Heard = (_, p) => Task.FromResult(p.Kind != 3) };
        var link = await _bench.ConnectAsync(To(broker.Port));
        long start = TimeProvider.System.GetTimestamp();

        Assert.Equal(PublishOutcome.Failed, await link.PublishAsync(Text("t/a", "x"), TimeSpan.FromSeconds(0.5), Cancel));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.45, 5);
        Assert.True(link.IsUp);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task M4_HalfOpenLink_EndsAtTheDeadlineToo(int quality)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var proxy = new FaultProxy(broker.Port);
        var link = await _bench.ConnectAsync(To(proxy.Port) with { PingEvery = TimeSpan.FromSeconds(60) });
        proxy.GoDeaf();
        long start = TimeProvider.System.GetTimestamp();
        // More than any buffer between the two takes, so that the writes themselves are stuck.
        var sending = Enumerable.Range(0, 64).Select(_ => link.PublishAsync(new OutboundMessage("t/a", new byte[1_000_000], quality), TimeSpan.FromSeconds(1), Cancel)).ToList();

        var outcomes = await Task.WhenAll(sending);

        Assert.Contains(PublishOutcome.Failed, outcomes);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.9, 5);
    }

    [Fact]
    public async Task M4_CallerWhoCancels_IsNotMistakenForADeadline()
    {
        await using var broker = new ScriptedBroker { Heard = (_, p) => Task.FromResult(p.Kind != 3) };
        var link = await _bench.ConnectAsync(To(broker.Port));
        using var caller = new CancellationTokenSource();

        var sending = link.PublishAsync(Text("t/a", "x"), Patience, caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    // M5: on a half-open link MQTTnet sends no ping while QoS 0 is published.
    [Fact]
    public async Task M5_HalfOpenLinkUnderSteadyQoS0_IsNoticedAndComesBack()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var proxy = new FaultProxy(broker.Port);
        var link = await _bench.ConnectAsync(To(proxy.Port));

        var took = await UntilLostAsync(link, proxy.GoDeaf);

        Assert.InRange(took.TotalSeconds, 2, 10);
        Assert.Equal("no answer to a ping within 2.5 s", _bench.Losses.First());
        proxy.Cut();
        proxy.Hear();
        await UntilAsync(() => link.Connections == 2 && link.IsUp);
    }

    [Fact]
    public async Task M5_FrozenBrokerUnderSteadyQoS0_IsNoticedAndComesBack()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var link = await _bench.ConnectAsync(To(broker.Port));
        await broker.FreezeAsync();

        var took = await UntilLostAsync(link, () => { });

        Assert.InRange(took.TotalSeconds, 2, 10);
        await broker.ThawAsync();
        await UntilAsync(() => link.Connections >= 2 && link.IsUp);
    }

    // M6: MQTTnet reads the broker's keep-alive and keeps to its own.
    [Fact]
    public async Task M6_ShorterKeepAliveOfTheBroker_IsKept()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.ServerKeepAlive(1)) };
        var (last, longest) = (TimeProvider.System.GetTimestamp(), TimeSpan.Zero);
        broker.Heard = (_, _) =>
        {
            longest = TimeProvider.System.GetElapsedTime(last) is var gap && gap > longest ? gap : longest;
            last = TimeProvider.System.GetTimestamp();
            return Task.FromResult(true);
        };
        var link = await _bench.ConnectAsync(To(broker.Port) with { PingEvery = TimeSpan.FromSeconds(60) });

        await UntilAsync(() => broker.Peers.First().Count(12) >= 4);

        // The broker would end the connection after one and a half times its keep-alive.
        Assert.InRange(longest.TotalSeconds, 0.5, 1.5);
        Assert.Equal(TimeSpan.FromSeconds(1), link.Terms!.KeepAlive);
        Assert.Equal(1, link.Connections);
    }

    // M7: MQTTnet sends whatever it is given, however little the broker said it takes at once.
    [Fact]
    public async Task M7_ReceiveMaximumOfTheBroker_IsNeverExceeded()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.ReceiveMaximum(2)) };
        int inFlight = 0, most = 0;
        broker.Heard = (peer, p) =>
        {
            if (p.Kind != 3)
            {
                return Task.FromResult(true);
            }

            most = Math.Max(most, Interlocked.Increment(ref inFlight));
            _ = Task.Run(
                async () =>
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
                    Interlocked.Decrement(ref inFlight);
                    await peer.AcknowledgeAsync(p.Identifier, Cancel);
                }, Cancel);
            return Task.FromResult(false);
        };
        var link = await _bench.ConnectAsync(To(broker.Port));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => link.PublishAsync(Text("t/a", $"{n}"), Patience, Cancel)));

        Assert.All(outcomes, o => Assert.Equal(PublishOutcome.Sent, o));
        Assert.Equal(2, most);
        Assert.Equal(2, link.Terms!.ReceiveMaximum);
    }

    [Fact]
    public async Task M7_PublishGivenUp_StaysInFlightUntilTheBrokerAnswers()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.ReceiveMaximum(2)), Heard = (_, p) => Task.FromResult(p.Kind != 3) };
        var link = await _bench.ConnectAsync(To(broker.Port));
        var soon = TimeSpan.FromSeconds(0.3);
        Assert.Equal(PublishOutcome.Failed, await link.PublishAsync(Text("t/a", "1"), soon, Cancel));
        Assert.Equal(PublishOutcome.Failed, await link.PublishAsync(Text("t/a", "2"), soon, Cancel));

        Assert.Equal(PublishOutcome.Failed, await link.PublishAsync(Text("t/a", "3"), soon, Cancel));
        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(Text("t/a", "not counted", 0), soon, Cancel));
        var peer = broker.Peers.Single();
        await UntilAsync(() => peer.Count(3) == 3);

        broker.Heard = (_, _) => Task.FromResult(true);
        await peer.AcknowledgeAsync(peer.Packets.First(p => p.Kind == 3).Identifier, Cancel);
        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(Text("t/a", "4"), Patience, Cancel));
    }

    [Fact]
    public async Task M7_InflightLimitOfMosquitto_IsKnown()
    {
        await using var broker = await MosquittoBroker.StartAsync("""
            listener {port} 127.0.0.1
            allow_anonymous true
            max_inflight_messages 3
            """);
        var link = await _bench.ConnectAsync(To(broker.Port));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => link.PublishAsync(Text("t/a", $"{n}"), Patience, Cancel)));

        Assert.Equal(3, link.Terms!.ReceiveMaximum);
        Assert.DoesNotContain(PublishOutcome.Failed, outcomes);
        Assert.Equal(1, link.Connections);
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

    // M9: MQTTnet calls it a success that nobody received the message.
    [Fact]
    public async Task M9_NobodyListening_IsNoSuccess()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var sender = await _bench.SenderAsync(broker.Port);

        Assert.Equal(PublishOutcome.NobodyListens, await sender.PublishAsync(Text("t/void", "x"), Patience, Cancel));
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

    private async Task<TimeSpan> UntilLostAsync(MqttLink link, Action fault)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        fault();
        long start = TimeProvider.System.GetTimestamp();
        while (_bench.Losses.IsEmpty && TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            await link.PublishAsync(Text("t/a", "x", 0), TimeSpan.FromSeconds(1), Cancel);
            await timer.WaitForNextTickAsync(Cancel);
        }

        return TimeProvider.System.GetElapsedTime(start);
    }
}
