using System.Buffers;
using System.Text;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Optimizer.Mqtt;

/// <summary>Between our messages and MQTTnet's.</summary>
internal static class MessageMapping
{
    public const string ContentType = "application/json";

    public static MqttClientOptions Options(MqttLinkOptions options, MqttProtocolVersion version, TimeSpan keepAlive)
    {
        bool five = version == MqttProtocolVersion.V500;
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(options.Host, options.Port)
            .WithProtocolVersion(version)
            .WithClientId(options.ClientId)
            // The broker keeps QoS 1 messages for us over a short outage.
            .WithCleanStart(options.CleanSession)
            .WithKeepAlivePeriod(keepAlive)
            .WithTimeout(TimeSpan.FromSeconds(5));
        if (five)
        {
            builder.WithSessionExpiryInterval(options.CleanSession ? 0u : 3600u).WithReceiveMaximum(options.ReceiveMaximum).WithMaximumPacketSize(options.MaximumPacketSize);
        }

        if (options.UserName is { } user)
        {
            builder.WithCredentials(user, options.Password);
        }

        if (options.Tls is { } tls)
        {
            builder.WithTlsOptions(t => BrokerCertificateCheck.Apply(t, tls, options.Host));
        }

        if (options.Will is { } build)
        {
            var will = build();
            builder.WithWillTopic(will.Topic).WithWillPayload(will.Payload.ToArray()).WithWillRetain(will.Retain).WithWillQualityOfServiceLevel((MqttQualityOfServiceLevel)will.QualityOfService);
            if (five)
            {
                builder.WithWillDelayInterval((uint)Math.Ceiling(options.WillDelay.TotalSeconds));
            }
        }

        return builder.Build();
    }

    /// <param name="protocol">Below 5 there is no place for properties.</param>
    public static MqttApplicationMessage ToMqtt(OutboundMessage message, int protocol)
    {
        var builder = new MqttApplicationMessageBuilder()
            .WithTopic(message.Topic)
            .WithPayload(message.Payload.ToArray())
            .WithQualityOfServiceLevel((MqttQualityOfServiceLevel)message.QualityOfService)
            .WithRetainFlag(message.Retain);
        if (protocol < 5)
        {
            return builder.Build();
        }

        if (!message.IsBinary)
        {
            builder.WithContentType(ContentType).WithPayloadFormatIndicator(MqttPayloadFormatIndicator.CharacterData);
        }

        if (message.Expiry is { } expiry)
        {
            builder.WithMessageExpiryInterval((uint)Math.Max(1, Math.Ceiling(expiry.TotalSeconds)));
        }

        if (message.CorrelationData.Length > 0)
        {
            builder.WithCorrelationData(message.CorrelationData.ToArray());
        }

        if (message.ResponseTopic is { } responseTopic)
        {
            builder.WithResponseTopic(responseTopic);
        }

        foreach (var (name, value) in message.UserProperties)
        {
            builder.WithUserProperty(name, Encoding.UTF8.GetBytes(value).AsMemory());
        }

        return builder.Build();
    }

    public static InboundMessage ToInbound(MqttApplicationMessage message) => new(
        message.Topic, message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray(), (int)message.QualityOfServiceLevel, message.Retain,
        message.ResponseTopic, message.CorrelationData ?? ReadOnlyMemory<byte>.Empty)
    {
        ContentType = message.ContentType,
        UserProperties = InboundProperties.Of(message),
    };
}
