using System.Globalization;

namespace Optimizer.Mqtt;

/// <summary>CloudEvents 1.0 in binary mode: the attributes travel as MQTT 5 user properties, the payload stays what it is.</summary>
public static class CloudEvent
{
    /// <param name="id">Of the thing itself, so that a resend is recognised.</param>
    /// <param name="source">Location of the line.</param>
    /// <param name="type">Such as <c>optimizer.setpoint.write</c>.</param>
    public static IReadOnlyList<(string Name, string Value)> Attributes(string id, string source, string type, DateTimeOffset time) =>
    [
        ("specversion", "1.0"), ("id", id), ("source", source), ("type", type),
        ("time", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
    ];
}
