using System.Runtime.InteropServices;

namespace Optimizer.Historian;

// Packing the tail into columns, and dropping what is too old or too much.
public sealed partial class HistoryStore
{
    // A batch may be a single sample: what costs a system call is asked once a mebibyte.
    private long CheckEvery => Math.Min(1 << 20, _limits.Bytes / 64);

    private void Require()
    {
        if (!_refused && _unchecked < CheckEvery)
        {
            return;
        }

        _unchecked = 0;
        if (_limits.LeastFree > 0 && FreeBytes() < _limits.LeastFree)
        {
            _refused = true;
            throw new StoreFullException(_file.Path);
        }

        if (_file.Guard(UsedBytes) > HistoryLimits.High * _limits.Bytes)
        {
            Shrink();
            if (_file.Guard(UsedBytes) > HistoryLimits.High * _limits.Bytes)
            {
                _refused = true;
                throw new StoreFullException(_file.Path);
            }
        }

        _refused = false;
    }

    private long UsedBytes() =>
        ((long)_file.Scalar("PRAGMA page_count")! - (long)_file.Scalar("PRAGMA freelist_count")!) * (long)_file.Scalar("PRAGMA page_size")!;

    private long FreeBytes() => new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(_file.Path))!).AvailableFreeSpace;

    // The batch that made it due is stored already: its sender must not send it again.
    private void TryPack()
    {
        try
        {
            Pack();
            (PackTrouble, _packAt) = (null, PackAt);
        }
        catch (StoreException e)
        {
            (PackTrouble, _packAt) = (e.Message, _tailEntries + (PackAt / 8));
        }
    }

    private void Pack()
    {
        var tail = _file.Guard(Tail);
        _file.Transaction(() =>
        {
            long pack = tail[0].Entry.Order;
            foreach (var tag in tail.GroupBy(t => t.Tag, t => t.Entry))
            {
                var entries = tag.ToList();
                _file.Run("INSERT INTO block (pack, tag, n, oldest, newest, body) VALUES ($1, $2, $3, $4, $5, $6)",
                    pack, tag.Key, entries.Count, entries.Min(e => e.Sampled), entries.Max(e => e.Sampled), SampleColumns.Write(CollectionsMarshal.AsSpan(entries)));
            }

            _file.Run("DELETE FROM tail");
            long oldest = _newest - _limits.Samples.Ticks;
            Drop(_file.Scalar("SELECT max(pack) FROM (SELECT pack, max(newest) AS newest FROM block GROUP BY pack) WHERE newest < $1", oldest) as long?);
            _file.Run("DELETE FROM lab WHERE sampled < $1", _newest - _limits.LabResults.Ticks);
        });
        _tailEntries = 0;
    }

    // Oldest first, an eighth of the packs at a time, until it is small enough.
    private void Shrink()
    {
        while (_file.Guard(UsedBytes) > HistoryLimits.Low * _limits.Bytes
            && _file.Guard(() => _file.Scalar("SELECT max(pack) FROM (SELECT DISTINCT pack FROM block ORDER BY pack LIMIT max(1, (SELECT count(DISTINCT pack) FROM block) / 8))")) is long pack)
        {
            _file.Transaction(() => Drop(pack));
        }

        // Back to the disk, whose free space others watch as well.
        _file.Guard(() => _file.Run("PRAGMA incremental_vacuum"));
    }

    // The value in force stays: a tag reported on change may have said it long ago.
    private void Drop(long? through)
    {
        if (through is not { } pack)
        {
            return;
        }

        var last = new Dictionary<int, Packed>();
        using (var blocks = _file.Read("SELECT tag, body FROM block WHERE pack <= $1 AND id IN (SELECT max(id) FROM block WHERE pack <= $1 GROUP BY tag)", pack))
        {
            while (blocks.Read())
            {
                var entries = Unpacked((byte[])blocks[1]).Where(e => (e.Flags & 1) == 0).ToList();
                if (entries.Count > 0)
                {
                    last[blocks.GetInt32(0)] = entries.MaxBy(e => (e.Sampled, e.Order));
                }
            }
        }

        foreach (var (tag, e) in last)
        {
            _file.Run("""
                INSERT INTO kept (tag, ord, sampled, known, received, value, flags) VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (tag) DO UPDATE SET ord = excluded.ord, sampled = excluded.sampled, known = excluded.known, received = excluded.received, value = excluded.value, flags = excluded.flags
                WHERE excluded.sampled > kept.sampled
                """, tag, e.Order, e.Sampled, e.Known, e.Received, Column(e.Value), (int)e.Flags);
        }

        _file.Run("DELETE FROM block WHERE pack <= $1", pack);
    }

    private List<(int Tag, Packed Entry)> Tail()
    {
        var tail = new List<(int, Packed)>();
        using var rows = _file.Read("SELECT first, body FROM tail ORDER BY first");
        while (rows.Read())
        {
            Sound(() => SampleTail.Read((byte[])rows[1], rows.GetInt64(0), tail));
        }

        return tail;
    }

    private Packed[] Unpacked(byte[] body)
    {
        Packed[] entries = [];
        Sound(() => entries = SampleColumns.Read(body));
        return entries;
    }

    private void Sound(Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            throw new StoreCorruptException(_file.Path, e.Message, e);
        }
    }
}
