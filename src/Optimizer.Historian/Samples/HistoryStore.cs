using Optimizer.Plant;

namespace Optimizer.Historian;

/// <summary>
/// What the line has said, on disk: <c>history.db</c> with samples, lab results and campaigns. A batch is stored whole or not at all and
/// survives the end of the process (WAL, synchronous=NORMAL); a power cut may take the last batches, never part of one.
/// </summary>
/// <remarks>
/// Batches lie in arrival order until there are enough to be packed by tag into columns (<see cref="SampleColumns"/>), about a tenth of the size
/// of plain rows. Lab results and campaigns are plain rows. Instants in the database are ticks of 100 ns since 1970. Thread-safe.
/// </remarks>
public sealed partial class HistoryStore : IDisposable
{
    public const string FileName = "history.db";

    /// <summary>Entries in the tail at which it is packed.</summary>
    internal const int PackAt = 65_536;

    private const int Schema = 1;

    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE tail (first INTEGER PRIMARY KEY, n INTEGER NOT NULL, newest INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE TABLE block (id INTEGER PRIMARY KEY, pack INTEGER NOT NULL, tag INTEGER NOT NULL, n INTEGER NOT NULL, oldest INTEGER NOT NULL, newest INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX block_by_tag ON block (tag, newest);
        CREATE INDEX block_by_pack ON block (pack);
        CREATE TABLE kept (tag INTEGER PRIMARY KEY, ord INTEGER NOT NULL, sampled INTEGER NOT NULL, known INTEGER NOT NULL, received INTEGER NOT NULL, value REAL, flags INTEGER NOT NULL);
        CREATE TABLE lab (ord INTEGER PRIMARY KEY, tag INTEGER NOT NULL, sampled INTEGER NOT NULL, known INTEGER NOT NULL, received INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL, withdrawn INTEGER);
        CREATE INDEX lab_by_tag ON lab (tag, sampled);
        CREATE TABLE campaign (ord INTEGER PRIMARY KEY, tag INTEGER NOT NULL, started INTEGER NOT NULL, grade REAL NOT NULL);
        """,
    ];

    private readonly Lock _gate = new();
    private readonly SqliteFile _file;
    private readonly HistoryLimits _limits;
    private readonly HashSet<string> _lab;
    private readonly string? _campaignTag;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _names = [];
    private ByteWriter _batch = new(4096);
    private long _order, _newest, _tailEntries, _unchecked, _packAt = PackAt;
    private double? _grade;
    private bool _refused;

    private HistoryStore(SqliteFile file, HistoryLimits limits, HashSet<string> lab, string? campaignTag)
    {
        (_file, _limits, _lab, _campaignTag) = (file, limits, lab, campaignTag);
        using (var tags = file.Read("SELECT id, name FROM tag"))
        {
            while (tags.Read())
            {
                Know(tags.GetInt32(0), tags.GetString(1));
            }
        }

        Resume();
        _unchecked = CheckEvery;
    }

    /// <summary>Opens or makes the store in a data folder.</summary>
    /// <param name="tags">Tags of the site: says which are lab results. Values of others are stored as well.</param>
    /// <param name="campaignTag">Tag whose value tells the campaign; null: none does.</param>
    /// <param name="at">Wall clock, noted beside a change of schema.</param>
    /// <exception cref="StoreException">It cannot be used; the message names the file.</exception>
    public static HistoryStore Open(string folder, IEnumerable<Tag> tags, string? campaignTag, HistoryLimits limits, DateTimeOffset at)
    {
        Directory.CreateDirectory(folder);
        var file = SqliteFile.Open(Path.Combine(folder, FileName), "NORMAL", Migrations, at);
        try
        {
            long pages = limits.Bytes / (long)file.Scalar("PRAGMA page_size")!;
            file.Execute($"PRAGMA max_page_count={Math.Max(64, pages)}");
            return file.Guard(() => new HistoryStore(file, limits, tags.Where(t => t.Lab).Select(t => t.Name).ToHashSet(StringComparer.Ordinal), campaignTag));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Entries ever given to it, those dropped since, withdrawals and repeated results counted.</summary>
    public long Stored => Interlocked.Read(ref _order);

    /// <summary>Bytes in use in the database; pages that were freed and wait to be used again are not counted.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _file.Guard(UsedBytes);
            }
        }
    }

    /// <summary>Why the tail could not be packed; it is tried again later, nothing is lost meanwhile. Null: it could.</summary>
    public string? PackTrouble { get; private set; }

    /// <summary>Stores a batch: all of it, or nothing.</summary>
    /// <exception cref="StoreException">Nothing of it was stored; the same batch may be tried again.</exception>
    public void Append(ReadOnlySpan<HistoryEntry> entries)
    {
        lock (_gate)
        {
            Require();
            var (order, newest, tail, grade) = (_order, _newest, _tailEntries, _grade);
            try
            {
                // A span cannot be caught by a lambda.
                _file.Guard(() => _file.Run("BEGIN IMMEDIATE"));
                Put(entries);
                _file.Guard(() => _file.Run("COMMIT"));
            }
            catch
            {
                (_order, _newest, _tailEntries, _grade) = (order, newest, tail, grade);
                ForgetTags();
                TryRollback();
                throw;
            }

            if (_tailEntries >= _packAt)
            {
                TryPack();
            }
        }
    }

    /// <summary>Copies the store while it is used; the copy is whole.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public void BackUp(string file)
    {
        lock (_gate)
        {
            StoreBackup.Copy(_file, file);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _file.Dispose();
        }
    }

    private void Put(ReadOnlySpan<HistoryEntry> entries)
    {
        _batch.Clear();
        long first = _order;
        int n = 0;
        var before = new Packed(first, 0, 0, 0, 0, 0);
        foreach (ref readonly var entry in entries)
        {
            var packed = Packing(entry, ++_order);
            int tag = IdOf(entry.Sample.Tag);
            if (_lab.Contains(entry.Sample.Tag))
            {
                PutLab(tag, packed, entry.Withdrawn);
                continue;
            }

            SampleTail.Write(ref _batch, tag, packed, before);
            before = packed;
            n++;
            if (!entry.Withdrawn)
            {
                _newest = Math.Max(_newest, packed.Sampled);
                Campaign(tag, entry.Sample, packed);
            }
        }

        if (n > 0)
        {
            byte[] body = [.. Checked.Mark(_batch.Written), .. _batch.Written];
            _file.Guard(() => _file.Run("INSERT INTO tail (first, n, newest, body) VALUES ($1, $2, $3, $4)", first, n, _newest, body));
            _tailEntries += n;
            _unchecked += body.Length;
        }
    }

    // A broker that was not told in time delivers a result again, perhaps to a life that has not read back yet: the same again is kept once.
    private void PutLab(int tag, Packed e, bool withdrawn) => _file.Guard(() => withdrawn
        ? _file.Run("UPDATE lab SET withdrawn = $1 WHERE tag = $2 AND sampled = $3 AND withdrawn IS NULL", e.Order, tag, e.Sampled)
        : _file.Run("""
            INSERT INTO lab (ord, tag, sampled, known, received, value, quality) SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (
                SELECT 1 FROM lab WHERE tag = $2 AND sampled = $3 AND withdrawn IS NULL AND value IS $6 AND quality = $7
                AND ord = (SELECT max(ord) FROM lab WHERE tag = $2 AND sampled = $3))
            """, e.Order, tag, e.Sampled, e.Known, e.Received, Column(e.Value), (int)e.Flags));

    // SQLite keeps no NaN.
    private static object? Column(double value) => double.IsNaN(value) ? null : value;

    private void Campaign(int tag, in Sample sample, Packed e)
    {
        if (sample.Tag == _campaignTag && sample.Quality == Quality.Good && !sample.Value.Equals(_grade))
        {
            _grade = sample.Value;
            _file.Guard(() => _file.Run("INSERT INTO campaign (ord, tag, started, grade) VALUES ($1, $2, $3, $4)", e.Order, tag, e.Sampled, e.Value));
        }
    }

    private void TryRollback()
    {
        try
        {
            _file.Run("ROLLBACK");
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // SQLite has done it by itself.
        }
    }

    private int IdOf(string name)
    {
        if (!_ids.TryGetValue(name, out int id))
        {
            _file.Guard(() => _file.Run("INSERT INTO tag (name) VALUES ($1) ON CONFLICT DO NOTHING", name));
            id = Convert.ToInt32(_file.Scalar("SELECT id FROM tag WHERE name = $1", name), System.Globalization.CultureInfo.InvariantCulture);
            Know(id, name);
        }

        return id;
    }

    private void Know(int id, string name) => (_ids[name], _names[id]) = (id, name);

    // A transaction that was rolled back may have taken tags with it.
    private void ForgetTags()
    {
        _ids.Clear();
        _names.Clear();
        try
        {
            using var tags = _file.Read("SELECT id, name FROM tag");
            while (tags.Read())
            {
                Know(tags.GetInt32(0), tags.GetString(1));
            }
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // They are found again one by one.
        }
    }

    // Where the last life stopped.
    private void Resume()
    {
        long Max(string sql) => _file.Scalar(sql) is long n ? n : 0;
        var tail = Tail();
        _tailEntries = tail.Count;
        _order = Math.Max(Math.Max(Max("SELECT max(ord) FROM lab"), Max("SELECT max(withdrawn) FROM lab")), tail.Count > 0 ? tail[^1].Entry.Order : 0);
        using (var last = _file.Read("SELECT body FROM block WHERE pack = (SELECT max(pack) FROM block)"))
        {
            while (tail.Count == 0 && last.Read())
            {
                _order = Math.Max(_order, Unpacked((byte[])last[0])[^1].Order);
            }
        }

        _order = Math.Max(_order, Max("SELECT max(ord) FROM kept"));
        _newest = Math.Max(Max("SELECT max(newest) FROM block"), Max("SELECT max(newest) FROM tail"));
        _grade = _file.Scalar("SELECT grade FROM campaign ORDER BY ord DESC LIMIT 1") is double grade ? grade : null;
    }

    private static Packed Packing(in HistoryEntry entry, long order)
    {
        var s = entry.Sample;
        return new Packed(order, Ticks(s.SampledAt), Ticks(s.KnownAt), Ticks(s.ReceivedAt), s.Value, (byte)((byte)s.Quality | (entry.Withdrawn ? 1 : 0)));
    }

    private HistoryEntry Unpacking(int tag, in Packed e) => new(
        new Sample(_names[tag], e.Value, At(e.Sampled), At(e.Known), At(e.Received), (Quality)(e.Flags & ~1)), (e.Flags & 1) == 1);

    private static long Ticks(DateTimeOffset at) => at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    private static DateTimeOffset At(long ticks) => new(ticks + DateTimeOffset.UnixEpoch.Ticks, TimeSpan.Zero);
}
