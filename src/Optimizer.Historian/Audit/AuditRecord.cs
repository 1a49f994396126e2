using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Optimizer.Historian;

/// <summary>
/// The audit record: one row per decision, write, acknowledgement, mode and model change, append-only and hash-chained, in
/// <c>audit.db</c>. WAL with synchronous=FULL: an appended row survives a power cut. It also hands out the writer epoch.
/// </summary>
/// <remarks>One process owns a data folder at a time; a second one is refused. Not thread-safe.</remarks>
public sealed class AuditRecord : IDisposable
{
    public const string FileName = "audit.db";

    private readonly SqliteConnection _connection;
    private readonly FileStream _lock;
    private string _lastHash;

    private AuditRecord(SqliteConnection connection, FileStream @lock)
    {
        (_connection, _lock) = (connection, @lock);
        _lastHash = Scalar("SELECT hash FROM audit ORDER BY seq DESC LIMIT 1") as string ?? "";
    }

    /// <summary>Rows in the record.</summary>
    public long Count => (long)Scalar("SELECT count(*) FROM audit")!;

    /// <summary>Opens or makes the record in a folder.</summary>
    /// <exception cref="IOException">The folder cannot be written, or another process uses it; the message names the folder.</exception>
    public static AuditRecord Open(string folder)
    {
        FileStream? held = null;
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(folder);
            held = new FileStream(Path.Combine(folder, "audit.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, FileName), Pooling = false }.ToString());
            connection.Open();
            Execute(connection, """
                PRAGMA journal_mode=WAL;
                PRAGMA synchronous=FULL;
                PRAGMA busy_timeout=5000;
                CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);
                CREATE TABLE IF NOT EXISTS writer (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL);
                """);
            return new AuditRecord(connection, held);
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException or IOException)
        {
            connection?.Dispose();
            held?.Dispose();
            throw new IOException($"data folder '{folder}': {e.Message}; expected a folder this user can write and no other process uses", e);
        }
    }

    /// <summary>The next writer epoch: greater than any handed out before from this folder, on disk before it is returned.</summary>
    public long TakeEpoch() => (long)Scalar("INSERT INTO writer (id, epoch) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1 RETURNING epoch")!;

    /// <summary>Appends one row; it is on disk when this returns.</summary>
    /// <param name="at">Process time.</param>
    /// <param name="kind">Such as decision, write, ack, mode, model.</param>
    /// <param name="body">JSON.</param>
    /// <exception cref="IOException">It could not be stored; nothing may be written to the plant then.</exception>
    public void Append(DateTimeOffset at, string kind, string body)
    {
        string time = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        string hash = Hash(_lastHash, time, kind, body);
        try
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "INSERT INTO audit (at, kind, body, previous, hash) VALUES ($at, $kind, $body, $previous, $hash)";
            command.Parameters.AddWithValue("$at", time);
            command.Parameters.AddWithValue("$kind", kind);
            command.Parameters.AddWithValue("$body", body);
            command.Parameters.AddWithValue("$previous", _lastHash);
            command.Parameters.AddWithValue("$hash", hash);
            command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw new IOException($"audit record {_connection.DataSource}: {e.Message}", e);
        }

        _lastHash = hash;
    }

    /// <summary>Every row, oldest first.</summary>
    /// <exception cref="FormatException">The time of a row is none: see <see cref="FirstBroken"/>.</exception>
    public IEnumerable<AuditRow> Read() =>
        Stored().Select(r => new AuditRow(r.Sequence, DateTimeOffset.Parse(r.At, CultureInfo.InvariantCulture), r.Kind, r.Body, r.Previous, r.Hash));

    /// <summary>Checks the chain: the number of the first row that was altered, removed before or put in; null: sound.</summary>
    public long? FirstBroken()
    {
        string previous = "";
        long expected = 1;
        foreach (var row in Stored())
        {
            if (row.Sequence != expected || row.Previous != previous || row.Hash != Hash(previous, row.At, row.Kind, row.Body))
            {
                return row.Sequence;
            }

            previous = row.Hash;
            expected++;
        }

        return null;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _lock.Dispose();
    }

    private static string Hash(string previous, string at, string kind, string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{previous}\n{at}\n{kind}\n{body}")));

    // Times stay text: the hash stands over what is stored, whatever somebody wrote there.
    private IEnumerable<(long Sequence, string At, string Kind, string Body, string Previous, string Hash)> Stored()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT seq, at, kind, body, previous, hash FROM audit ORDER BY seq";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return (reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5));
        }
    }

    private object? Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <param name="Previous">Hash of the row before; empty for the first.</param>
public sealed record AuditRow(long Sequence, DateTimeOffset At, string Kind, string Body, string Previous, string Hash);
