using Optimizer.History;
using Optimizer.Plant;

namespace Optimizer.Alignment;

/// <summary>Which grade ran when, from the values of the campaign tag that were known by an instant.</summary>
public sealed class CampaignRecord
{
    private readonly List<(DateTimeOffset At, double Grade)> _changes = [];
    private readonly TimeSpan _settling;

    private CampaignRecord(TimeSpan settling) => _settling = settling;

    /// <param name="campaign">Null: the unit has one campaign without end.</param>
    public static CampaignRecord Of(CampaignTag? campaign, ProcessHistorian historian, DateTimeOffset knownBy)
    {
        var record = new CampaignRecord(campaign?.Settling ?? TimeSpan.Zero);
        if (campaign is not null)
        {
            foreach (var sample in historian[campaign.Tag].Window(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, knownBy))
            {
                if (sample.Quality == Quality.Good && (record._changes.Count == 0 || !record._changes[^1].Grade.Equals(sample.Value)))
                {
                    record._changes.Add((sample.SampledAt, sample.Value));
                }
            }
        }

        return record;
    }

    /// <summary>Ordinal of the campaign at an instant, from 0.</summary>
    public int At(DateTimeOffset at) => Math.Max(0, _changes.FindLastIndex(c => c.At <= at));

    /// <summary>Its start; the first campaign known of has none.</summary>
    public DateTimeOffset Start(DateTimeOffset at) => At(at) is > 0 and var n ? _changes[n].At : DateTimeOffset.MinValue;

    /// <summary>The grade it makes; null: never told.</summary>
    public double? Grade(DateTimeOffset at) => _changes.Count == 0 ? null : _changes[At(at)].Grade;

    /// <summary>How long the campaign has still to settle at an instant; zero: settled.</summary>
    public TimeSpan StillSettling(DateTimeOffset at)
    {
        var start = Start(at);
        return start == DateTimeOffset.MinValue || at - start >= _settling ? TimeSpan.Zero : _settling - (at - start);
    }
}
