namespace Optimizer.Mqtt.Sparkplug;

/// <summary>What we may do to edge nodes. We are never a primary host: edge nodes stop when that one goes away.</summary>
public enum SparkplugRole
{
    /// <summary>Listens only. Default: safe in a plant that is there already.</summary>
    Passive,

    /// <summary>Asks a node for a rebirth when its values cannot be known otherwise, at most every 10 s.</summary>
    Active,
}

/// <summary>An edge node, or one of its devices.</summary>
/// <param name="Device">Null: the edge node itself.</param>
public sealed record SparkplugSource(string Group, string Node, string? Device)
{
    public SparkplugRole Role { get; init; }

    /// <summary>How long a message out of sequence may wait for the one before it. Default 2 s, range 0.1 s to 60 s.</summary>
    public TimeSpan ReorderTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The same place, whatever our role there.</summary>
    public bool IsSame(SparkplugSource other) => (Group, Node, Device) == (other.Group, other.Node, other.Device);

    public override string ToString() => Device is null ? $"{Group}/{Node}" : $"{Group}/{Node}/{Device}";
}

/// <param name="Tag">Its key is the metric's name.</param>
public sealed record SparkplugBinding(SparkplugSource Source, TagBinding Tag);

/// <summary>A metric as its birth declared it.</summary>
public sealed record SparkplugDefinition(string Name, ulong? Alias, SparkplugType Type);

/// <summary>A watched metric said something in a birth or in data.</summary>
/// <param name="IsUsable">Good, not null and not historical.</param>
public sealed record SparkplugChange(SparkplugSource Source, SparkplugDefinition Metric, SparkplugValue Value, DateTimeOffset ReceivedAt, bool IsUsable)
{
    /// <summary>NaN: it is none.</summary>
    public double Number => IsUsable && Value.TryNumber(Metric.Type, out double number) ? number : double.NaN;
}
