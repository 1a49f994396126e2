namespace Optimizer.Plant;

/// <summary>The piece of plant being optimized: its tags and the roles they play. Immutable; swapped as a whole.</summary>
public sealed record ProcessUnit
{
    public required string Name { get; init; }

    /// <summary>Gateway that takes this unit's setpoints.</summary>
    public required string Gateway { get; init; }

    public required IReadOnlyList<Tag> Tags { get; init; }

    public required IReadOnlyList<ManipulatedVariable> ManipulatedVariables { get; init; }

    public required IReadOnlyList<DisturbanceVariable> DisturbanceVariables { get; init; }

    public required IReadOnlyList<ControlledVariable> ControlledVariables { get; init; }

    /// <summary>When set, the unit produces only while this tag has this value; nothing is learned or decided otherwise.</summary>
    public RunningState? Running { get; init; }

    /// <summary>When set, this tag tells which grade the unit makes; results of another grade than the present one do not teach.</summary>
    public CampaignTag? Campaign { get; init; }

    /// <summary>Names of the model inputs: manipulated, then disturbance variables.</summary>
    public IReadOnlyList<string> Inputs => [.. ManipulatedVariables.Select(m => m.Name), .. DisturbanceVariables.Select(d => d.Name)];

    /// <exception cref="KeyNotFoundException">The unit has no such tag.</exception>
    public Tag Tag(string name) => Tags.FirstOrDefault(t => t.Name == name)
        ?? throw new KeyNotFoundException($"unit '{Name}' has no tag '{name}'");
}

/// <summary>The unit runs while <paramref name="Tag"/> equals <paramref name="Value"/>.</summary>
/// <param name="Settling">Time after a return to running before values count again.</param>
public sealed record RunningState(string Tag, double Value, TimeSpan Settling);

/// <summary>The grade the unit makes is the value of <paramref name="Tag"/>; another value starts another campaign.</summary>
/// <param name="Settling">Time after a change before values count again.</param>
public sealed record CampaignTag(string Tag, TimeSpan Settling);

/// <summary>A measured influence that is not ours to move.</summary>
/// <param name="Window">A statistic (the mean by default) over this time before an instant is its value at that instant.</param>
/// <param name="EngineeringUnit">Unit of its value: the tag's, per hour for a slope.</param>
public sealed record DisturbanceVariable(string Name, string Tag, string EngineeringUnit, TimeSpan Window)
{
    /// <summary>Its window ends this long before an instant: how late the product feels it.</summary>
    public TimeSpan Lag { get; init; }

    public WindowStatistic Statistic { get; init; }

    public TagWindow Reading => new(Name, Tag, Lag, Window, Statistic);
}

/// <summary>A result of the process that a surrogate predicts.</summary>
/// <param name="Aggregate">Online tags: values are averaged over this time into one observation; null: each (lab) value is one.</param>
/// <param name="BiasTime">Time constant with which the surrogate's level follows slow, unmeasured drift.</param>
public sealed record ControlledVariable(string Name, string Tag, string EngineeringUnit, TimeSpan? Aggregate, TimeSpan BiasTime)
{
    /// <summary>How long after its making the product is measured; null: at once.</summary>
    public DeadTime? DeadTime { get; init; }

    /// <summary>The product a result stands for; null: what was made at its instant.</summary>
    public Coverage? Covers { get; init; }

    /// <summary>Fast signals that may tell of the next result before it is known (soft sensor); empty: none.</summary>
    public IReadOnlyList<TagWindow> Signals { get; init; } = [];

    /// <summary>Learn and predict the natural logarithm: for rates and counts, whose scatter grows with their level.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Added before the logarithm is taken, so that a count of zero has one. In the engineering unit.</summary>
    public double LogarithmOffset { get; init; }

    /// <summary>To the scale the surrogate works on.</summary>
    public double Transform(double value) => Logarithmic ? Math.Log(Math.Max(value + LogarithmOffset, 1e-9)) : value;

    /// <summary>Back to the engineering unit.</summary>
    public double Restore(double value) => Logarithmic ? Math.Exp(value) - LogarithmOffset : value;
}
