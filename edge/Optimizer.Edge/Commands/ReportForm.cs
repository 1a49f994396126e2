using System.Text.Json;
using System.Text.Json.Serialization;

namespace Optimizer.Edge.Commands;

/// <summary>How results are written as JSON.</summary>
internal static class ReportForm
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
