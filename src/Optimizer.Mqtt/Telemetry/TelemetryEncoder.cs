using System.Globalization;
using System.Text;

namespace Optimizer.Mqtt;

/// <summary>The native telemetry point: exactly <c>{"timestamp_ms":…,"value":…}</c>.</summary>
public static class TelemetryEncoder
{
    public static byte[] Encode(DateTimeOffset at, double value) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"timestamp_ms\":{at.ToUnixTimeMilliseconds()},\"value\":{value:R}}}"));
}
