using System.Collections.Concurrent;
using MQTTnet;
using MQTTnet.Formatter;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Line;

/// <summary>A plain MQTT client that keeps every message with all its properties, as any other program would see it.</summary>
internal sealed class RawListener : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentQueue<MqttApplicationMessage> _heard = new();

    public IReadOnlyCollection<MqttApplicationMessage> Heard => _heard;

    public static async Task<RawListener> StartAsync(int port, params string[] filters)
    {
        var listener = new RawListener();
        listener._client.ApplicationMessageReceivedAsync += e =>
        {
            listener._heard.Enqueue(e.ApplicationMessage);
            return Task.CompletedTask;
        };
        await listener._client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V500).WithClientId("listener").Build(), Bench.Cancel);
        foreach (string filter in filters)
        {
            await listener._client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(f => f.WithTopic(filter).WithAtLeastOnceQoS().WithRetainAsPublished()).Build(), Bench.Cancel);
        }

        return listener;
    }

    /// <summary>The newest message of a topic, once there is one.</summary>
    public async Task<MqttApplicationMessage> OnAsync(string topic, Func<MqttApplicationMessage, bool>? which = null)
    {
        MqttApplicationMessage? found = null;
        await Eventually.TrueAsync(() => (found = _heard.LastOrDefault(m => m.Topic == topic && (which is null || which(m)))) is not null, Bench.Patience, Bench.Cancel, topic);
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisconnectAsync(new MqttClientDisconnectOptions(), CancellationToken.None);
        _client.Dispose();
    }
}
