using System.Collections.Concurrent;
using System.Text;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests;

public sealed class MqttLinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(MqttLink Link, Task Run)> _links = [];
    private EmbeddedBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await EmbeddedBroker.StartAsync(0);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (link, run) in _links)
        {
            await run;
            await link.DisposeAsync();
        }

        await _broker.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Messages_AreHandledInTheOrderTheyCameWhateverTheirQuality()
    {
        var seen = new ConcurrentQueue<string>();
        await ListenAsync("listener", ["t/#"], m => seen.Enqueue(Encoding.UTF8.GetString(m.Payload.Span)));
        var sender = await ListenAsync("sender", [], _ => { });
        for (int n = 0; n < 300; n++)
        {
            Assert.Equal(PublishOutcome.Sent, await sender.PublishAsync(Text("t/a", $"{n}", n % 3 == 0 ? 1 : 0), Patience, Cancel));
        }

        await UntilAsync(() => seen.Count == 300);
        Assert.Equal(Enumerable.Range(0, 300).Select(n => $"{n}"), seen);
    }

    [Fact]
    public async Task HandlerThatThrows_IsCountedAndStopsNothing()
    {
        int good = 0;
        var link = await ListenAsync("listener", ["t/#"], m =>
        {
            if (m.Topic == "t/poison")
            {
                throw new InvalidOperationException("poison");
            }

            good++;
        });
        string? reason = null;
        link.HandlerFailed = r => reason = r;
        var sender = await ListenAsync("sender", [], _ => { });
        for (int n = 0; n < 200; n++)
        {
            await sender.PublishAsync(Text("t/poison", "x", 1), Patience, Cancel);
        }

        await sender.PublishAsync(Text("t/good", "x", 1), Patience, Cancel);
        await UntilAsync(() => good == 1);
        Assert.Equal(200, link.HandlerFailures);
        Assert.Equal("handling a message on t/poison failed: poison", reason);
    }

    [Fact]
    public async Task BrokerRestart_IsSurvivedAndSubscriptionsComeBack()
    {
        var seen = new ConcurrentQueue<string>();
        var listener = await ListenAsync("listener", ["t/#"], m => seen.Enqueue(Encoding.UTF8.GetString(m.Payload.Span)));
        var sender = await ListenAsync("sender", [], _ => { });
        await sender.PublishAsync(Text("t/a", "before", 1), Patience, Cancel);
        await UntilAsync(() => seen.Contains("before"));

        await _broker.StopAsync();
        await UntilAsync(() => !listener.IsUp && !sender.IsUp);
        Assert.Equal(PublishOutcome.Failed, await sender.PublishAsync(Text("t/a", "lost", 1), TimeSpan.FromSeconds(1), Cancel));
        await _broker.StartAsync();
        await UntilAsync(() => listener.Connections == 2 && sender.Connections == 2);

        Assert.Equal(PublishOutcome.Sent, await sender.PublishAsync(Text("t/a", "after", 1), Patience, Cancel));
        await UntilAsync(() => seen.Contains("after"));
        Assert.Equal(["before", "after"], seen);
    }

    [Fact]
    public async Task NobodyListening_IsSaid()
    {
        var sender = await ListenAsync("sender", [], _ => { });

        Assert.Equal(PublishOutcome.NobodyListens, await sender.PublishAsync(Text("t/void", "x", 1), Patience, Cancel));
    }

    [Fact]
    public async Task BrokerThatIsNotThere_IsNamed()
    {
        int port = _broker.Port;
        await _broker.StopAsync();
        var link = new MqttLink(new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = "a", Filters = [] }, (_, _) => default, TimeProvider.System);
        _links.Add((link, link.RunAsync(_stop.Token)));

        var e = await Assert.ThrowsAsync<BrokerUnreachableException>(() => link.WaitConnectedAsync(TimeSpan.FromSeconds(1), Cancel));

        Assert.Contains($"127.0.0.1:{port}", e.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static OutboundMessage Text(string topic, string text, int quality) => new(topic, Encoding.UTF8.GetBytes(text), quality);

    private async Task<MqttLink> ListenAsync(string client, string[] filters, Action<InboundMessage> handle)
    {
        var link = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = _broker.Port, ClientId = client, Filters = filters, PingEvery = TimeSpan.FromSeconds(1), LongestRetry = TimeSpan.FromMilliseconds(300) },
            (m, _) =>
            {
                handle(m);
                return default;
            }, TimeProvider.System);
        _links.Add((link, link.RunAsync(_stop.Token)));
        await link.WaitConnectedAsync(Patience, Cancel);
        return link;
    }

    private static Task UntilAsync(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string what = "") =>
        Eventually.TrueAsync(condition, Patience, Cancel, what);
}
