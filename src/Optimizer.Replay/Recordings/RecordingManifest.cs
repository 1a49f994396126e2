using System.Security.Cryptography;
using System.Text.Json;

namespace Optimizer.Replay.Recordings;

/// <summary>Stands beside a recording as <c>FILE.manifest.json</c>: where it comes from, and what its columns mean.</summary>
public sealed record RecordingManifest
{
    /// <summary>Version of this layout.</summary>
    public string Layout { get; init; } = "optimizer-recording/1";

    /// <summary>File name of the recording.</summary>
    public required string File { get; init; }

    /// <summary>See <see cref="RecordingFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Of the recording, hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>True: from a simulator; a statement about a real plant must not rest on it.</summary>
    public required bool Simulated { get; init; }

    public required string Plant { get; init; }

    public required string Scenario { get; init; }

    public required string History { get; init; }

    public required int Seed { get; init; }

    public required string Grade { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>Least seconds between two values of a continuous tag; 0: native periods.</summary>
    public required double TelemetryPeriodSeconds { get; init; }

    /// <summary>Values written, all tags together.</summary>
    public required long Samples { get; init; }

    public required IReadOnlyList<ManifestTag> Tags { get; init; }

    /// <summary>Meaning of coded values, by tag.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Codes { get; init; }

    /// <summary>What operators wrote down; null: nothing was changed by hand.</summary>
    public string? OperatorLog { get; init; }

    /// <summary>The hidden truth, for judges only; null: not written.</summary>
    public string? Truth { get; init; }

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Where the manifest of a recording stands.</summary>
    public static string PathOf(string recording) => recording + ".manifest.json";

    public string ToJson() => JsonSerializer.Serialize(this, Form) + "\n";

    /// <exception cref="JsonException">It is none.</exception>
    public static RecordingManifest Parse(string json) => JsonSerializer.Deserialize<RecordingManifest>(json, Form) ?? throw new JsonException("found null, expected a manifest");

    /// <summary>Hash of a file, hexadecimal.</summary>
    public static string Hash(string file)
    {
        using var stream = System.IO.File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}

/// <param name="Count">Values written.</param>
public sealed record ManifestTag(string Tag, string Unit, RecordedKind Kind, long Count);
