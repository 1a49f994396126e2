using System.Collections.Concurrent;
using System.Text;
using MQTTnet;
using MQTTnet.Protocol;
using Optimizer.Edge.Tests.Line;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Tests.Security;

/// <summary>Somebody on the bench's broker who writes setpoints of their own, by a client that lets everything through.</summary>
internal sealed class Attacker(Bench bench) : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentQueue<(string Topic, byte[] Payload)> _seen = new();
    private int _ids;

    /// <param name="filters">Listened to besides the acknowledgements.</param>
    public async Task StartAsync(params string[] filters)
    {
        _client.ApplicationMessageReceivedAsync += args =>
        {
            _seen.Enqueue((args.ApplicationMessage.Topic, System.Buffers.BuffersExtensions.ToArray(args.ApplicationMessage.Payload)));
            return Task.CompletedTask;
        };
        await _client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", bench.Broker.Port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).Build(), Bench.Cancel);
        foreach (string filter in filters.Append(bench.Topics.SetpointAck("gw-l01")).Where(f => !f.Contains("..", StringComparison.Ordinal)))
        {
            await _client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(f => f.WithTopic(filter).WithAtLeastOnceQoS()).Build(), Bench.Cancel);
        }
    }

    public List<string> On(string topic) => [.. _seen.Where(s => s.Topic == topic).Select(s => Encoding.UTF8.GetString(s.Payload))];

    /// <summary>A write that the gateway would take: the first setpoint, where it stands.</summary>
    public SetpointRequest Write(long epoch, long sequence)
    {
        var variable = bench.Site.Site.Manipulated[0];
        double live = bench.Plant.Gateway.Setpoints[0];
        var now = bench.Plant.Now;
        return new SetpointRequest(
            SetpointIds.Create(now, epoch, ++_ids, "attacker"), RequestKind.Write, epoch, sequence, "gw-l01", now, now.AddSeconds(10), TimeSpan.FromSeconds(60),
            [new SetpointItem(variable.SetpointTag, live, variable.EngineeringUnit, live, variable.Tolerance, variable.OperatorLow, variable.OperatorHigh, null)]);
    }

    /// <returns>The gateway's verdict on it.</returns>
    public async Task<Acknowledgement> SendAsync(SetpointRequest request, bool retain = false, string contentType = "application/json", Func<OutboundMessage, OutboundMessage>? sign = null)
    {
        var message = new OutboundMessage(bench.Topics.SetpointSet("gw-l01"), SetpointPayload.Encode(request), 1);
        message = sign?.Invoke(message) ?? message;
        int before = _seen.Count;
        var builder = new MqttApplicationMessageBuilder().WithTopic(message.Topic).WithPayload(message.Payload.ToArray()).WithContentType(contentType).WithRetainFlag(retain)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        foreach (var (name, value) in message.UserProperties)
        {
            builder.WithUserProperty(name, Encoding.UTF8.GetBytes(value).AsMemory());
        }

        await _client.PublishAsync(builder.Build(), Bench.Cancel);
        Acknowledgement? answer = null;
        await Bench.UntilAsync(() => (answer = _seen.Skip(before).Where(s => s.Topic == bench.Topics.SetpointAck("gw-l01"))
            .Select(s => AcknowledgementPayload.Decode(s.Payload).Value).FirstOrDefault(a => a?.SetpointId == request.SetpointId && a.State != AcknowledgementState.Received)) is not null);
        return answer!;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisconnectAsync(new MqttClientDisconnectOptions(), CancellationToken.None);
        _client.Dispose();
    }
}
