using Optimizer.Plant;

namespace Optimizer.History;

/// <summary>
/// What the line has said, by tag, in memory. Samples may come late, twice or out of order; what is asked of it is always
/// "as known by then", so replay sees what the live run saw.
/// </summary>
/// <param name="tags">Tags of the site: samples of others are counted and not kept.</param>
/// <param name="retention">How far back values are kept, counted from the newest sample.</param>
public sealed class ProcessHistorian(IEnumerable<Tag> tags, TimeSpan retention)
{
    private readonly Dictionary<string, TagSeries> _series = tags.ToDictionary(t => t.Name, t => new TagSeries(t.Name), StringComparer.Ordinal);
    private readonly long[] _outcomes = new long[Enum.GetValues<AppendOutcome>().Length];
    private DateTimeOffset _nextTrim;

    /// <summary>Process time of the newest sample.</summary>
    public DateTimeOffset Newest { get; private set; }

    public long Count(AppendOutcome outcome) => _outcomes[(int)outcome];

    public AppendOutcome Append(in Sample sample)
    {
        var outcome = _series.TryGetValue(sample.Tag, out var series) ? series.Append(sample) : AppendOutcome.UnknownTag;
        _outcomes[(int)outcome]++;
        if (outcome != AppendOutcome.UnknownTag && sample.SampledAt > Newest)
        {
            Newest = sample.SampledAt;
            Trim();
        }

        return outcome;
    }

    /// <summary>Forgets the value of an instant: its source took it back. False when there was none.</summary>
    public bool Remove(string tag, DateTimeOffset sampledAt) => _series.TryGetValue(tag, out var series) && series.Remove(sampledAt);

    /// <exception cref="KeyNotFoundException">The site has no such tag.</exception>
    public TagSeries this[string tag] => _series.TryGetValue(tag, out var series)
        ? series
        : throw new KeyNotFoundException($"tag '{tag}' is not one of the site's {_series.Count} tags");

    private void Trim()
    {
        if (Newest < _nextTrim)
        {
            return;
        }

        _nextTrim = Newest + TimeSpan.FromHours(6);
        foreach (var series in _series.Values)
        {
            series.DropBefore(Newest - retention);
        }
    }
}
