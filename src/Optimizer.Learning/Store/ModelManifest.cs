using System.Text.Json;
using System.Text.Json.Serialization;

namespace Optimizer.Learning.Store;

/// <summary>What a stored model is, signed.</summary>
/// <param name="Format">1.</param>
/// <param name="Site">Name of the site it was trained for.</param>
/// <param name="Version">Counts the models of a store from 1.</param>
/// <param name="ModelHash">Hash of its surrogates.</param>
/// <param name="TrainedAt">Process time: nothing known later is inside.</param>
/// <param name="Inputs">Model inputs in order.</param>
/// <param name="Rows">Results learned from, by controlled variable.</param>
/// <param name="Errors">Root mean square error out of time, learning scale, by controlled variable.</param>
/// <param name="Objections">Why it must not steer; empty: it may.</param>
/// <param name="Files">SHA-256 of each file beside the manifest, by name.</param>
/// <param name="KeyId">Key that signed.</param>
public sealed record ModelManifest(
    int Format, string Site, int Version, string ModelHash, DateTimeOffset TrainedAt, IReadOnlyList<string> Inputs, IReadOnlyDictionary<string, int> Rows,
    IReadOnlyDictionary<string, double> Errors, IReadOnlyList<string> Objections, IReadOnlyDictionary<string, string> Files, string KeyId)
{
    public const string FileName = "manifest.json";

    internal const int Known = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Over everything else; null while unsigned.</summary>
    public string? Signature { get; init; }

    internal ModelManifest SignedBy(ModelKey key) => this with { Signature = key.Sign(Content) };

    internal bool IsSignedBy(ModelKey key) => Signature is { } signature && key.Verifies(Content, signature);

    internal byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="ModelException">It is no manifest.</exception>
    internal static ModelManifest Decode(byte[] text)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<ModelManifest>(text, Json) ?? throw new ModelException("the manifest is null");
            return manifest.Format == Known ? manifest : throw new ModelException($"the manifest has format {manifest.Format}, expected {Known}");
        }
        catch (JsonException e)
        {
            throw new ModelException($"the manifest cannot be read: {e.Message}");
        }
    }

    private byte[] Content => JsonSerializer.SerializeToUtf8Bytes(this with { Signature = null }, Json);
}
