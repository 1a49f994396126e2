using Optimizer.History;
using Optimizer.Plant;

namespace Optimizer.Alignment;

/// <summary>When the product that a result speaks of was made.</summary>
internal sealed class ProductSpan(ProcessUnit unit, ProcessHistorian historian)
{
    /// <returns>Start and end of its making; equal: one instant.</returns>
    public (DateTimeOffset Start, DateTimeOffset End) Of(ControlledVariable variable, DateTimeOffset sampledAt, DateTimeOffset knownBy, CampaignRecord campaigns)
    {
        var end = sampledAt - Delay(variable.DeadTime, sampledAt, knownBy, campaigns);
        if (variable.Covers is not { } covers)
        {
            return (end, end);
        }

        var start = end - covers.Length;
        var lot = covers.LotTag is null ? null : LotStart(covers.LotTag, start, end, knownBy);
        return (lot ?? start, end);
    }

    private TimeSpan Delay(DeadTime? deadTime, DateTimeOffset sampledAt, DateTimeOffset knownBy, CampaignRecord campaigns)
    {
        if (deadTime?.SpeedTag is not { } tag)
        {
            return deadTime?.Fixed ?? TimeSpan.Zero;
        }

        var window = new TagWindow("speed", tag, TimeSpan.Zero, deadTime.SpeedWindow, WindowStatistic.Mean);
        return deadTime.At(WindowReading.Read(historian, window, sampledAt, knownBy, unit.Tag(tag), campaigns.Start(sampledAt)));
    }

    // The last change of the lot's value within the time looked back; null: none, the whole time is one lot.
    private DateTimeOffset? LotStart(string tag, DateTimeOffset from, DateTimeOffset to, DateTimeOffset knownBy)
    {
        DateTimeOffset? start = null;
        double? value = historian[tag].Latest(from, knownBy)?.Value;
        foreach (var sample in historian[tag].Window(from, to + TimeSpan.FromTicks(1), knownBy))
        {
            if (sample.Quality != Quality.Bad && !sample.Value.Equals(value))
            {
                (start, value) = (sample.SampledAt, sample.Value);
            }
        }

        return start;
    }
}
