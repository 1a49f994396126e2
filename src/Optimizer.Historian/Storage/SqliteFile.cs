using Microsoft.Data.Sqlite;

namespace Optimizer.Historian;

/// <summary>One SQLite database in WAL mode, with its schema brought up to date and its errors as <see cref="StoreException"/>. Not thread-safe.</summary>
internal sealed class SqliteFile : IDisposable
{
    // A lock held for longer is no passing reader.
    private const int BusySeconds = 5;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    private SqliteFile(string file, SqliteConnection connection) => (Path, _connection) = (file, connection);

    public string Path { get; }

    public SqliteConnection Connection => _connection;

    /// <summary>Opens or makes a database that this process alone writes.</summary>
    /// <param name="synchronous">FULL: a commit survives a power cut. NORMAL: a commit survives the end of the process; a power cut may take the last ones.</param>
    /// <param name="migrations">Statements of schema 1, 2, …; each runs once, in a transaction of its own.</param>
    /// <param name="at">Noted beside each migration.</param>
    public static SqliteFile Open(string file, string synchronous, IReadOnlyList<string> migrations, DateTimeOffset at) => Guard(file, () =>
    {
        var opened = new SqliteFile(file, new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = BusySeconds, Pooling = false }.ToString()));
        try
        {
            opened._connection.Open();
            opened.Execute($"PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=67108864;");
            opened.Migrate(migrations, at);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    });

    /// <summary>Opens an existing database to read it, also while another process writes it and also on a disk that cannot be written.</summary>
    /// <param name="newest">Newest schema this release can read.</param>
    /// <exception cref="StoreException">There is none, or it cannot be read.</exception>
    public static SqliteFile OpenRead(string file, int newest)
    {
        if (!File.Exists(file))
        {
            throw new StoreFailedException(file, new FileNotFoundException("no such file, expected the data folder of a worker"));
        }

        return Guard(file, () =>
        {
            try
            {
                return Opened(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, DefaultTimeout = BusySeconds, Pooling = false });
            }
            catch (SqliteException e) when (e.SqliteErrorCode is 14 or 8 && !File.Exists(file + "-wal"))
            {
                // Readers of a WAL database need its shared memory file; without a log there is nothing to share.
                return Opened(new SqliteConnectionStringBuilder { DataSource = $"file:{Uri.EscapeDataString(file).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1", Mode = SqliteOpenMode.ReadOnly, DefaultTimeout = BusySeconds, Pooling = false });
            }
        });

        SqliteFile Opened(SqliteConnectionStringBuilder how)
        {
            var opened = new SqliteFile(file, new SqliteConnection(how.ToString()));
            try
            {
                opened._connection.Open();
                int found = opened.Schema();
                return found <= newest ? opened : throw new StoreVersionException(file, found, newest);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }
    }

    /// <summary>Version of its schema; 0: it has none yet.</summary>
    public int Schema() => Convert.ToInt32(
        Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'") is > 0L ? Scalar("SELECT max(version) FROM schema_version") : 0L,
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Runs work as one transaction: all of it is stored, or nothing.</summary>
    public void Transaction(Action work) => Guard(Path, () =>
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            Execute("COMMIT");
        }
        catch
        {
            Rollback();
            throw;
        }

        return true;
    });

    /// <summary>Runs a statement that is kept prepared; parameters are $1, $2, …</summary>
    public int Run(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteScalar();

    /// <summary>Rows of a statement; read them to the end before it is run again.</summary>
    public SqliteDataReader Read(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteReader();

    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public T Guard<T>(Func<T> work) => Guard(Path, work);

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private static T Guard<T>(string file, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw StoreException.Of(e, file);
        }
    }

    private void Migrate(IReadOnlyList<string> migrations, DateTimeOffset at)
    {
        int found = Schema();
        if (found > migrations.Count)
        {
            throw new StoreVersionException(Path, found, migrations.Count);
        }

        for (int version = found + 1; version <= migrations.Count; version++)
        {
            Execute("BEGIN IMMEDIATE");
            try
            {
                Execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, at TEXT NOT NULL)");
                Execute(migrations[version - 1]);
                Run("INSERT INTO schema_version (version, at) VALUES ($1, $2)", version, at.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
                Execute("COMMIT");
            }
            catch
            {
                Rollback();
                throw;
            }
        }
    }

    // SQLite ends some failed transactions by itself, such as on a full disk.
    private void Rollback()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
        }
    }

    private SqliteCommand Bound(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 0; i < values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (i + 1) });
            }

            _prepared[sql] = command;
        }

        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }
}
