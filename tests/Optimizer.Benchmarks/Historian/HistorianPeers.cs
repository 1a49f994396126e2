using Microsoft.Data.Sqlite;
using Optimizer.Historian;
using Optimizer.Plant;
using Optimizer.Replay.Recordings;

namespace Optimizer.Benchmarks.Historian;

/// <summary>One way to keep samples. A turn writes all of them in a folder of its own; reading is timed on what it left.</summary>
internal interface IHistorianPeer
{
    string Name { get; }

    void Write(string folder, IReadOnlyList<Sample> samples, int batch);

    /// <summary>Reads everything back in the order it came.</summary>
    /// <returns>How much it was.</returns>
    long ReadAll(string folder, IReadOnlyList<Sample> samples);
}

internal sealed class StorePeer : IHistorianPeer
{
    public string Name => "history store";

    public void Write(string folder, IReadOnlyList<Sample> samples, int batch)
    {
        using var store = Open(folder, samples);
        foreach (var some in samples.Select(s => new HistoryEntry(s)).Chunk(batch))
        {
            store.Append(some);
        }
    }

    public long ReadAll(string folder, IReadOnlyList<Sample> samples)
    {
        using var store = Open(folder, samples);
        double sum = 0;
        return store.Replay(DateTimeOffset.UnixEpoch, e => sum += e.Sample.Value);
    }

    public static HistoryStore Open(string folder, IReadOnlyList<Sample> samples) =>
        HistoryStore.Open(folder, HistorianData.Tags(samples.Take(20_000)), null, new HistoryLimits { LeastFree = 0, Samples = TimeSpan.FromDays(3650) }, DateTimeOffset.UnixEpoch);
}

/// <summary>A row a sample in one table, prepared, WAL, synchronous=NORMAL, the same transactions.</summary>
internal sealed class PlainSqlite(bool indexed) : IHistorianPeer
{
    public string Name => indexed ? "plain SQLite, index by tag and time" : "plain SQLite, no index";

    public void Write(string folder, IReadOnlyList<Sample> samples, int batch)
    {
        using var connection = Open(folder);
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE sample (tag INTEGER NOT NULL, sampled INTEGER NOT NULL, known INTEGER NOT NULL, received INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL);");
        if (indexed)
        {
            Execute(connection, "CREATE INDEX by_tag ON sample (tag, sampled)");
        }

        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO sample VALUES ($1, $2, $3, $4, $5, $6)";
        var p = Enumerable.Range(1, 6).Select(i => insert.Parameters.Add(new SqliteParameter { ParameterName = "$" + i })).ToArray();
        foreach (var some in samples.Chunk(batch))
        {
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            foreach (var s in some)
            {
                if (!ids.TryGetValue(s.Tag, out int id))
                {
                    ids[s.Tag] = id = ids.Count + 1;
                }

                (p[0].Value, p[1].Value, p[2].Value, p[3].Value) = (id, s.SampledAt.UtcTicks, s.KnownAt.UtcTicks, s.ReceivedAt.UtcTicks);
                (p[4].Value, p[5].Value) = (double.IsNaN(s.Value) ? DBNull.Value : s.Value, (int)s.Quality);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    public long ReadAll(string folder, IReadOnlyList<Sample> samples)
    {
        using var connection = Open(folder);
        using var select = connection.CreateCommand();
        select.CommandText = "SELECT tag, sampled, known, received, value, quality FROM sample ORDER BY rowid";
        using var reader = select.ExecuteReader();
        double sum = 0;
        long n = 0;
        string[] names = [.. samples.Take(20_000).Select(s => s.Tag).Distinct()];
        while (reader.Read())
        {
            var sample = new Sample(names[(reader.GetInt32(0) - 1) % names.Length], reader.IsDBNull(4) ? double.NaN : reader.GetDouble(4), new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero),
                new DateTimeOffset(reader.GetInt64(2), TimeSpan.Zero), new DateTimeOffset(reader.GetInt64(3), TimeSpan.Zero), (Quality)reader.GetInt32(5));
            sum += sample.Value;
            n++;
        }

        return n;
    }

    private static SqliteConnection Open(string folder)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "plain.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>The Parquet file of <c>optimizer record</c>: known whole or not at all, so nothing of it survives a kill before it is complete.</summary>
internal sealed class ParquetPeer : IHistorianPeer
{
    public string Name => "Parquet file (Parquet.Net, Snappy)";

    public void Write(string folder, IReadOnlyList<Sample> samples, int batch) => WriteAsync(folder, samples, batch).GetAwaiter().GetResult();

    public long ReadAll(string folder, IReadOnlyList<Sample> samples) => ReadAsync(folder, samples).GetAwaiter().GetResult();

    private static async Task WriteAsync(string folder, IReadOnlyList<Sample> samples, int batch)
    {
        var tags = samples.Select(s => s.Tag).Distinct().Select(t => new RecordedTag(t, "1", RecordedKind.Online)).ToList();
        await using var writer = RecordingFormat.Create(RecordingFormat.Parquet, Path.Combine(folder, "samples.parquet"), tags, TimeSpan.FromMinutes(1));
        foreach (var some in samples.Chunk(batch))
        {
            await writer.WriteAsync(some[^1].KnownAt, some, CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
    }

    private static async Task<long> ReadAsync(string folder, IReadOnlyList<Sample> samples)
    {
        var columns = samples.Select(s => s.Tag).Distinct().ToDictionary(t => t, t => new ColumnTag(t, "1", double.MinValue, double.MaxValue, false), StringComparer.Ordinal);
        double sum = 0;
        long n = 0;
        await foreach (var sample in RecordingReader.ReadAsync(Path.Combine(folder, "samples.parquet"), RecordingFormat.Parquet, columns, new RecordingFindings(), CancellationToken.None))
        {
            sum += sample.Value;
            n++;
        }

        return n;
    }
}
