namespace Optimizer.Mqtt.Sparkplug;

/// <summary>One metric of a payload. Names and types stand in births only; later messages may have the alias alone.</summary>
public sealed record SparkplugMetric
{
    public string? Name { get; init; }

    public ulong? Alias { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public ulong? Timestamp { get; init; }

    /// <summary>Unknown: not said here, or none of the types a tag can have.</summary>
    public SparkplugType Type { get; init; }

    /// <summary>Must not become the live value.</summary>
    public bool IsHistorical { get; init; }

    /// <summary>The source does not want it stored; we treat it as any other.</summary>
    public bool IsTransient { get; init; }

    public bool IsNull { get; init; }

    /// <summary>Property <c>Quality</c>: 0 bad, 192 good, 500 stale; null: not there, which means good.</summary>
    public long? Quality { get; init; }

    public SparkplugValue Value { get; init; }
}
