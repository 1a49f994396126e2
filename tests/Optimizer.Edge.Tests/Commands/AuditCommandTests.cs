using System.Text.Json;
using Microsoft.Data.Sqlite;
using Optimizer.Historian;

namespace Optimizer.Edge.Tests.Commands;

public sealed class AuditCommandTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-audit-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task WholeRecord_VerifiesWhileItIsWrittenAndTamperingIsLocated()
    {
        string head;
        using (var audit = Written(4))
        {
            head = audit.Head;
            var (exit, output) = await Cli.RunAsync("audit", "verify", "--data", _folder, "--head", head);
            Assert.Equal((0, $"4 records, the chain holds, head {head}\n"), (exit, output));
        }

        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, AuditRecord.FileName)};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE audit SET body = replace(body, '2', '3') WHERE seq = 3";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var broken = await Cli.RunAsync("audit", "verify", "--data", _folder);
        Assert.Equal(65, broken.Exit);
        Assert.EndsWith("record 3: its time, kind, content or hash was altered; 2 records before it hold\n", broken.Output, StringComparison.Ordinal);
        Assert.Equal(78, (await Cli.RunAsync("audit", "verify", "--data", Path.Combine(_folder, "none"))).Exit);
    }

    [Fact]
    public async Task Export_WritesJsonLines()
    {
        using var audit = Written(3);

        var (exit, output) = await Cli.RunAsync("audit", "export", "--data", _folder);

        Assert.Equal(0, exit);
        Assert.Equal([0, 1, 2], output.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("body").GetProperty("n").GetInt32()));
        string file = Path.Combine(_folder, "out", "audit.jsonl");
        Assert.Equal($"3 records to {file}\n", (await Cli.RunAsync("audit", "export", "--data", _folder, "--out", file)).Output);
        Assert.Equal(output, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Backup_IsMadeWhileAWorkerRunsAndRestoredWhenItDoesNot()
    {
        string target = Path.Combine(_folder, "backup");
        using (Written(3))
        {
            Assert.Equal(0, (await Cli.RunAsync("backup", "--data", _folder, "--out", target)).Exit);
            var refused = await Cli.RunAsync("restore", "--data", _folder, "--from", target);
            Assert.Equal(78, refused.Exit);
            Assert.Contains("no other process uses", refused.Output, StringComparison.Ordinal);
        }

        var (exit, output) = await Cli.RunAsync("restore", "--data", _folder, "--from", target);

        Assert.True(exit == 0, output);
        Assert.Equal(0, (await Cli.RunAsync("audit", "verify", "--data", _folder)).Exit);
        using var audit = AuditRecord.Open(_folder);
        Assert.Equal(4, audit.Count);
    }

    private AuditRecord Written(int rows)
    {
        var audit = AuditRecord.Open(_folder, reserve: 0);
        audit.TakeEpoch();
        for (int i = 0; i < rows; i++)
        {
            audit.Append(At.AddMinutes(i), "decision", $"{{\"n\":{i}}}");
        }

        return audit;
    }
}
