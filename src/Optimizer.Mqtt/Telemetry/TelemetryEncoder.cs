using System.Globalization;
using System.Text;
using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary>The native telemetry point: exactly <c>{"timestamp_ms":…,"value":…}</c>, and <c>"quality"</c> where it is not good.</summary>
public static class TelemetryEncoder
{
    public static byte[] Encode(DateTimeOffset at, double value, Quality quality = Quality.Good) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"timestamp_ms\":{at.ToUnixTimeMilliseconds()},\"value\":{value:R}{Trust(quality)}}}"));

    private static string Trust(Quality quality) => quality switch
    {
        Quality.Good => "",
        Quality.Uncertain => ",\"quality\":\"uncertain\"",
        _ => ",\"quality\":\"bad\"",
    };
}
