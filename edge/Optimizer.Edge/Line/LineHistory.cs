using Optimizer.Cycle;
using Optimizer.Historian;
using Optimizer.Plant;

namespace Optimizer.Edge.Line;

/// <summary>Keeps what the line says on disk and gives it back to the loop of the next life.</summary>
internal sealed class LineHistory(HistoryRecorder recorder, WorkerCounters counters)
{
    private long _dropped;

    public void Keep(in Sample sample, bool acknowledged) => recorder.Offer(new HistoryEntry(sample), acknowledged);

    public void Withdraw(string tag, DateTimeOffset sampledAt) => recorder.Offer(HistoryEntry.Withdrawal(tag, sampledAt), mustStay: true);

    /// <summary>Everything kept so far is on disk, or cannot be: then it waits in memory, and <see cref="HistoryRecorder.Trouble"/> says why.</summary>
    public async Task FlushAsync()
    {
        if (!await recorder.FlushAsync())
        {
            counters.Refuse("history_waits", recorder.Trouble ?? "history cannot be stored");
        }
    }

    /// <summary>Gives a new loop what lives before it were told.</summary>
    /// <returns>What was read, in one sentence; null: nothing was there.</returns>
    public string? ReadBack(LineLoop loop, DateTimeOffset now)
    {
        // What came before process time was known is on its way to the disk still.
        recorder.FlushAsync().GetAwaiter().GetResult();
        var latest = now + SampleIntake.FurthestAhead;
        long taken = 0, ahead = 0;
        try
        {
            var retention = loop.Line.Settings.Retention;
            recorder.Store.Replay(now - DateTimeOffset.UnixEpoch > retention ? now - retention : DateTimeOffset.UnixEpoch, entry =>
            {
                var sample = entry.Sample;
                if (sample.SampledAt > latest)
                {
                    // One such value would make every other look old: a clock, or a simulated plant, that began anew.
                    ahead++;
                }
                else if (entry.Withdrawn)
                {
                    loop.Withdraw(sample.Tag, sample.SampledAt);
                }
                else
                {
                    taken++;
                    loop.Take(sample);
                }
            });
        }
        catch (StoreException e)
        {
            counters.Refuse("history_unreadable", e.Message);
            return $"history: {e.Message}; starting from what was read, {taken} values";
        }

        counters.Count("history_read", taken);
        if (ahead > 0)
        {
            counters.Refuse("history_ahead", $"{ahead} stored values lie after process time {now:O}");
        }

        return taken + ahead == 0 ? null : $"history: {taken} values read back{(ahead > 0 ? $"; {ahead} lie after process time {now:yyyy-MM-dd HH:mm} and were left out" : "")}";
    }

    /// <summary>Counts what found no room since the last call.</summary>
    /// <returns>How much it was.</returns>
    public long CountDrops()
    {
        long fresh = recorder.Dropped - _dropped;
        _dropped += fresh;
        if (fresh > 0)
        {
            counters.Refuse("history_dropped", recorder.Trouble ?? "values come faster than they are stored", fresh);
        }

        return fresh;
    }
}
