using System.Globalization;
using Optimizer.Plant;

namespace Optimizer.Alignment;

/// <summary>The model inputs at one instant, or the gaps that make a decision impossible.</summary>
/// <param name="Setpoints">Live setpoints, in the order of the unit's manipulated variables.</param>
/// <param name="Effective">Lagged setpoints, same order.</param>
/// <param name="Disturbances">In the order of the unit's disturbance variables.</param>
/// <param name="Gaps">What is missing, each a sentence with numbers; empty: complete.</param>
public sealed record FeatureVector(
    DateTimeOffset At,
    IReadOnlyList<double> Setpoints,
    IReadOnlyList<double> Effective,
    IReadOnlyList<double> Disturbances,
    IReadOnlyList<string> Gaps)
{
    public bool IsComplete => Gaps.Count == 0;

    /// <summary>Aligns a snapshot to the model inputs and names every gap.</summary>
    /// <remarks>A periodic tag is too old after 10 periods, at least 60 s; a tag reported by exception or by the lab has no age limit here.</remarks>
    public static FeatureVector Align(ProcessUnit unit, LineSnapshot snapshot)
    {
        var gaps = new List<string>();
        for (int i = 0; i < unit.ManipulatedVariables.Count; i++)
        {
            if (snapshot.Setpoints[i] is null)
            {
                gaps.Add($"the live setpoint {unit.ManipulatedVariables[i].SetpointTag} was never received");
            }
            else if (snapshot.Latest.TryGetValue(unit.ManipulatedVariables[i].SetpointTag, out var live) && live.Quality == Quality.Bad)
            {
                gaps.Add($"the live setpoint {live.Tag} is bad: what it is now is not known");
            }
        }

        if (snapshot.CampaignSettling > TimeSpan.Zero)
        {
            gaps.Add($"settling after a change of campaign, {Text(snapshot.CampaignSettling)} to go");
        }

        for (int i = 0; i < unit.DisturbanceVariables.Count; i++)
        {
            if (snapshot.Disturbances[i] is null)
            {
                var dv = unit.DisturbanceVariables[i];
                gaps.Add($"{dv.Name} has no good value of {dv.Tag} in the last {Text(dv.Window)}");
            }
        }

        gaps.AddRange(unit.Tags.Where(t => t.Critical).Select(t => CriticalGap(t, snapshot)).OfType<string>());
        return new FeatureVector(
            snapshot.At, Known(snapshot.Setpoints), Known(snapshot.Effective), Known(snapshot.Disturbances), gaps);
    }

    /// <summary>Age after which a periodic tag is no longer evidence of the present.</summary>
    public static TimeSpan AgeLimit(Tag tag) =>
        tag.Period is { } period ? TimeSpan.FromTicks(Math.Max(period.Ticks * 10, TimeSpan.TicksPerMinute)) : TimeSpan.MaxValue;

    private static string? CriticalGap(Tag tag, LineSnapshot snapshot)
    {
        if (!snapshot.Latest.TryGetValue(tag.Name, out var sample))
        {
            return $"critical tag {tag.Name} was never received";
        }

        var age = snapshot.At - sample.SampledAt;
        if (age > AgeLimit(tag))
        {
            return $"critical tag {tag.Name} is {Text(age)} old, limit {Text(AgeLimit(tag))}";
        }

        return sample.Quality == Quality.Bad
            ? string.Create(CultureInfo.InvariantCulture, $"critical tag {tag.Name} is bad at {sample.Value:G4} {tag.EngineeringUnit}")
            : null;
    }

    private static double[] Known(IReadOnlyList<double?> values) => [.. values.Select(v => v ?? double.NaN)];

    private static string Text(TimeSpan time) => time < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} s")
        : time < TimeSpan.FromHours(2)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} min")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F1} h");
}
