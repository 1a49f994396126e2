using System.Text;
using MQTTnet;

namespace Optimizer.Mqtt;

/// <summary>User properties of a message that arrived, within bounds.</summary>
internal static class InboundProperties
{
    private const int Most = 16;
    private const int MostBytes = 4096;

    public static IReadOnlyList<(string Name, string Value)> Of(MqttApplicationMessage message) =>
        message.UserProperties is not { Count: > 0 and <= Most } properties || properties.Sum(p => Encoding.UTF8.GetByteCount(p.Name) + p.ValueBuffer.Length) > MostBytes
            ? []
            : [.. properties.Select(p => (p.Name, Encoding.UTF8.GetString(p.ValueBuffer.Span)))];
}
