using Optimizer.Plant;

namespace Optimizer.Mqtt;

public enum ModelEventKind
{
    /// <summary>Trained, and not allowed to steer; the reason says why.</summary>
    Loaded,
    RejectedSignature,

    /// <summary>The first model in force.</summary>
    Activated,
    Deactivated,
    DriftWarn,
    DriftTrip,

    /// <summary>A newer model took over.</summary>
    Retrained,
    RolledBack,

    /// <summary>A move was held because it leads beyond what the model knows.</summary>
    OutOfDomain,

    /// <summary>The model in force stays.</summary>
    TrainingFailed,
}

/// <summary><c>evt/model/{unit}</c>.</summary>
public sealed record ModelEventMessage(ModelReference Model, ModelEventKind Event, DateTimeOffset At)
{
    public string? Reason { get; init; }

    public IReadOnlyDictionary<string, double>? Metrics { get; init; }

    public Actor? By { get; init; }
}

public static class ModelEventPayload
{
    private const int LongestReason = 500;

    public static byte[] Encode(ModelEventMessage message) => PayloadForm.Encode(message with
    {
        Reason = PayloadForm.Cut(message.Reason, LongestReason),
        Metrics = message.Metrics?.Where(m => double.IsFinite(m.Value)).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
    });

    public static Decoded<ModelEventMessage> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<ModelEventMessage>(payload, PayloadForm.LargestCommand);
}
