namespace Optimizer.Plant;

/// <summary>A process seen from its controllers: it takes setpoints, time passes, instruments and lab report.</summary>
public interface IPlant
{
    /// <summary>Process time (UTC).</summary>
    DateTimeOffset Now { get; }

    /// <summary>Names of the setpoints, in the order <see cref="Step"/> takes them.</summary>
    IReadOnlyList<string> SetpointTags { get; }

    /// <summary>Moves process time by <paramref name="dt"/> with the setpoints held, each in its engineering unit.</summary>
    void Step(TimeSpan dt, ReadOnlySpan<double> setpoints);

    /// <summary>Appends every value that became known since the last call, lab results included, and forgets it.</summary>
    void Read(ICollection<Sample> into);
}
