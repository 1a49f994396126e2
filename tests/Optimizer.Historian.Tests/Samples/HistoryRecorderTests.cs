using Microsoft.Data.Sqlite;
using Optimizer.Testing;

namespace Optimizer.Historian.Tests.Samples;

public sealed class HistoryRecorderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-recorder-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FlushedEntries_AreOnDiskInTheOrderOffered()
    {
        using var store = Lines.Open(_folder);
        await using var recorder = new HistoryRecorder(store, TimeProvider.System);
        var all = Lines.Stream(0, 3000).ToList();
        foreach (var entry in all)
        {
            Assert.True(recorder.Offer(entry, mustStay: false));
        }

        Assert.True(await recorder.FlushAsync());

        Assert.Equal(all, Lines.All(store));
        Assert.Equal((3000, 0, 0), (recorder.Stored, recorder.Waiting, recorder.Dropped));
        Assert.True(await recorder.FlushAsync());
    }

    [Fact]
    public async Task EntriesNobodyFlushes_AreStoredSoon()
    {
        using var store = Lines.Open(_folder);
        await using var recorder = new HistoryRecorder(store, TimeProvider.System);
        recorder.Offer(Lines.Online("flow", 1, 0), mustStay: false);

        await Eventually.TrueAsync(() => store.Stored == 1, TimeSpan.FromSeconds(20), Cancel);
    }

    [Fact]
    public async Task DiskThatTakesNothing_CostsWhatMayGoAndKeepsWhatMustStay()
    {
        using var store = Lines.Open(_folder);
        var said = new List<string>();
        await using var recorder = new HistoryRecorder(store, TimeProvider.System, capacity: 100) { Warned = said.Add };
        Execute("CREATE TRIGGER full BEFORE INSERT ON tail BEGIN SELECT RAISE(ABORT, 'no'); END");
        for (int i = 0; i < 150; i++)
        {
            recorder.Offer(Lines.Online("flow", i, i), mustStay: false);
        }

        Assert.False(await recorder.FlushAsync());
        Assert.Equal((100, 50), (recorder.Waiting, recorder.Dropped));
        Assert.True(recorder.Offer(Lines.Online("flow", 1000, 1000), mustStay: true));
        Assert.False(recorder.Offer(Lines.Online("flow", 1001, 1001), mustStay: false));
        Assert.False(await recorder.FlushAsync());

        Execute("DROP TRIGGER full");
        await Eventually.TrueAsync(() => recorder.Waiting == 0, TimeSpan.FromSeconds(20), Cancel);

        Assert.Equal([.. Enumerable.Range(0, 100).Select(i => (double)i), 1000], Lines.All(store).Select(e => e.Sample.Value));
        Assert.Null(recorder.Trouble);
        Assert.Collection(said, s => Assert.StartsWith("history: not stored", s, StringComparison.Ordinal), s => Assert.Equal("history: stored again", s));
    }

    [Fact]
    public async Task Stopping_StoresWhatWaits()
    {
        using var store = Lines.Open(_folder);
        var recorder = new HistoryRecorder(store, TimeProvider.System);
        for (int i = 0; i < 1000; i++)
        {
            recorder.Offer(Lines.Online("flow", i, i), mustStay: false);
        }

        await recorder.DisposeAsync();

        Assert.Equal(1000, Lines.All(store).Count);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, HistoryStore.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
