using System.Text;

namespace Optimizer.Mqtt;

/// <summary>Bytes a packet of MQTT 5 takes on the wire, headers included: what a broker's Maximum Packet Size counts; 3.1.1 has none.</summary>
internal static class PacketSize
{
    private const int LengthPrefix = 2, Identifier = 2, PropertyTag = 1;

    public static long OfPublish(OutboundMessage message)
    {
        long properties = Properties(message);
        long body = Text(message.Topic) + (message.QualityOfService > 0 ? Identifier : 0) + VariableLength(properties) + properties + message.Payload.Length;
        return 1 + VariableLength(body) + body;
    }

    /// <summary>SUBSCRIBE; an UNSUBSCRIBE is never larger.</summary>
    public static long OfSubscribe(IEnumerable<string> filters)
    {
        long body = Identifier + 1 + filters.Sum(f => Text(f) + 1);
        return 1 + VariableLength(body) + body;
    }

    private static long Properties(OutboundMessage message)
    {
        // The payload format indicator is always there, and so is the content type.
        long size = PropertyTag + 1 + PropertyTag + Text(MessageMapping.ContentType);
        size += message.Expiry is null ? 0 : PropertyTag + 4;
        size += message.CorrelationData.Length == 0 ? 0 : PropertyTag + LengthPrefix + message.CorrelationData.Length;
        size += message.ResponseTopic is not { Length: > 0 } topic ? 0 : PropertyTag + Text(topic);
        return size + message.UserProperties.Sum(p => PropertyTag + Text(p.Name) + Text(p.Value));
    }

    private static long Text(string text) => LengthPrefix + Encoding.UTF8.GetByteCount(text);

    private static int VariableLength(long value) => value switch { < 128 => 1, < 16_384 => 2, < 2_097_152 => 3, _ => 4 };
}
