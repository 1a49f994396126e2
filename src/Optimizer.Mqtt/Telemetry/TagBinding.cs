namespace Optimizer.Mqtt;

public enum TimeUnit
{
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,

    /// <summary>ISO 8601 text with a zone.</summary>
    Iso,
}

/// <summary>Where one tag's values stand on the wire. Bound by configuration, never guessed.</summary>
public sealed record TagBinding
{
    public required string Tag { get; init; }

    /// <summary>Full topic, no wildcards.</summary>
    public required string Topic { get; init; }

    public required string EngineeringUnit { get; init; }

    /// <summary>Range of the instrument; values far outside are Uncertain or Bad.</summary>
    public required double Low { get; init; }

    public required double High { get; init; }

    /// <summary>When set, the topic carries lab results and this is the analyte.</summary>
    public string? Analyte { get; init; }

    public PayloadPath ValuePath { get; init; } = PayloadPath.Parse("$.value");

    public PayloadPath TimePath { get; init; } = PayloadPath.Parse("$.timestamp_ms");

    public TimeUnit TimeUnit { get; init; } = TimeUnit.Milliseconds;

    public PayloadPath? QualityPath { get; init; }

    /// <summary>Takes "42.5" for 42.5.</summary>
    public bool AllowStringNumbers { get; init; }
}
