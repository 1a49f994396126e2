namespace Optimizer.Mqtt;

/// <summary>Which MQTT a link speaks.</summary>
public enum MqttVersion
{
    /// <summary>5 only.</summary>
    Five,

    /// <summary>
    /// 5, and 3.1.1 where the broker says that it does not know 5. A broker that just hangs up on 5 is not taken for an old
    /// one, it may be restarting: name <see cref="Three"/> for it.
    /// </summary>
    FiveThenThree,

    /// <summary>
    /// 3.1.1 only. Nothing expires, nothing is correlated, the broker does not know how much we take at once, and a retained
    /// message that is published while we listen looks like any other: good enough to read and advise, never to command.
    /// </summary>
    Three,
}
