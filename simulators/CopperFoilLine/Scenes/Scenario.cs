namespace CopperFoilLine.Scenes;

/// <summary>
/// Something the line goes through. Conditions hold from the start of the plant when no time is named; events happen after
/// the start of the run, or after the time named.
/// </summary>
/// <param name="Name">Such as <c>sps-pump-stops</c>.</param>
/// <param name="Id">Number in the scenario list, such as <c>S2</c>; null: none.</param>
/// <param name="Summary">One line for people.</param>
public sealed record Scenario(string Name, string? Id, string Summary)
{
    /// <summary>What the line suffers for as long as it runs; null: nothing.</summary>
    public Func<Conditions, Conditions>? Condition { get; init; }

    /// <summary>What happens, and how long after.</summary>
    public IReadOnlyList<(TimeSpan After, Action<FoilLine> Act)> Events { get; init; } = [];

    /// <summary>Makes it happen on a running line, now.</summary>
    public void Trigger(FoilLine line)
    {
        if (Condition is { } condition)
        {
            line.Disturb(condition);
        }

        foreach (var (after, act) in Events)
        {
            line.Schedule(line.Now + after, act);
        }
    }
}
