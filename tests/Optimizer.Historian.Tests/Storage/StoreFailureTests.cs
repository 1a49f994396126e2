using Microsoft.Data.Sqlite;
using Optimizer.Historian.Tests.Samples;
using Optimizer.Testing;

namespace Optimizer.Historian.Tests.Storage;

/// <summary>Each cause of failure has its own exception, nothing is stored by half, and what was stored before stays.</summary>
public sealed class StoreFailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-store-").FullName;

    private string HistoryFile => Path.Combine(_folder, HistoryStore.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void StoreAtItsLimitWithNothingToDrop_RefusesAndKeepsWhatItHas()
    {
        using var store = Lines.Open(_folder, new HistoryLimits { LeastFree = 0, Bytes = 1 << 20 });
        long accepted = 0;
        var batches = Lines.Stream(0, 60_000).Where(e => e.Sample.Tag == "flow").Chunk(500).GetEnumerator();

        var e = Assert.Throws<StoreFullException>(() =>
        {
            while (batches.MoveNext())
            {
                store.Append(batches.Current);
                accepted += batches.Current.Length;
            }
        });

        Assert.Contains(HistoryFile, e.Message, StringComparison.Ordinal);
        Assert.True(accepted > 0);
        Assert.Throws<StoreFullException>(() => store.Append([Lines.Online("flow", 1, 0)]));
        Assert.Equal(accepted, Lines.All(store).Count);
        Assert.Equal(accepted, store.Stored);
    }

    [Fact]
    public void DiskWithTooLittleRoom_IsLeftToTheAuditRecord()
    {
        using var store = Lines.Open(_folder, new HistoryLimits { LeastFree = long.MaxValue });

        Assert.Throws<StoreFullException>(() => store.Append([Lines.Online("flow", 1, 0)]));
        Assert.Empty(Lines.All(store));
    }

    [Fact]
    public void FullDisk_IsSaidAndForgottenWhenThereIsRoomAgain()
    {
        using var disk = SmallDisk.Mount(_folder, "3m");
        using var store = Lines.Open(disk.Folder);
        string ballast = Path.Combine(disk.Folder, "ballast");
        long accepted = 0;
        using (var filler = new FileStream(ballast, FileMode.Create))
        {
            filler.Write(new byte[2 << 20]);
        }

        Assert.Throws<StoreFullException>(() =>
        {
            foreach (var batch in Lines.Stream(0, 200_000).Chunk(400))
            {
                store.Append(batch);
                accepted += batch.Length;
            }
        });
        Assert.Equal(accepted, Lines.All(store).Count);
        File.Delete(ballast);
        store.Append([Lines.Online("flow", 7, 1e7)]);

        Assert.Equal(7, Lines.All(store)[^1].Sample.Value);
        Assert.Equal(accepted + 1, Lines.All(store).Count);
    }

    [Fact]
    public void DiskThatTurnsReadOnly_IsSaidAndForgottenWhenItIsWritableAgain()
    {
        using var disk = SmallDisk.Mount(_folder, "8m");
        using (var store = Lines.Open(disk.Folder))
        {
            store.Append([Lines.Online("flow", 1, 0)]);
        }

        disk.Remount("ro");
        var e = Assert.Throws<StoreReadOnlyException>(() => Lines.Open(disk.Folder));
        Assert.Contains(disk.Folder, e.Message, StringComparison.Ordinal);
        disk.Remount("rw");

        using var again = Lines.Open(disk.Folder);
        again.Append([Lines.Online("flow", 2, 10)]);
        Assert.Equal(2, again.Stored);
    }

    [Fact]
    public void FileHeldByAnotherWriter_IsLocked()
    {
        using var store = Lines.Open(_folder);
        using var other = Other();
        Execute(other, "BEGIN IMMEDIATE");

        Assert.Throws<StoreLockedException>(() => store.Append([Lines.Online("flow", 1, 0)]));
        Execute(other, "ROLLBACK");
        store.Append([Lines.Online("flow", 1, 0)]);
        Assert.Single(Lines.All(store));
    }

    [Fact]
    public void FileThatIsNoDatabase_IsCorrupt()
    {
        File.WriteAllText(HistoryFile, new string('x', 8192));

        var e = Assert.Throws<StoreCorruptException>(() => Lines.Open(_folder));
        Assert.Contains("restore a backup", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tail")]
    [InlineData("block")]
    public void FlippedBitInSamples_IsCorruptNotAnotherValue(string table)
    {
        using (var store = Lines.Open(_folder))
        {
            store.Append(Lines.Stream(0, table == "tail" ? 100 : HistoryStore.PackAt + 100).ToArray());
        }

        using (var other = Other())
        {
            Execute(other, $"UPDATE {table} SET body = CAST(substr(body, 1, 90) || x'00' || substr(body, 92) AS BLOB)");
        }

        Assert.Throws<StoreCorruptException>(() =>
        {
            using var store = Lines.Open(_folder);
            Lines.All(store);
        });
    }

    [Fact]
    public void NewerSchema_IsRefusedWithoutTouchingIt()
    {
        Lines.Open(_folder).Dispose();
        using (var other = Other())
        {
            Execute(other, "INSERT INTO schema_version VALUES (99, '2030-01-01')");
        }

        var e = Assert.Throws<StoreVersionException>(() => Lines.Open(_folder));
        Assert.Contains("schema 99", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FailedBatch_LeavesNothingOfItself()
    {
        using var store = Lines.Open(_folder);
        store.Append([Lines.Online("flow", 1, 0)]);
        using (var other = Other())
        {
            Execute(other, "CREATE TRIGGER no_lab BEFORE INSERT ON lab BEGIN SELECT RAISE(ABORT, 'no'); END");
        }

        Assert.Throws<StoreFailedException>(() => store.Append([Lines.Online("new_tag", 2, 10), Lines.Lab(3, 0, 1)]));
        Assert.Single(Lines.All(store));
        store.Append([Lines.Online("new_tag", 2, 10)]);
        Assert.Equal([1.0, 2.0], Lines.All(store).Select(e => e.Sample.Value));
    }

    private SqliteConnection Other()
    {
        var connection = new SqliteConnection($"Data Source={HistoryFile};Pooling=False");
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
