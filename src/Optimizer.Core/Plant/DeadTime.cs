namespace Optimizer.Plant;

/// <summary>Time between the making of the product and its measurement: fixed, or a way at the speed of the product.</summary>
/// <param name="Fixed">Dead time; with a way, what stands in while no speed above zero is known.</param>
public sealed record DeadTime(TimeSpan Fixed)
{
    /// <summary>Never longer than this: a stopped line would give an endless one.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Length of the way, in the unit of length of <see cref="SpeedTag"/>; 0: the dead time is fixed.</summary>
    public double Distance { get; init; }

    /// <summary>Speed of the product, unit of length per minute; null: the dead time is fixed.</summary>
    public string? SpeedTag { get; init; }

    /// <summary>The mean speed over this time before the sample counts. Default 5 min.</summary>
    public TimeSpan SpeedWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>Distance / speed</c> minutes, at most <see cref="Longest"/>.</summary>
    /// <param name="speed">Unit of length per minute; null: not known.</param>
    public TimeSpan At(double? speed)
    {
        if (SpeedTag is null || speed is not > 0)
        {
            return Fixed;
        }

        double minutes = Distance / speed.Value;
        return minutes >= Longest.TotalMinutes ? Longest : TimeSpan.FromMinutes(minutes);
    }
}

/// <summary>
/// The product that one result stands for, ending at its sample time less the dead time: all made within a time, or all made
/// since the lot changed.
/// </summary>
/// <param name="Length">The time; with a lot tag, the longest that is looked back.</param>
/// <param name="LotTag">Tag whose last change began the lot; null: <paramref name="Length"/> alone counts.</param>
public sealed record Coverage(TimeSpan Length, string? LotTag);
