using Optimizer.Plant;

namespace Optimizer.Historian;

// Reading back: one tag over a span, or everything in the order it came.
public sealed partial class HistoryStore
{
    /// <summary>
    /// Values of a tag sampled in [<paramref name="from"/>, <paramref name="to"/>), by sample time, then by known time. A correction stands behind
    /// what it corrects; what was withdrawn is left out. Empty for a tag never stored.
    /// </summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public IReadOnlyList<Sample> Read(string tag, DateTimeOffset from, DateTimeOffset to)
    {
        lock (_gate)
        {
            return _file.Guard(() => _ids.TryGetValue(tag, out int id) ? Read(id, Ticks(from), Ticks(to)) : []);
        }
    }

    /// <summary>Everything since an instant in the order it came, and before it what each tag said last. Lab results by the same instant.</summary>
    /// <param name="each">Called for each entry. It must not call this store.</param>
    /// <returns>Entries given.</returns>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public long Replay(DateTimeOffset since, Action<HistoryEntry> each)
    {
        lock (_gate)
        {
            return _file.Guard(() => Replay(Ticks(since), each));
        }
    }

    /// <summary>Every change of campaign, oldest first.</summary>
    public IReadOnlyList<StoredCampaign> Campaigns()
    {
        lock (_gate)
        {
            return _file.Guard(() =>
            {
                var campaigns = new List<StoredCampaign>();
                using var rows = _file.Read("SELECT tag, started, grade FROM campaign ORDER BY ord");
                while (rows.Read())
                {
                    campaigns.Add(new StoredCampaign(_names[rows.GetInt32(0)], At(rows.GetInt64(1)), rows.GetDouble(2)));
                }

                return campaigns;
            });
        }
    }

    private List<Sample> Read(int tag, long from, long to)
    {
        var found = new List<Packed>();
        using (var kept = _file.Read("SELECT ord, sampled, known, received, value, flags FROM kept WHERE tag = $1", tag))
        {
            while (kept.Read())
            {
                found.Add(Row(kept));
            }
        }

        using (var blocks = _file.Read("SELECT body FROM block WHERE tag = $1 AND newest >= $2 AND oldest < $3", tag, from, to))
        {
            while (blocks.Read())
            {
                found.AddRange(Unpacked((byte[])blocks[0]));
            }
        }

        found.AddRange(Tail().Where(t => t.Tag == tag).Select(t => t.Entry));
        using (var lab = _file.Read("SELECT ord, sampled, known, received, value, quality FROM lab WHERE tag = $1 AND sampled >= $2 AND sampled < $3 AND withdrawn IS NULL", tag, from, to))
        {
            while (lab.Read())
            {
                found.Add(Row(lab));
            }
        }

        var withdrawn = found.Where(e => (e.Flags & 1) == 1).GroupBy(e => e.Sampled).ToDictionary(g => g.Key, g => g.Max(e => e.Order));
        return [.. found
            .Where(e => (e.Flags & 1) == 0 && e.Sampled >= from && e.Sampled < to && !(withdrawn.TryGetValue(e.Sampled, out long at) && at > e.Order))
            .OrderBy(e => e.Sampled).ThenBy(e => e.Known).ThenBy(e => e.Order).Select(e => Unpacking(tag, e).Sample)];
    }

    private long Replay(long since, Action<HistoryEntry> each)
    {
        long given = 0;
        var lab = LabSince(since);
        int nextLab = 0;
        void Give(HistoryEntry entry)
        {
            each(entry);
            given++;
        }

        void LabUpTo(long order)
        {
            while (nextLab < lab.Count && lab[nextLab].Order < order)
            {
                Give(lab[nextLab++].Entry);
            }
        }

        Before(since).ForEach(Give);
        foreach (long pack in Packs(since))
        {
            foreach (var (tag, e) in InOrder(pack))
            {
                LabUpTo(e.Order);
                Give(Unpacking(tag, e));
            }
        }

        foreach (var (tag, e) in Tail())
        {
            LabUpTo(e.Order);
            Give(Unpacking(tag, e));
        }

        LabUpTo(long.MaxValue);
        return given;
    }

    private List<long> Packs(long since)
    {
        var packs = new List<long>();
        using var rows = _file.Read("SELECT pack FROM block GROUP BY pack HAVING max(newest) >= $1 ORDER BY pack", since);
        while (rows.Read())
        {
            packs.Add(rows.GetInt64(0));
        }

        return packs;
    }

    // What each tag said last in the packs that are too old to be read whole.
    private List<HistoryEntry> Before(long since)
    {
        var last = new Dictionary<int, Packed>();
        using (var kept = _file.Read("SELECT ord, sampled, known, received, value, flags, tag FROM kept"))
        {
            while (kept.Read())
            {
                last[kept.GetInt32(6)] = Row(kept);
            }
        }

        using (var blocks = _file.Read("SELECT tag, body FROM block WHERE id IN (SELECT max(id) FROM block WHERE pack IN (SELECT pack FROM block GROUP BY pack HAVING max(newest) < $1) GROUP BY tag)", since))
        {
            while (blocks.Read())
            {
                foreach (var e in Unpacked((byte[])blocks[1]).Where(e => (e.Flags & 1) == 0))
                {
                    int tag = blocks.GetInt32(0);
                    last[tag] = last.TryGetValue(tag, out var other) && other.Sampled > e.Sampled ? other : e;
                }
            }
        }

        return [.. last.OrderBy(l => l.Value.Order).Select(l => Unpacking(l.Key, l.Value))];
    }

    // Orders within a pack run from the first to the last, with holes where lab results came.
    private IEnumerable<(int Tag, Packed Entry)> InOrder(long pack)
    {
        var blocks = new List<(int Tag, Packed[] Entries)>();
        using (var rows = _file.Read("SELECT tag, body FROM block WHERE pack = $1", pack))
        {
            while (rows.Read())
            {
                blocks.Add((rows.GetInt32(0), Unpacked((byte[])rows[1])));
            }
        }

        long last = blocks.Max(b => b.Entries[^1].Order);
        var slots = new (int Tag, Packed Entry)[last - pack + 1];
        foreach (var (tag, entries) in blocks)
        {
            foreach (ref readonly var e in entries.AsSpan())
            {
                slots[e.Order - pack] = (tag, e);
            }
        }

        return slots.Where(s => s.Tag > 0);
    }

    private List<(long Order, HistoryEntry Entry)> LabSince(long since)
    {
        var found = new List<(long Order, HistoryEntry Entry)>();
        using (var rows = _file.Read("SELECT ord, sampled, known, received, value, quality, tag, withdrawn FROM lab WHERE sampled >= $1", since))
        {
            while (rows.Read())
            {
                var entry = Unpacking(rows.GetInt32(6), Row(rows));
                found.Add((rows.GetInt64(0), entry));
                if (!rows.IsDBNull(7))
                {
                    found.Add((rows.GetInt64(7), HistoryEntry.Withdrawal(entry.Sample.Tag, entry.Sample.SampledAt)));
                }
            }
        }

        return [.. found.OrderBy(f => f.Order)];
    }

    private static Packed Row(Microsoft.Data.Sqlite.SqliteDataReader r) =>
        new(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.IsDBNull(4) ? double.NaN : r.GetDouble(4), (byte)r.GetInt32(5));
}
