using Optimizer.Historian.Tests.Samples;

namespace Optimizer.Historian.Tests.Storage;

public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-backup-").FullName;

    private string Data => Path.Combine(_folder, "data");

    private string Target => Path.Combine(_folder, "backup");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task BackupWhileEverythingIsWritten_RestoresToAMomentOfIt()
    {
        using (var audit = AuditRecord.Open(Data))
        using (var history = Lines.Open(Data))
        await using (var recorder = new HistoryRecorder(history, TimeProvider.System))
        {
            Assert.Equal([1L, 2L, 3L], [audit.TakeEpoch(), audit.TakeEpoch(), audit.TakeEpoch()]);
            audit.Append(Lines.At, "decision", "{}");
            history.Append(Lines.Stream(0, 70_000).ToArray());
            using var stop = new CancellationTokenSource();
            var writing = Task.Run(() =>
            {
                for (int i = 70_000; !stop.IsCancellationRequested; i++)
                {
                    recorder.Offer(Lines.Online("flow", i, 10 * i), mustStay: false);
                }
            }, TestContext.Current.CancellationToken);
            var manifest = Backups.Make(Data, Target, Lines.At);
            Assert.Equal(audit.Head, manifest.AuditHead);
            await stop.CancelAsync();
            await writing;
            audit.TakeEpoch();
        }

        long epoch = Backups.Restore(Target, Data, Lines.At);

        Assert.True(epoch >= 4 + Backups.EpochStep, $"{epoch}");
        using var restored = AuditRecord.Open(Data);
        Assert.Equal(["decision", "restored"], restored.Read().Select(r => r.Kind));
        Assert.Null(restored.FirstBroken());
        Assert.Equal(epoch + 1, restored.TakeEpoch());
        Assert.Equal(Lines.Stream(0, 70_000), Lines.All(Lines.Open(Data)).Take(70_000));
        Assert.True(File.Exists(Path.Combine(Data, AuditRecord.FileName + ".before-restore")));
    }

    [Theory]
    [InlineData(AuditRecord.FileName)]
    [InlineData(HistoryStore.FileName)]
    public void DamagedBackup_IsRefusedAndNothingIsChanged(string name)
    {
        using (var audit = AuditRecord.Open(Data))
        {
            audit.Append(Lines.At, "decision", "{}");
            Lines.Open(Data).Dispose();
        }

        Backups.Make(Data, Target, Lines.At);
        byte[] bytes = File.ReadAllBytes(Path.Combine(Target, name));
        bytes[^100] ^= 1;
        File.WriteAllBytes(Path.Combine(Target, name), bytes);
        byte[] before = File.ReadAllBytes(Path.Combine(Data, AuditRecord.FileName));

        Assert.Contains(name, Assert.Throws<StoreCorruptException>(() => Backups.Restore(Target, Data, Lines.At)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(Data, AuditRecord.FileName)));
    }

    [Fact]
    public void FolderInUse_IsNotRestoredInto()
    {
        using var audit = AuditRecord.Open(Data);
        audit.Append(Lines.At, "decision", "{}");
        Backups.Make(Data, Target, Lines.At);

        Assert.Contains("no other process", Assert.Throws<StoreException>(() => Backups.Restore(Target, Data, Lines.At)).Message, StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => Backups.Make(Data, Target, Lines.At));
    }
}
