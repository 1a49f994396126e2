using Optimizer.Plant;

namespace Optimizer.Historian.Tests.Samples;

public sealed class HistoryStoreTests : IDisposable
{
    private static readonly DateTimeOffset At = Lines.At, Early = DateTimeOffset.UnixEpoch, Late = Lines.At.AddYears(50);

    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-history-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Entries_ComeBackInTheOrderTheyCameAfterReopening()
    {
        HistoryEntry[] first = [Lines.Online("flow", 50.25, 0), Lines.Online("grade", 3, 0), Lines.Lab(310, -4, -3), Lines.Online("flow", double.NaN, 10, Quality.Bad)];
        HistoryEntry[] second = [Lines.Online("flow", -0.0, 5), Lines.Online("flow", 1e-300, 20, Quality.Uncertain), Lines.Lab(double.NaN, -2, -1)];
        using (var store = Lines.Open(_folder))
        {
            store.Append(first);
        }

        using var again = Lines.Open(_folder);
        again.Append(second);

        Assert.Equal([.. first, .. second], Lines.All(again));
        Assert.Equal(7, again.Stored);
    }

    [Fact]
    public void Instants_AreKeptToTheTick()
    {
        var odd = new Sample("flow", 1, At.AddTicks(1), At.AddTicks(12_345_678_901), At.AddTicks(-3), Quality.Good);
        using var store = Lines.Open(_folder);
        store.Append([new HistoryEntry(odd)]);

        Assert.Equal(odd, Assert.Single(store.Read("flow", Early, Late)));
    }

    [Fact]
    public void RangeOfATag_IsInTheOrderOfSamplingWithCorrectionsBehind()
    {
        using var store = Lines.Open(_folder);
        store.Append([Lines.Lab(310, -4, -3), Lines.Lab(300, -6, -2), Lines.Lab(312, -4, -1), Lines.Online("flow", 9, 0)]);

        Assert.Equal([300.0, 310, 312], store.Read("strength", Early, Late).Select(s => s.Value));
        Assert.Equal([310.0, 312], store.Read("strength", At.AddHours(-4), At).Select(s => s.Value));
        Assert.Empty(store.Read("strength", At.AddHours(-3), At));
        Assert.Empty(store.Read("never", Early, Late));
    }

    [Theory]
    [InlineData("flow")]
    [InlineData("strength")]
    public void WithdrawnValue_IsGoneFromRangesAndWithdrawnAgainInReplay(string tag)
    {
        HistoryEntry said = new(Sample.Online(tag, 5, At)), back = HistoryEntry.Withdrawal(tag, At), anew = new(Sample.Online(tag, 6, At));
        using var store = Lines.Open(_folder);
        store.Append([said]);
        store.Append([back, HistoryEntry.Withdrawal(tag, At.AddHours(1))]);
        Assert.Empty(store.Read(tag, Early, Late));
        store.Append([anew]);

        Assert.Equal(6, Assert.Single(store.Read(tag, Early, Late)).Value);
        var replayed = Lines.All(store).Where(e => e.Sample.SampledAt == At).Select(e => (e.Sample.Value, e.Withdrawn)).ToList();
        Assert.Equal([(5.0, false), (0.0, true), (6.0, false)], replayed);
    }

    [Fact]
    public void ResultDeliveredAgain_IsKeptOnceAndACorrectionOfACorrectionIsNoRepeat()
    {
        using var store = Lines.Open(_folder);
        store.Append([Lines.Lab(310, -4, -3), Lines.Lab(310, -4, -2), Lines.Lab(double.NaN, -6, -3), Lines.Lab(double.NaN, -6, -3)]);
        store.Append([Lines.Lab(310, -4, -3), Lines.Lab(312, -4, -2), Lines.Lab(310, -4, -1)]);

        Assert.Equal([double.NaN, 310.0, 312, 310], store.Read("strength", Early, Late).Select(s => s.Value));
    }

    [Fact]
    public void Campaigns_AreTheChangesOfTheirTag()
    {
        using (var store = Lines.Open(_folder))
        {
            store.Append([Lines.Online("grade", 1, 0), Lines.Online("grade", 1, 10), Lines.Online("grade", 2, 20), Lines.Online("grade", 3, 30, Quality.Bad)]);
        }

        using var again = Lines.Open(_folder);
        again.Append([Lines.Online("grade", 2, 40), Lines.Online("grade", 1, 50)]);

        Assert.Equal([(1.0, At), (2.0, At.AddSeconds(20)), (1.0, At.AddSeconds(50))], again.Campaigns().Select(c => (c.Grade, c.StartedAt)));
    }

    [Fact]
    public void PackedHistory_ReadsAsTheUnpackedDid()
    {
        const int Count = 2 * HistoryStore.PackAt;
        var all = Lines.Stream(0, Count).ToList();
        using (var store = Lines.Open(_folder))
        {
            foreach (var batch in all.Chunk(3001))
            {
                store.Append(batch);
            }
        }

        using var again = Lines.Open(_folder);

        Assert.Equal(all, Lines.All(again));
        Assert.Equal(all.Where(e => e.Sample.Tag == "flow").Skip(50_000).Take(30_000).Select(e => e.Sample),
            again.Read("flow", all.Where(e => e.Sample.Tag == "flow").ElementAt(50_000).Sample.SampledAt, all.Where(e => e.Sample.Tag == "flow").ElementAt(80_000).Sample.SampledAt));
        Assert.Equal(Count, again.Stored);
    }

    [Fact]
    public void ReplaySinceAnInstant_BeginsWithWhatEveryTagSaidLast()
    {
        var all = Lines.Stream(0, 3 * HistoryStore.PackAt).ToList();
        using var store = Lines.Open(_folder);
        store.Append([Lines.Online("grade", 4, -60)]);
        foreach (var batch in all.Chunk(5000))
        {
            store.Append(batch);
        }

        var since = all[^1000].Sample.SampledAt;
        var replayed = Lines.All(store, since);

        Assert.True(replayed.Count < all.Count / 2, $"{replayed.Count} of {all.Count}");
        Assert.Equal(4, Assert.Single(replayed, e => e.Sample.Tag == "grade").Sample.Value);
        Assert.Equal(all.TakeLast(1000), replayed.TakeLast(1000));
    }

    [Fact]
    public void OldSamples_AreDroppedAndTheValuesInForceStay()
    {
        using var store = Lines.Open(_folder, new HistoryLimits { LeastFree = 0, Samples = TimeSpan.FromDays(10) });
        store.Append([Lines.Online("grade", 4, -60)]);
        foreach (var batch in Lines.Stream(0, 5 * HistoryStore.PackAt).Chunk(8000))
        {
            store.Append(batch);
        }

        var flow = store.Read("flow", Early, Late);
        Assert.InRange((flow[^1].SampledAt - flow[1].SampledAt).TotalDays, 10, 25);
        Assert.Equal(4, Assert.Single(store.Read("grade", Early, Late)).Value);
        Assert.Equal(4, Assert.Single(store.Campaigns()).Grade);
        // Results teach longer than samples.
        Assert.Equal(5 * HistoryStore.PackAt / 5000, store.Read("strength", Early, Late).Count, 1.0);
        var replayed = Lines.All(store);
        Assert.Equal(replayed.Count, replayed.Distinct().Count());
    }

    [Fact]
    public void SizeCap_DropsTheOldestAndKeepsWriting()
    {
        var limits = new HistoryLimits { LeastFree = 0, Bytes = 4 << 20 };
        using var store = Lines.Open(_folder, limits);
        for (int i = 0; i < 14; i++)
        {
            foreach (var batch in Lines.Stream(i * HistoryStore.PackAt, HistoryStore.PackAt).Chunk(8192))
            {
                store.Append(batch);
            }

            Assert.True(store.Bytes <= limits.Bytes, $"{store.Bytes} bytes");
        }

        var flow = store.Read("flow", Early, Late);
        Assert.Equal(At.AddSeconds(10.0 * ((14 * HistoryStore.PackAt) - 1)), flow[^1].SampledAt);
        Assert.InRange(flow.Count, HistoryStore.PackAt, 13 * HistoryStore.PackAt);
    }
}
