using System.Collections.Concurrent;
using MQTTnet;
using MQTTnet.Formatter;

namespace Optimizer.Mqtt;

/// <summary>
/// Looks for retained messages where none may be, before a link takes up its work: a retained command is replayed to whoever
/// connects next, maybe months later.
/// </summary>
/// <remarks>
/// It connects by the link's own client id, since a broker may tie that to the certificate. What the broker kept for the link
/// meanwhile is not acknowledged, so the link gets it.
/// </remarks>
public static class RetainedScan
{
    private static readonly TimeSpan Listening = TimeSpan.FromMilliseconds(500), KeepAlive = TimeSpan.FromSeconds(10);

    /// <param name="options">How the link will connect; it must not be connected yet.</param>
    /// <param name="filters">Below which nothing may be retained.</param>
    /// <returns>The topics that are; what the access list hides from us is not among them.</returns>
    /// <exception cref="Exception">The broker could not be asked, or refused a filter.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(MqttLinkOptions options, IReadOnlyList<string> filters, TimeProvider time, CancellationToken cancel)
    {
        var found = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal);
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += args =>
        {
            args.AutoAcknowledge = false;
            if (args.ApplicationMessage is { Retain: true, Payload.Length: > 0 } message)
            {
                found[message.Topic] = 0;
            }

            return Task.CompletedTask;
        };
        await client.ConnectAsync(MessageMapping.Options(options with { Will = null }, options.Version == MqttVersion.Three ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500, KeepAlive), cancel);
        try
        {
            await SubscribeAsync(client, filters, cancel);
            // What is retained follows at once.
            await Task.Delay(Listening, time, cancel);
            var leave = new MqttClientUnsubscribeOptions();
            leave.TopicFilters.AddRange(filters);
            await client.UnsubscribeAsync(leave, cancel);
        }
        finally
        {
            await client.DisconnectAsync(new MqttClientDisconnectOptions(), CancellationToken.None);
        }

        return [.. found.Keys.Order(StringComparer.Ordinal)];
    }

    private static async Task SubscribeAsync(IMqttClient client, IReadOnlyList<string> filters, CancellationToken cancel)
    {
        var subscribe = new MqttClientSubscribeOptionsBuilder();
        foreach (string filter in filters)
        {
            subscribe.WithTopicFilter(f => f.WithTopic(filter).WithAtMostOnceQoS());
        }

        var answer = await client.SubscribeAsync(subscribe.Build(), cancel);
        if (answer.Items.FirstOrDefault(i => (int)i.ResultCode >= 0x80) is { } refused)
        {
            throw new InvalidOperationException($"subscribing to {refused.TopicFilter.Topic} was refused: {refused.ResultCode}");
        }
    }
}
