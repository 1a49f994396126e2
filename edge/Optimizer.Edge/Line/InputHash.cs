using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Optimizer.Cycle;

namespace Optimizer.Edge.Line;

/// <summary>
/// Fingerprint of everything a decision depended on beside site file and model, which have their own: SHA-256 of a JSON text of snapshot, levels,
/// prices, mode, moves, gateway, turn and seed. The same inputs give the same hash on any machine.
/// </summary>
internal static class InputHash
{
    private static readonly JsonSerializerOptions Form = new()
    {
        IncludeFields = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Of(CycleInput input) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new
    {
        input.Snapshot,
        input.Levels,
        input.Prices,
        input.Mode,
        input.FewestRows,
        input.Supersedes,
        input.Turn,
        input.Seed,
        input.Context.Variables,
        input.Context.Gateway,
        input.Context.Running,
        input.Context.AuditWritable,
        Approved = input.Approval is { } a ? new { a.Recommendation.Id, a.Setpoints, a.By, a.Modified } : null,
    }, Form)));
}
