using Microsoft.Data.Sqlite;

namespace Optimizer.Historian.Tests.Audit;

public sealed class AuditRecordTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-audit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_SurviveReopeningAndFormASoundChain()
    {
        Write("a", "b", "c");
        using var audit = AuditRecord.Open(_folder);
        audit.Append(At, "decision", "{\"d\":4}");

        Assert.Equal(4, audit.Count);
        Assert.Null(audit.FirstBroken());
        Assert.Equal(["{\"v\":\"a\"}", "{\"v\":\"b\"}", "{\"v\":\"c\"}", "{\"d\":4}"], audit.Read().Select(r => r.Body));
        Assert.Equal(At, audit.Read().First().At);
    }

    [Theory]
    [InlineData("UPDATE audit SET body = '{}' WHERE seq = 2", 2)]
    [InlineData("UPDATE audit SET at = '2026-03-01T13:00:00.0000000Z' WHERE seq = 3", 3)]
    [InlineData("DELETE FROM audit WHERE seq = 2", 3)]
    [InlineData("UPDATE audit SET hash = 'x' WHERE seq = 1", 1)]
    [InlineData("INSERT INTO audit VALUES (4, '2026-03-01T12:00:00.0000000Z', 'write', '{}', 'x', 'y')", 4)]
    public void Tampering_IsFoundAtItsRow(string sql, long row)
    {
        Write("a", "b", "c");
        Execute(sql);

        using var audit = AuditRecord.Open(_folder);

        Assert.Equal(row, audit.FirstBroken());
    }

    [Fact]
    public void Epoch_RisesWithEveryProcessLife()
    {
        var epochs = new List<long>();
        for (int life = 0; life < 3; life++)
        {
            using var audit = AuditRecord.Open(_folder);
            epochs.Add(audit.TakeEpoch());
        }

        Assert.Equal([1L, 2L, 3L], epochs);
    }

    [Fact]
    public void SecondOwner_IsRefusedWithTheFolderNamed()
    {
        using var first = AuditRecord.Open(_folder);

        var e = Assert.Throws<StoreException>(() => AuditRecord.Open(_folder));

        Assert.Contains(_folder, e.Message, StringComparison.Ordinal);
        Assert.Contains("no other process", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FolderThatCannotBeMade_IsRefusedWithItsName()
    {
        string file = Path.Combine(_folder, "a-file");
        File.WriteAllText(file, "");

        Assert.Contains(file, Assert.Throws<StoreException>(() => AuditRecord.Open(Path.Combine(file, "below"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowThatCannotBeStored_Throws()
    {
        using var audit = AuditRecord.Open(_folder);
        Execute("DROP TABLE audit");

        Assert.Throws<StoreFailedException>(() => audit.Append(At, "decision", "{}"));
    }

    [Fact]
    public void RecordOfTheFirstRelease_IsTakenOver()
    {
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, AuditRecord.FileName)};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE audit (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);
                CREATE TABLE writer (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL);
                INSERT INTO writer VALUES (1, 41);
                INSERT INTO audit VALUES (1, '2026-03-01T12:00:00.0000000Z', 'decision', '{}', '', 'ab2ca34ea0d54ab4bea7ee9b76d61872df8e3d3fc81f9bbb4ccc0cd3a4a3ad42');
                """;
            command.ExecuteNonQuery();
            command.CommandText = "UPDATE audit SET hash = $h";
            command.Parameters.AddWithValue("$h", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("\n2026-03-01T12:00:00.0000000Z\ndecision\n{}"u8)));
            command.ExecuteNonQuery();
        }

        Assert.True(AuditCheck.Of(_folder).IsWhole);
        using (var audit = AuditRecord.Open(_folder))
        {
            Assert.Equal(42, audit.TakeEpoch());
            audit.Append(At, "decision", "{}");
            Assert.Empty(audit.Ledger(At));
        }

        Assert.Equal((2, true), (AuditCheck.Of(_folder).Records, AuditCheck.Of(_folder).IsWhole));
    }

    private void Write(params string[] values)
    {
        using var audit = AuditRecord.Open(_folder);
        foreach (string value in values)
        {
            audit.Append(At, "decision", $"{{\"v\":\"{value}\"}}");
        }
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, AuditRecord.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
