namespace Optimizer.Mqtt.Sparkplug;

/// <summary>What a message is about.</summary>
public enum SparkplugMessage
{
    /// <summary>Not for us: commands of other hosts, their state.</summary>
    Other,
    NodeBirth,
    NodeData,
    NodeDeath,
    DeviceBirth,
    DeviceData,
    DeviceDeath,
}

/// <summary><c>spBv1.0/{group}/{message}/{node}[/{device}]</c>.</summary>
/// <param name="Device">Null: the edge node itself.</param>
public readonly record struct SparkplugTopic(string Group, SparkplugMessage Message, string Node, string? Device)
{
    private const string Namespace = "spBv1.0";

    /// <summary>False: no topic of an edge node, or a device where none may stand.</summary>
    public static bool TryParse(string topic, out SparkplugTopic parsed)
    {
        string[] levels = topic.Split('/');
        parsed = default;
        if (levels.Length is < 4 or > 5 || levels[0] != Namespace || levels.Any(l => l.Length == 0))
        {
            return false;
        }

        var message = levels[2] switch
        {
            "NBIRTH" => SparkplugMessage.NodeBirth,
            "NDATA" => SparkplugMessage.NodeData,
            "NDEATH" => SparkplugMessage.NodeDeath,
            "DBIRTH" => SparkplugMessage.DeviceBirth,
            "DDATA" => SparkplugMessage.DeviceData,
            "DDEATH" => SparkplugMessage.DeviceDeath,
            _ => SparkplugMessage.Other,
        };
        parsed = new SparkplugTopic(levels[1], message, levels[3], levels.Length == 5 ? levels[4] : null);
        return message == SparkplugMessage.Other || (levels.Length == 5) == (message >= SparkplugMessage.DeviceBirth);
    }

    /// <summary>Everything of one edge node and its devices.</summary>
    public static string Filter(string group, string node) => $"{Namespace}/{group}/+/{node}/#";

    /// <summary>Where a command to an edge node or one of its devices goes.</summary>
    public static string Command(string group, string node, string? device) =>
        device is null ? $"{Namespace}/{group}/NCMD/{node}" : $"{Namespace}/{group}/DCMD/{node}/{device}";

    /// <summary>May stand as a level of a topic.</summary>
    public static bool IsLevel(string text) => text.Length is > 0 and <= 128 && text.AsSpan().IndexOfAny("+/#\0") < 0;
}
