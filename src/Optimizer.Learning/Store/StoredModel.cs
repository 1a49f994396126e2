using System.Text.Json;
using System.Text.Json.Serialization;

namespace Optimizer.Learning.Store;

/// <param name="Manifest">Null: it cannot be vouched for.</param>
/// <param name="Reason">Why it was promoted, refused or cannot be vouched for; null: nothing to say.</param>
public sealed record StoredModel(int Version, ModelState State, ModelManifest? Manifest, string? Reason);

public enum ModelState
{
    /// <summary>In force.</summary>
    Champion,

    /// <summary>Stored, not yet tried or promoted.</summary>
    Challenger,

    /// <summary>Was in force once.</summary>
    Retired,

    /// <summary>Lost its trial, or must not steer.</summary>
    Refused,

    /// <summary>Altered, incomplete, signed by another key or for another site: never loaded.</summary>
    Unsound,
}

/// <summary>Something that became of a model.</summary>
/// <param name="By">Person, or <c>optimizer</c>.</param>
public sealed record ModelEntry(int Version, ModelFate Fate, DateTimeOffset At, string By, string? Reason)
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}

public enum ModelFate
{
    Stored,
    Promoted,
    RolledBack,
    Refused,

    /// <summary>What the entry before tells was never made.</summary>
    Undone,
}
