using Optimizer.Plant;

namespace Optimizer.Historian.Tests.Samples;

/// <summary>A small line with an online signal, a setpoint reported on change, a grade and a lab result.</summary>
internal static class Lines
{
    public static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly IReadOnlyList<Tag> Tags =
    [
        new("flow", "m3/h", 0, 100, TimeSpan.FromSeconds(10)),
        new("flow_sp", "m3/h", 0, 100, null),
        new("grade", "1", 0, 9, null),
        new("strength", "MPa", 0, 900, null) { Lab = true },
    ];

    public static HistoryStore Open(string folder, HistoryLimits? limits = null) =>
        HistoryStore.Open(folder, Tags, "grade", limits ?? new HistoryLimits { LeastFree = 0 }, At);

    public static HistoryEntry Online(string tag, double value, double seconds, Quality quality = Quality.Good) =>
        new(new Sample(tag, value, At.AddSeconds(seconds), At.AddSeconds(seconds), At.AddSeconds(seconds + 0.017), quality));

    public static HistoryEntry Lab(double value, double sampledHours, double knownHours) =>
        new(new Sample("strength", value, At.AddHours(sampledHours), At.AddHours(knownHours), At.AddHours(knownHours).AddSeconds(1), Quality.Good));

    public static List<HistoryEntry> All(HistoryStore store, DateTimeOffset? since = null)
    {
        var all = new List<HistoryEntry>();
        store.Replay(since ?? DateTimeOffset.UnixEpoch, all.Add);
        return all;
    }

    /// <summary>Flow every ten seconds, its setpoint seldom, a result now and then; in the order they come.</summary>
    public static IEnumerable<HistoryEntry> Stream(int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            yield return i % 5000 == 17 ? Lab(300 + (i % 7), i / 360.0, (i / 360.0) + 1)
                : i % 1000 == 3 ? Online("flow_sp", 50 + (i / 1000 % 5), 10 * i)
                : Online("flow", 50 + Math.Sin(i), 10 * i);
        }
    }
}
