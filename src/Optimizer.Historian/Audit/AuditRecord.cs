using System.Globalization;
using System.Text.Json;

namespace Optimizer.Historian;

/// <summary>
/// The audit record: one row per decision, write, acknowledgement, mode and model change, append-only and hash-chained, in
/// <c>audit.db</c>; with it the ledger of writes and the writer epoch. WAL with synchronous=FULL: an appended row survives a power cut.
/// </summary>
/// <remarks>One process owns a data folder at a time; a second one is refused. Nothing is ever dropped from it. Not thread-safe.</remarks>
public sealed class AuditRecord : IDisposable
{
    public const string FileName = "audit.db";

    /// <summary>Room kept for what must be recorded when the disk is full, bytes.</summary>
    public const long ReserveBytes = 8L << 20;

    private readonly string _folder;
    private readonly SqliteFile _file;
    private readonly FileStream _lock;
    private readonly AuditReserve _reserve;
    private AuditHead _head;

    private AuditRecord(string folder, SqliteFile file, FileStream @lock, long reserve)
    {
        (_folder, _file, _lock, _reserve) = (folder, file, @lock, new AuditReserve(folder, reserve));
        _head = file.Guard(() => Last());
        _reserve.TryTake();
        Objection = Contradiction(AuditHead.Read(folder));
        if (Objection is not null)
        {
            // Noting the head of today takes the evidence away: it goes into the record first.
            Append(TimeProvider.System.GetUtcNow(), "audit_gap", JsonSerializer.Serialize(new { what = Objection }));
        }

        Note();
    }

    /// <summary>Rows in the record.</summary>
    public long Count => _head.Sequence;

    /// <summary>Hash of the last row; empty: there is none.</summary>
    public string Head => _head.Hash;

    /// <summary>What its own note says against it at opening, in one sentence, which is then in the record as well; null: nothing.</summary>
    public string? Objection { get; }

    /// <summary>The disk is full and rows go into the room kept for them: write nothing to the plant any more.</summary>
    public bool IsOnReserve => _reserve.IsSpent;

    /// <summary>Opens or makes the record in a folder.</summary>
    /// <param name="reserve">See <see cref="ReserveBytes"/>; 0: none.</param>
    /// <exception cref="StoreException">The folder cannot be written, or another process uses it; the message names the folder.</exception>
    public static AuditRecord Open(string folder, long reserve = ReserveBytes)
    {
        FileStream? held = null;
        SqliteFile? file = null;
        try
        {
            Directory.CreateDirectory(folder);
            held = new FileStream(Path.Combine(folder, "audit.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file = SqliteFile.Open(Path.Combine(folder, FileName), "FULL", AuditSchema.Migrations, TimeProvider.System.GetUtcNow());
            return new AuditRecord(folder, file, held, reserve);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            file?.Dispose();
            held?.Dispose();
            if (e is StoreCorruptException or StoreVersionException or StoreFullException)
            {
                throw;
            }

            throw new StoreException($"data folder '{folder}': {e.Message}; expected a folder this user can write and no other process uses", e);
        }
    }

    /// <summary>The next writer epoch: greater than any handed out before from this folder, on disk before it is returned.</summary>
    /// <exception cref="StoreException">It could not be stored.</exception>
    public long TakeEpoch() => _file.Guard(() =>
        (long)_file.Scalar("INSERT INTO writer (id, epoch) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1 RETURNING epoch")!);

    /// <summary>The writer epoch handed out last; 0: none was.</summary>
    internal long Epoch => _file.Guard(() => _file.Scalar("SELECT epoch FROM writer") as long? ?? 0);

    /// <summary>Makes the epoch greater, by at least <paramref name="step"/>, than it is and than <paramref name="known"/>.</summary>
    internal long RaiseEpoch(long known, long step) => _file.Guard(() =>
        (long)_file.Scalar("INSERT INTO writer (id, epoch) VALUES (1, $1 + $2) ON CONFLICT (id) DO UPDATE SET epoch = max(epoch, $1) + $2 RETURNING epoch", known, step)!);

    /// <summary>Appends one row; it is on disk when this returns.</summary>
    /// <param name="at">Process time.</param>
    /// <param name="kind">Such as decision, write, ack, mode, model.</param>
    /// <param name="body">JSON.</param>
    /// <param name="change">What it changes in the ledger, stored in the same step; null: nothing.</param>
    /// <exception cref="StoreException">It could not be stored; nothing may be written to the plant then.</exception>
    public void Append(DateTimeOffset at, string kind, string body, LedgerChange? change = null)
    {
        try
        {
            Store(at, kind, body, change);
        }
        catch (StoreFullException) when (_reserve.TryGive())
        {
            Store(at, kind, body, change);
        }

        Note();
    }

    /// <summary>Takes the room for a full disk back, once there is some.</summary>
    /// <returns>False: the disk is too full still.</returns>
    public bool TryRestoreReserve() => _reserve.TryTake();

    /// <summary>Writes sent since an instant, and those of any time that never came to an end; oldest first.</summary>
    public IReadOnlyList<LedgerRow> Ledger(DateTimeOffset since) => _file.Guard(() => LedgerTable.Read(_file, since));

    /// <summary>The newest row of a kind; null: there is none.</summary>
    public AuditRow? Latest(string kind) => _file.Guard(() =>
    {
        using var rows = _file.Read("SELECT seq, at, kind, body, previous, hash FROM audit WHERE kind = $1 ORDER BY seq DESC LIMIT 1", kind);
        return rows.Read() ? Row(new StoredRow(rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), rows.GetString(5))) : null;
    });

    /// <summary>Every row, oldest first.</summary>
    /// <exception cref="FormatException">The time of a row is none: see <see cref="FirstBroken"/>.</exception>
    public IEnumerable<AuditRow> Read() => StoredRow.All(_file).Select(Row);

    /// <summary>Checks the chain: the number of the first row that was altered, removed before or put in; null: sound.</summary>
    public long? FirstBroken() => AuditCheck.Chain(_file, _ => null).BrokenAt;

    /// <summary>Copies the record while it is used; the copy is whole.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public void BackUp(string file) => StoreBackup.Copy(_file, file);

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private void Store(DateTimeOffset at, string kind, string body, LedgerChange? change)
    {
        string time = StoredRow.Time(at), hash = StoredRow.HashOf(_head.Hash, time, kind, body);
        var next = new AuditHead(_head.Sequence + 1, hash);
        _file.Transaction(() =>
        {
            _file.Run("INSERT INTO audit (seq, at, kind, body, previous, hash) VALUES ($1, $2, $3, $4, $5, $6)", next.Sequence, time, kind, body, _head.Hash, hash);
            if (change is not null)
            {
                LedgerTable.Apply(_file, change, time);
            }
        });
        _head = next;
    }

    private string? Contradiction(AuditHead? noted)
    {
        if (noted is not { Sequence: > 0 } head)
        {
            return null;
        }

        string? hash = _file.Guard(() => _file.Scalar("SELECT hash FROM audit WHERE seq = $1", head.Sequence) as string);
        return head.Sequence > _head.Sequence ? string.Create(CultureInfo.InvariantCulture, $"records {_head.Sequence + 1} to {head.Sequence}, the last with hash {head.Hash}, were written and are gone")
            : hash != head.Hash ? string.Create(CultureInfo.InvariantCulture, $"record {head.Sequence} had hash {head.Hash} when it was written and has {hash} now")
            : null;
    }

    private AuditHead Last()
    {
        using var last = _file.Read("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
        return last.Read() ? new AuditHead(last.GetInt64(0), last.GetString(1)) : new AuditHead(0, "");
    }

    // The row is on disk; that its number could not be noted beside it takes nothing from it.
    private void Note()
    {
        try
        {
            _head.Write(_folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static AuditRow Row(StoredRow r) => new(r.Sequence, DateTimeOffset.Parse(r.At, CultureInfo.InvariantCulture), r.Kind, r.Body, r.Previous, r.Hash);
}
