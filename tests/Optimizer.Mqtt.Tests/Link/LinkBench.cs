using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>Links of one test, stopped at its end in order.</summary>
internal sealed class LinkBench : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<(MqttLink Link, CancellationTokenSource Stop, Task Run)> _links = [];

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What any link said.</summary>
    public ConcurrentQueue<string> Notices { get; } = new();

    /// <summary>Reasons for which any link lost its connection.</summary>
    public ConcurrentQueue<string> Losses { get; } = new();

    public static MqttLinkOptions To(int port, string client = "link", params string[] filters) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        ClientId = client,
        Filters = filters,
        PingEvery = TimeSpan.FromSeconds(1),
        LongestRetry = TimeSpan.FromMilliseconds(500),
    };

    public static OutboundMessage Text(string topic, string text, int quality = 1) => new(topic, Encoding.UTF8.GetBytes(text), quality);

    public static string Text(InboundMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    public static Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") => Eventually.TrueAsync(condition, Patience, Cancel, what);

    public MqttLink Start(MqttLinkOptions options, Func<InboundMessage, CancellationToken, ValueTask> handle, Func<CancellationToken, Task>? connected = null)
    {
        var stop = new CancellationTokenSource();
        var link = new MqttLink(options, handle, TimeProvider.System) { Noticed = Notices.Enqueue, Lost = Losses.Enqueue, Connected = connected };
        _links.Add((link, stop, link.RunAsync(stop.Token)));
        return link;
    }

    public async Task<MqttLink> ConnectAsync(MqttLinkOptions options, Action<InboundMessage>? handle = null)
    {
        var link = Start(options, (m, _) =>
        {
            handle?.Invoke(m);
            return default;
        });
        await link.WaitConnectedAsync(Patience, Cancel);
        return link;
    }

    public Task<MqttLink> SenderAsync(int port) => ConnectAsync(To(port, "sender"));

    public async Task StopAsync(MqttLink link)
    {
        var (_, stop, run) = _links.Single(l => l.Link == link);
        await stop.CancelAsync();
        await run;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (link, stop, run) in _links)
        {
            await stop.CancelAsync();
            await run;
            await link.DisposeAsync();
            stop.Dispose();
        }
    }
}
