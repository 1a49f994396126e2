using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Optimizer.Mqtt;

/// <summary>Brings the session at the broker to the filters that are configured.</summary>
/// <remarks>
/// With MQTT 5 every connection subscribes to everything, also where the broker says that it kept the session: that costs one
/// packet, and a broker that lost its subscriptions all the same leaves nobody deaf. Retained messages do not come again by
/// it: they are asked for with new subscriptions only. 3.1.1 cannot ask that, so a kept session with the same filters is left
/// alone.
/// </remarks>
internal sealed class Subscriptions(MqttLinkOptions options)
{
    private HashSet<string>? _known = Load(options.SessionFile);

    /// <exception cref="InvalidOperationException">The broker refused a filter, or one does not fit into its packets.</exception>
    public async Task BringAsync(BrokerConnection connection, CancellationToken cancel)
    {
        var wanted = options.Filters.Concat(options.CommandFilters).ToHashSet(StringComparer.Ordinal);
        var had = connection.Terms.SessionPresent ? _known : [];
        if (connection.Terms.Protocol < 5 && had is not null && had.SetEquals(wanted))
        {
            return;
        }

        var gone = (had ?? []).Except(wanted, StringComparer.Ordinal).Order(StringComparer.Ordinal);
        foreach (string[] some in Packets(gone, connection.Terms))
        {
            var unsubscribe = new MqttClientUnsubscribeOptionsBuilder();
            Array.ForEach(some, f => unsubscribe.WithTopicFilter(f));
            await connection.UnsubscribeAsync(unsubscribe.Build(), cancel);
        }

        // Written before: after a crash in between, a filter too many is unsubscribed; one too few would stay for ever.
        Remember(wanted.Union(had ?? [], StringComparer.Ordinal));
        await SubscribeAsync(connection, options.Filters, command: false, cancel);
        await SubscribeAsync(connection, options.CommandFilters, command: true, cancel);
        Remember(wanted);
    }

    private static async Task SubscribeAsync(BrokerConnection connection, IReadOnlyList<string> filters, bool command, CancellationToken cancel)
    {
        foreach (string[] some in Packets(filters, connection.Terms))
        {
            var subscribe = new MqttClientSubscribeOptionsBuilder();
            Array.ForEach(some, f => subscribe.WithTopicFilter(Filter(f, command, connection.Terms.Protocol)));
            await connection.SubscribeAsync(subscribe.Build(), cancel);
        }
    }

    private static Action<MqttTopicFilterBuilder> Filter(string topic, bool command, int protocol) => f =>
    {
        f.WithTopic(topic).WithAtLeastOnceQoS();
        if (protocol == 5)
        {
            f.WithRetainAsPublished().WithNoLocal(command)
                .WithRetainHandling(command ? MqttRetainHandling.DoNotSendOnSubscribe : MqttRetainHandling.SendAtSubscribeIfNewSubscriptionOnly);
        }
    };

    // As few packets as the broker's limit allows.
    private static IEnumerable<string[]> Packets(IEnumerable<string> filters, BrokerTerms terms)
    {
        var some = new List<string>();
        foreach (string filter in filters)
        {
            if (some.Count > 0 && PacketSize.OfSubscribe([.. some, filter]) > terms.MaximumPacketSize)
            {
                yield return [.. some];
                some.Clear();
            }

            some.Add(filter);
            if (PacketSize.OfSubscribe([filter]) is var size && size > terms.MaximumPacketSize)
            {
                throw new InvalidOperationException($"subscribing to {filter} needs a packet of {size} bytes, the broker takes {terms.MaximumPacketSize} at most");
            }
        }

        if (some.Count > 0)
        {
            yield return [.. some];
        }
    }

    private static HashSet<string>? Load(string? file)
    {
        try
        {
            return file is not null && File.Exists(file) ? File.ReadLines(file).ToHashSet(StringComparer.Ordinal) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Remember(IEnumerable<string> filters)
    {
        var now = filters.ToHashSet(StringComparer.Ordinal);
        try
        {
            if (options.SessionFile is { } file && (_known is null || !_known.SetEquals(now)))
            {
                File.WriteAllLines(file + ".new", now.Order(StringComparer.Ordinal));
                File.Move(file + ".new", file, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not keep us from listening: at worst an old filter stays subscribed.
        }

        _known = now;
    }
}
