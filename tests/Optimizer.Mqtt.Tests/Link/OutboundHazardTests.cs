using Optimizer.Testing;
using static Optimizer.Mqtt.Tests.Link.LinkBench;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>
/// What MQTTnet does with what goes out, and while nothing comes, that a link must be designed around. Two hazards are held by
/// the compiler instead: obsolete user properties (M10) and the renamed API (M11) do not build, warnings being errors.
/// Throughput (M12) is a benchmark.
/// </summary>
public sealed class OutboundHazardTests : IAsyncLifetime
{
    private readonly LinkBench _bench = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    // M4: without a token MQTTnet waits for the answer to a QoS 1 publish for ever.
    [Fact]
    public async Task M4_BrokerThatNeverAnswersAPublish_EndsAtTheDeadlineAndTheLinkLives()
    {
        await using var broker = new ScriptedBroker { Heard = (_, p) => Task.FromResult(p.Kind != 3) };
        var link = await _bench.ConnectAsync(To(broker.Port));
        long start = TimeProvider.System.GetTimestamp();

        Assert.Equal(PublishOutcome.Failed, await link.PublishAsync(Text("t/a", "x"), TimeSpan.FromSeconds(0.5), Cancel));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.45, 15);
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
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.9, 15);
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

        Assert.InRange(took.TotalSeconds, 2, 15);
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

        Assert.InRange(took.TotalSeconds, 2, 15);
        await broker.ThawAsync();
        await UntilAsync(() => link.Connections >= 2 && link.IsUp);
    }

    // M6: MQTTnet reads the broker's keep-alive and keeps to its own.
    [Fact]
    public async Task M6_ShorterKeepAliveOfTheBroker_IsKept()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Accept(ScriptedBroker.ServerKeepAlive(2)) };
        var (last, longest) = (TimeProvider.System.GetTimestamp(), TimeSpan.Zero);
        broker.Heard = (_, _) =>
        {
            longest = TimeProvider.System.GetElapsedTime(last) is var gap && gap > longest ? gap : longest;
            last = TimeProvider.System.GetTimestamp();
            return Task.FromResult(true);
        };
        var link = await _bench.ConnectAsync(To(broker.Port) with { PingEvery = TimeSpan.FromSeconds(60) });

        await UntilAsync(() => broker.Peers.First().Count(12) >= 3);

        // The broker would end the connection after one and a half times its keep-alive.
        Assert.InRange(longest.TotalSeconds, 1, 3);
        Assert.Equal(TimeSpan.FromSeconds(2), link.Terms!.KeepAlive);
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

    // M9: MQTTnet calls it a success that nobody received the message.
    [Fact]
    public async Task M9_NobodyListening_IsNoSuccess()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var sender = await _bench.SenderAsync(broker.Port);

        Assert.Equal(PublishOutcome.NobodyListens, await sender.PublishAsync(Text("t/void", "x"), Patience, Cancel));
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
