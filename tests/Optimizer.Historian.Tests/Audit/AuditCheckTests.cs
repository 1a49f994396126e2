using System.Text.Json;
using Microsoft.Data.Sqlite;
using Optimizer.Testing;

namespace Optimizer.Historian.Tests.Audit;

public sealed class AuditCheckTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-check-").FullName;

    private string AuditFile => Path.Combine(_folder, AuditRecord.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WholeRecord_HoldsWhileItIsWritten()
    {
        using var audit = Write(3);

        var check = AuditCheck.Of(_folder);

        Assert.Equal((3, audit.Head, true), (check.Records, check.Head, check.IsWhole));
        Assert.True(AuditCheck.Of(_folder, audit.Read().First().Hash).IsWhole);
        Assert.Equal("no record has the hash beef", AuditCheck.Of(_folder, "beef").What);
    }

    [Theory]
    [InlineData("DELETE FROM audit WHERE seq > 3", 4, "records 4 to 5 were written and are gone")]
    [InlineData("DELETE FROM audit", 1, "records 1 to 5 were written and are gone")]
    [InlineData("DELETE FROM audit WHERE seq = 2", 3, "it follows record 1")]
    [InlineData("UPDATE audit SET body = '{}' WHERE seq = 4", 4, "altered")]
    [InlineData("UPDATE audit SET body = x'00' WHERE seq = 2", 2, "altered")]
    [InlineData("UPDATE audit SET kind = 'write' WHERE seq = 5", 5, "altered")]
    [InlineData("DROP TABLE audit", 1, "cannot be read")]
    public void Tampering_IsLocated(string sql, long at, string what)
    {
        Write(5).Dispose();
        Execute(sql);

        var check = AuditCheck.Of(_folder);

        Assert.Equal(at, check.BrokenAt);
        Assert.Contains(what, check.What, StringComparison.Ordinal);
    }

    [Fact]
    public void ChainMadeAnew_IsToldByTheNotedHead()
    {
        Write(5).Dispose();
        string noted = File.ReadAllText(Path.Combine(_folder, "audit.head"));
        Execute("DELETE FROM audit");
        File.Delete(Path.Combine(_folder, "audit.head"));
        Assert.Contains("missing or unreadable", AuditCheck.Of(_folder).What, StringComparison.Ordinal);
        Write(6, "forged").Dispose();
        File.WriteAllText(Path.Combine(_folder, "audit.head"), noted);

        var check = AuditCheck.Of(_folder);

        Assert.Equal(5, check.BrokenAt);
        Assert.Contains("made anew", check.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM audit WHERE seq > 3")]
    [InlineData("UPDATE audit SET hash = 'x' WHERE seq = 5")]
    public void WorkerThatStartsOnACutRecord_PutsThatIntoTheRecord(string sql)
    {
        Write(5).Dispose();
        Execute(sql);

        using var audit = AuditRecord.Open(_folder);

        Assert.NotNull(audit.Objection);
        Assert.Equal("audit_gap", audit.Read().Last().Kind);
        Assert.Contains(audit.Objection[..20], audit.Read().Last().Body, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyByteOfTheFile_IsFoundOrHasNoMeaning()
    {
        Write(25).Dispose();
        byte[] sound = File.ReadAllBytes(AuditFile);
        string original = Export();
        int found = 0, tried = 0;
        for (int at = 0; at < sound.Length; at += 5)
        {
            byte[] altered = [.. sound];
            altered[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(AuditFile, altered);
            tried++;
            try
            {
                if (!AuditCheck.Of(_folder).IsWhole)
                {
                    found++;
                    continue;
                }
            }
            catch (StoreException)
            {
                found++;
                continue;
            }

            Assert.True(Export() == original, $"byte {at} of {sound.Length} changed the record and nobody noticed");
        }

        // Room in pages that is not in use, and the ledger beside the chain, say nothing of the chain.
        Assert.InRange(found, 500, tried);
    }

    [Fact]
    public void Export_IsOneJsonObjectARecordFromWhichTheHashesFollow()
    {
        Write(3).Dispose();

        string previous = "";
        var lines = Export().TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        foreach (var line in lines)
        {
            string text = $"{previous}\n{line.GetProperty("at").GetString()}\n{line.GetProperty("kind").GetString()}\n{line.GetProperty("body").GetRawText()}";
            Assert.Equal(previous, line.GetProperty("previous").GetString());
            previous = line.GetProperty("hash").GetString()!;
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))), previous);
        }

        Assert.Equal([1L, 2, 3], lines.Select(l => l.GetProperty("seq").GetInt64()));
    }

    [Fact]
    public void RecordOnADiskThatCannotBeWritten_IsChecked()
    {
        using var disk = SmallDisk.Mount(_folder, "20m");
        using (var audit = AuditRecord.Open(disk.Folder))
        {
            audit.Append(At, "decision", "{}");
        }

        disk.Remount("ro");

        Assert.Equal((1, true), (AuditCheck.Of(disk.Folder).Records, AuditCheck.Of(disk.Folder).IsWhole));
        Assert.Contains(disk.Folder, Assert.Throws<StoreException>(() => AuditRecord.Open(disk.Folder)).Message, StringComparison.Ordinal);
        disk.Remount("rw");
        AuditRecord.Open(disk.Folder).Dispose();
    }

    [Fact]
    public void FullDisk_LeavesRoomToRecordWhatFollowsFromIt()
    {
        using var disk = SmallDisk.Mount(_folder, "4m");
        using var audit = AuditRecord.Open(disk.Folder, reserve: 1 << 20);
        string ballast = Path.Combine(disk.Folder, "ballast");
        Fill(ballast);
        int accepted = 0;
        while (!audit.IsOnReserve)
        {
            audit.Append(At, "decision", new string('x', 1000));
            accepted++;
        }

        // Several hundred more rows go into the room that was kept.
        for (int i = 0; i < 100; i++)
        {
            audit.Append(At, "mode", new string('y', 1000));
        }

        Assert.False(audit.TryRestoreReserve());
        Assert.Throws<StoreFullException>(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                audit.Append(At, "decision", new string('x', 1000));
                accepted++;
            }
        });
        Assert.Null(audit.FirstBroken());
        Assert.Equal(accepted + 100, audit.Read().Count());
        File.Delete(ballast);

        Assert.True(audit.TryRestoreReserve());
        audit.Append(At, "decision", "{}");
        Assert.False(audit.IsOnReserve);
        Assert.Equal((accepted + 101, true), (AuditCheck.Of(disk.Folder).Records, AuditCheck.Of(disk.Folder).IsWhole));
    }

    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            while (true)
            {
                stream.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
        }
    }

    private AuditRecord Write(int rows, string text = "v")
    {
        var audit = AuditRecord.Open(_folder, reserve: 0);
        for (int i = 0; i < rows; i++)
        {
            audit.Append(At.AddMinutes(i), i % 3 == 0 ? "decision" : "ack", $"{{\"{text}\":{i},\"text\":\"{new string((char)('a' + (i % 26)), 40)}\"}}");
        }

        return audit;
    }

    private string Export()
    {
        using var text = new StringWriter();
        AuditExport.Write(_folder, text);
        return text.ToString();
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={AuditFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
