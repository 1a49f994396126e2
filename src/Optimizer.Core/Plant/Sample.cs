namespace Optimizer.Plant;

/// <summary>Trust in a value, with the numbers OPC classic uses.</summary>
public enum Quality : byte
{
    Bad = 0,
    Uncertain = 64,
    Good = 192,
}

/// <summary>
/// One value of one tag, with its three times. For an online signal all three nearly coincide; a lab result is
/// sampled hours before it is known, and nothing may use it before <paramref name="KnownAt"/>.
/// </summary>
/// <param name="Tag">Name of the data point.</param>
/// <param name="Value">In the tag's engineering unit.</param>
/// <param name="SampledAt">When the process had this value (UTC).</param>
/// <param name="KnownAt">When the value existed outside the process: instrument time, or the lab's report time (UTC).</param>
/// <param name="ReceivedAt">When it reached this process (UTC).</param>
/// <param name="Quality">Trust given by the source and by the range checks.</param>
public readonly record struct Sample(
    string Tag,
    double Value,
    DateTimeOffset SampledAt,
    DateTimeOffset KnownAt,
    DateTimeOffset ReceivedAt,
    Quality Quality)
{
    /// <summary>An online reading: sampled, known and received at one instant.</summary>
    public static Sample Online(string tag, double value, DateTimeOffset at, Quality quality = Quality.Good) =>
        new(tag, value, at, at, at, quality);
}
