using Optimizer.Plant;

namespace Optimizer.History;

/// <summary>The values of one tag in the order they were sampled. Not thread-safe: one loop owns it.</summary>
public sealed class TagSeries(string tag)
{
    // By sample time, then by known time: a correction stands behind what it corrects, which is still what was known before.
    private readonly List<Entry> _entries = [];

    public string Tag { get; } = tag;

    /// <summary>Values kept, with what was corrected later.</summary>
    public int Count => _entries.Count;

    internal AppendOutcome Append(in Sample sample)
    {
        var entry = new Entry(sample.SampledAt.UtcTicks, sample.KnownAt.UtcTicks, sample.ReceivedAt.UtcTicks, sample.Value, sample.Quality);
        if (_entries.Count == 0 || _entries[^1].Sampled < entry.Sampled)
        {
            _entries.Add(entry);
            return AppendOutcome.Appended;
        }

        int at = FirstAtOrAfter(entry.Sampled);
        if (at < _entries.Count && _entries[at].Sampled == entry.Sampled)
        {
            return Correct(at, entry);
        }

        _entries.Insert(at, entry);
        return AppendOutcome.OutOfOrder;
    }

    // The same reading twice is a repeat; another value for the same instant is a correction, which counts once it is known.
    private AppendOutcome Correct(int first, in Entry entry)
    {
        int end = FirstAtOrAfter(entry.Sampled + 1);
        if (_entries[end - 1].Value.Equals(entry.Value) && _entries[end - 1].Quality == entry.Quality)
        {
            return AppendOutcome.Duplicate;
        }

        int at = first;
        while (at < end && _entries[at].Known < entry.Known)
        {
            at++;
        }

        if (at < end && _entries[at].Known == entry.Known)
        {
            _entries[at] = entry;
        }
        else
        {
            _entries.Insert(at, entry);
        }

        return AppendOutcome.Replaced;
    }

    internal bool Remove(DateTimeOffset sampledAt)
    {
        int at = FirstAtOrAfter(sampledAt.UtcTicks);
        if (at == _entries.Count || _entries[at].Sampled != sampledAt.UtcTicks)
        {
            return false;
        }

        _entries.RemoveRange(at, FirstAtOrAfter(sampledAt.UtcTicks + 1) - at);
        return true;
    }

    internal int DropBefore(DateTimeOffset oldest)
    {
        // The value in force at the oldest instant stays: a tag reported on change may have said it long ago.
        int n = FirstAtOrAfter(oldest.UtcTicks) - 1;
        while (n > 0 && _entries[n - 1].Sampled == _entries[n].Sampled)
        {
            n--;
        }

        if (n > 0)
        {
            _entries.RemoveRange(0, n);
        }

        return Math.Max(0, n);
    }

    /// <summary>The newest value sampled at or before <paramref name="at"/> that was known by <paramref name="knownBy"/>.</summary>
    public Sample? Latest(DateTimeOffset at, DateTimeOffset knownBy)
    {
        for (int i = FirstAtOrAfter(at.UtcTicks + 1) - 1; i >= 0; i--)
        {
            if (Counts(i, knownBy))
            {
                return ToSample(_entries[i]);
            }
        }

        return null;
    }

    /// <summary>Values sampled in [<paramref name="from"/>, <paramref name="to"/>) and known by <paramref name="knownBy"/>, oldest first.</summary>
    public IEnumerable<Sample> Window(DateTimeOffset from, DateTimeOffset to, DateTimeOffset knownBy)
    {
        for (int i = FirstAtOrAfter(from.UtcTicks); i < _entries.Count && _entries[i].Sampled < to.UtcTicks; i++)
        {
            if (Counts(i, knownBy))
            {
                yield return ToSample(_entries[i]);
            }
        }
    }

    /// <summary>Mean of the Good values in [<paramref name="from"/>, <paramref name="to"/>); null without any.</summary>
    public double? Mean(DateTimeOffset from, DateTimeOffset to, DateTimeOffset knownBy)
    {
        double sum = 0;
        int n = 0;
        for (int i = FirstAtOrAfter(from.UtcTicks); i < _entries.Count && _entries[i].Sampled < to.UtcTicks; i++)
        {
            if (Counts(i, knownBy) && _entries[i].Quality == Quality.Good)
            {
                sum += _entries[i].Value;
                n++;
            }
        }

        return n == 0 ? null : sum / n;
    }

    /// <summary>The same; a tag reported on change that was silent in the window still has the value it had, unless that is no longer Good.</summary>
    public double? MeanOrHeld(DateTimeOffset from, DateTimeOffset to, DateTimeOffset knownBy, bool onChange) =>
        Mean(from, to, knownBy) ?? (onChange && Latest(to, knownBy) is { Quality: Quality.Good } last ? last.Value : null);

    // Known by then, and no correction of it was.
    private bool Counts(int i, DateTimeOffset knownBy) =>
        _entries[i].Known <= knownBy.UtcTicks
        && (i + 1 == _entries.Count || _entries[i + 1].Sampled != _entries[i].Sampled || _entries[i + 1].Known > knownBy.UtcTicks);

    private int FirstAtOrAfter(long ticks)
    {
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_entries[middle].Sampled < ticks)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private Sample ToSample(in Entry e) => new(
        Tag, e.Value, new DateTimeOffset(e.Sampled, TimeSpan.Zero), new DateTimeOffset(e.Known, TimeSpan.Zero), new DateTimeOffset(e.Received, TimeSpan.Zero), e.Quality);

    private readonly record struct Entry(long Sampled, long Known, long Received, double Value, Quality Quality);
}

/// <summary>What became of a sample given to the historian. Only <see cref="Duplicate"/> and <see cref="UnknownTag"/> leave no trace in it.</summary>
public enum AppendOutcome
{
    Appended,
    OutOfOrder,
    Replaced,
    Duplicate,
    UnknownTag,
}
