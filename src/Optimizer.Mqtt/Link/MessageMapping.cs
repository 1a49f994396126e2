using System.Buffers;
using System.Text;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Optimizer.Mqtt;

/// <summary>Between our messages and MQTTnet's.</summary>
internal static class MessageMapping
{
    public static MqttClientOptions Options(MqttLinkOptions options)
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(options.Host, options.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(options.ClientId)
            // The broker keeps QoS 1 messages for us over a short outage.
            .WithCleanStart(false)
            .WithSessionExpiryInterval(3600)
            .WithReceiveMaximum(options.ReceiveMaximum)
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(10))
            .WithTimeout(TimeSpan.FromSeconds(5));
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
        }

        return builder.Build();
    }

    public static MqttApplicationMessage ToMqtt(OutboundMessage message)
    {
        var builder = new MqttApplicationMessageBuilder()
            .WithTopic(message.Topic)
            .WithPayload(message.Payload.ToArray())
            .WithQualityOfServiceLevel((MqttQualityOfServiceLevel)message.QualityOfService)
            .WithRetainFlag(message.Retain)
            .WithContentType("application/json")
            .WithPayloadFormatIndicator(MqttPayloadFormatIndicator.CharacterData);
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
