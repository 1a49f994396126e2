using System.Globalization;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Optimizer.Mqtt;

/// <summary>What the broker announced when the connection was made. MQTTnet passes it on and keeps to none of it.</summary>
public sealed record BrokerTerms
{
    /// <summary>Share of the keep-alive after which we must have been heard.</summary>
    private const double Heard = 0.8;

    /// <summary>5 or 3, for 3.1.1.</summary>
    public required int Protocol { get; init; }

    /// <summary>The broker kept our session: subscriptions and unacknowledged messages.</summary>
    public bool SessionPresent { get; init; }

    /// <summary>Largest packet it takes, in bytes; null: it named none.</summary>
    public long? MaximumPacketSize { get; init; }

    /// <summary>QoS 1 messages it takes before it has acknowledged one. 65535: it named none.</summary>
    public int ReceiveMaximum { get; init; } = ushort.MaxValue;

    /// <summary>Silence after which it ends the connection (at one and a half times this).</summary>
    public required TimeSpan KeepAlive { get; init; }

    /// <summary>0, 1 or 2.</summary>
    public int MaximumQualityOfService { get; init; } = 2;

    public bool RetainAvailable { get; init; } = true;

    /// <summary>Why no command may be sent by this connection, as a sentence; null: it may.</summary>
    public string? WhyNoCommands =>
        Protocol < 5 ? "the broker was reached by MQTT 3.1.1, whose messages neither expire nor show that they were retained; commands need MQTT 5"
        : MaximumQualityOfService < 1 ? "the broker takes QoS 0 only; commands need QoS 1"
        : null;

    internal static BrokerTerms Of(MqttClientConnectResult answer, MqttProtocolVersion version, TimeSpan keepAlive) => version == MqttProtocolVersion.V500
        ? new()
        {
            Protocol = 5,
            SessionPresent = answer.IsSessionPresent,
            MaximumPacketSize = answer.MaximumPacketSize is > 0 ? answer.MaximumPacketSize : null,
            ReceiveMaximum = answer.ReceiveMaximum is { } most and > 0 ? most : ushort.MaxValue,
            KeepAlive = answer.ServerKeepAlive > 0 ? TimeSpan.FromSeconds(answer.ServerKeepAlive) : keepAlive,
            MaximumQualityOfService = (int)answer.MaximumQoS,
            RetainAvailable = answer.RetainAvailable,
        }
        : new() { Protocol = 3, SessionPresent = answer.IsSessionPresent, KeepAlive = keepAlive };

    /// <summary>Time between our pings, so that the broker never waits for us.</summary>
    internal TimeSpan PingEvery(TimeSpan wanted) => wanted < KeepAlive * Heard ? wanted : KeepAlive * Heard;

    /// <summary>What of these terms the message breaks, as a sentence; null: nothing.</summary>
    internal string? WhyNot(OutboundMessage message, out PublishOutcome outcome)
    {
        outcome = PublishOutcome.NotSupported;
        if (message.IsCommand && WhyNoCommands is { } why)
        {
            return $"the command on {message.Topic} was not sent: {why}";
        }

        if (message.QualityOfService > MaximumQualityOfService)
        {
            return $"the message on {message.Topic} was not sent: it has QoS {message.QualityOfService}, the broker takes {MaximumQualityOfService} at most";
        }

        if (message.Retain && !RetainAvailable)
        {
            return $"the message on {message.Topic} was not sent: it is to be retained, the broker retains nothing";
        }

        if (MaximumPacketSize is { } most && PacketSize.OfPublish(message) is var size && size > most)
        {
            outcome = PublishOutcome.TooLarge;
            return string.Create(CultureInfo.InvariantCulture, $"the message on {message.Topic} was not sent: its packet has {size} bytes, the broker takes {most} at most");
        }

        return null;
    }
}
