using Optimizer.Testing;
using static Optimizer.Mqtt.Tests.Link.LinkBench;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>When a link connects again, how soon, and what it says.</summary>
public sealed class ConnectingTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(0.8);

    private readonly LinkBench _bench = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData(0x84, "UnsupportedProtocolVersion")]
    [InlineData(0x85, "ClientIdentifierNotValid")]
    [InlineData(0x86, "BadUserNameOrPassword")]
    [InlineData(0x87, "NotAuthorized")]
    [InlineData(0x8A, "Banned")]
    [InlineData(0x8C, "BadAuthenticationMethod")]
    [InlineData(0x9A, "RetainNotSupported")]
    public async Task RefusalThatDoesNotPass_IsSaidAndTriedRarely(byte code, string name)
    {
        await using var broker = new ScriptedBroker { Answer = n => n == 1 ? ScriptedBroker.Refuse(code, "ask the engineer") : ScriptedBroker.Accept() };
        long start = TimeProvider.System.GetTimestamp();

        var link = await _bench.ConnectAsync(To(broker.Port) with { RefusedRetry = Long });

        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, Long.TotalSeconds - 0.05, 15);
        Assert.Equal($"broker 127.0.0.1:{broker.Port} cannot be reached: the broker refused the connection: {name} (ask the engineer); this does not pass by itself; the next attempt follows in 0.8 s", _bench.Notices.First());
        Assert.Equal(1, link.Connections);
    }

    [Fact]
    public async Task RefusalThatPasses_IsTriedSoon()
    {
        await using var broker = new ScriptedBroker { Answer = n => n == 1 ? ScriptedBroker.Refuse(0x89, "busy") : ScriptedBroker.Accept() };
        long start = TimeProvider.System.GetTimestamp();

        await _bench.ConnectAsync(To(broker.Port) with { RefusedRetry = TimeSpan.FromMinutes(1) });

        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 15);
        Assert.Contains("ServerBusy (busy)", _bench.Notices.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusalRepeated_IsSaidOnceAndNamedToWhoeverWaits()
    {
        await using var broker = new ScriptedBroker { Answer = _ => ScriptedBroker.Refuse(0x87, "no") };
        var link = _bench.Start(To(broker.Port) with { RefusedRetry = TimeSpan.FromMilliseconds(50) }, (_, _) => default);
        await UntilAsync(() => broker.Peers.Count >= 4);

        var e = await Assert.ThrowsAsync<BrokerUnreachableException>(() => link.WaitConnectedAsync(TimeSpan.FromMilliseconds(100), Cancel));

        Assert.Contains("NotAuthorized (no)", e.Message, StringComparison.Ordinal);
        Assert.Single(_bench.Notices);
    }

    [Fact]
    public async Task WrongPasswordAtMosquitto_IsNamed()
    {
        await using var broker = await MosquittoBroker.StartAsync("""
            listener {port} 127.0.0.1
            allow_anonymous false
            """);
        _bench.Start(To(broker.Port) with { UserName = "opt", Password = "wrong" }, (_, _) => default);

        await UntilAsync(() => !_bench.Notices.IsEmpty);

        Assert.Contains("NotAuthorized", _bench.Notices.First(), StringComparison.Ordinal);
        Assert.Contains("the next attempt follows in 60.0 s", _bench.Notices.First(), StringComparison.Ordinal);
    }

    // That the connection ended counts: reasons are wrong, missing, or new.
    [Theory]
    [InlineData(0x00)]
    [InlineData(0x80)]
    [InlineData(0x8B)]
    [InlineData(0x8D)]
    [InlineData(0x93)]
    [InlineData(0x95)]
    [InlineData(0x97)]
    [InlineData(0x98)]
    [InlineData(-1)]
    public async Task ConnectionThatEnds_ComesBackWhateverTheReason(int code)
    {
        await using var broker = new ScriptedBroker();
        broker.Subscribed = async peer =>
        {
            if (peer.Number == 1 && code >= 0)
            {
                await peer.DisconnectAsync((byte)code, Cancel);
            }

            if (peer.Number == 1)
            {
                peer.Close();
            }
        };
        var link = _bench.Start(To(broker.Port, "link", "t/#"), (_, _) => default);

        await UntilAsync(() => link.Connections == 2 && link.IsUp);

        Assert.Single(_bench.Losses);
    }

    [Fact]
    public async Task SessionTakenOver_IsSaidAndNotFoughtFor()
    {
        await using var broker = new ScriptedBroker { Subscribed = peer => peer.Number == 1 ? peer.DisconnectAsync(0x8E, Cancel) : Task.CompletedTask };
        long start = TimeProvider.System.GetTimestamp();
        var link = _bench.Start(To(broker.Port, "opt", "t/#") with { TakenOverRetry = Long }, (_, _) => default);

        await UntilAsync(() => link.Connections == 2);

        Assert.Equal("another client connected as opt and took the session; the next attempt follows in 0.8 s. Two clients must not share an id", _bench.Notices.Single());
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, Long.TotalSeconds - 0.05, 15);
    }

    // Mosquitto 2.0 closes the older connection without a word.
    [Fact]
    public async Task TwinsAtMosquitto_AreSuspectedAndFightLessAndLess()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var slow = TimeSpan.FromSeconds(30);
        var one = await _bench.ConnectAsync(To(broker.Port, "opt") with { LongestRetry = slow });
        var other = await _bench.ConnectAsync(To(broker.Port, "opt") with { LongestRetry = slow });

        await UntilAsync(() => !_bench.Notices.IsEmpty);

        Assert.Equal("the connection ended 4 times within 5 s of its start (the connection was closed): is another client connected as opt? The attempts get rarer", _bench.Notices.First());
        Assert.InRange(one.Connections + other.Connections, 7, 12);
    }

    [Fact]
    public async Task BrokerThatHangsUpAtOnce_IsNotHammered()
    {
        await using var broker = new ScriptedBroker();
        long[] at = new long[7];
        broker.Answer = n =>
        {
            at[Math.Min(n, 6)] = TimeProvider.System.GetTimestamp();
            return ScriptedBroker.Accept();
        };
        broker.Subscribed = peer =>
        {
            peer.Close();
            return Task.CompletedTask;
        };
        _bench.Start(To(broker.Port, "link", "t/#") with { LongestRetry = TimeSpan.FromSeconds(1) }, (_, _) => default);

        await UntilAsync(() => Volatile.Read(ref at[6]) != 0);

        // 0.2, 0.4 and 0.8 s, then the longest wait.
        Assert.InRange(TimeProvider.System.GetElapsedTime(at[1], at[6]).TotalSeconds, 2.3, 15);
    }

    [Fact]
    public async Task ResynchronisationThatFails_IsTriedAgain()
    {
        await using var broker = new ScriptedBroker();
        int calls = 0;
        var link = _bench.Start(To(broker.Port), (_, _) => default, _ => ++calls == 1 ? throw new OperationCanceledException("its own time-out") : Task.CompletedTask);

        await link.WaitConnectedAsync(Patience, Cancel);

        Assert.Equal(2, calls);
        Assert.Contains("its own time-out", _bench.Notices.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_AreHandledAfterResynchronisation()
    {
        await using var broker = new ScriptedBroker { Subscribed = peer => peer.PublishAsync("t/a", 1, "x", Cancel) };
        var (done, order) = (new TaskCompletionSource(), new List<string>());
        var link = _bench.Start(
            To(broker.Port, "link", "t/#"),
            (m, _) =>
            {
                order.Add("handled");
                return default;
            },
            async _ =>
            {
                await done.Task;
                order.Add("resynchronised");
            });
        await UntilAsync(() => link.Received == 1);
        done.SetResult();
        await UntilAsync(() => order.Count == 2);

        Assert.Equal(["resynchronised", "handled"], order);
    }

    [Fact]
    public async Task ListenersThatThrow_DoNotEndTheLink()
    {
        await using var broker = new ScriptedBroker();
        var link = await _bench.ConnectAsync(To(broker.Port));
        link.Lost = _ => throw new InvalidOperationException("listener");
        link.Noticed = _ => throw new InvalidOperationException("listener");

        broker.Peers.First().Close();

        await UntilAsync(() => link.Connections == 2 && link.IsUp);
    }
}
