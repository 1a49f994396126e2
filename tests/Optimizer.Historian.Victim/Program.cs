// Writes history and audit as fast as it can until it is killed, and says after each step what is on disk: what it said must be found afterwards.
// Arguments: data folder, seed. Output: "epoch N", "have S A" (samples and audit rows found), "s N", "a N".
using System.Globalization;
using Optimizer.Historian;
using Optimizer.Plant;

var random = new Random(int.Parse(args[1], CultureInfo.InvariantCulture));
DateTimeOffset at = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
Tag[] tags = [.. Enumerable.Range(0, 20).Select(i => new Tag($"t{i}", "1", 0, 1, TimeSpan.FromSeconds(1))), new Tag("lab", "1", 0, 1, null) { Lab = true }];
using var audit = AuditRecord.Open(args[0], reserve: 0);
Console.WriteLine($"epoch {audit.TakeEpoch()}");
using var history = HistoryStore.Open(args[0], tags, null, new HistoryLimits { LeastFree = 0, Samples = TimeSpan.FromDays(3650) }, at);
await using var recorder = new HistoryRecorder(history, TimeProvider.System);
long samples = 0;
history.Replay(DateTimeOffset.UnixEpoch, e => samples = (long)e.Sample.Value == samples ? samples + 1 : throw new InvalidOperationException($"found {e.Sample.Value}, expected {samples}"));
Console.WriteLine($"have {samples} {audit.Count}");
while (true)
{
    int n = random.Next(4) == 0 ? 3000 : random.Next(1, 50);
    for (int i = 0; i < n; i++, samples++)
    {
        var sampled = at.AddSeconds(samples);
        string tag = samples % 97 == 0 ? "lab" : $"t{samples % 20}";
        recorder.Offer(new HistoryEntry(new Sample(tag, samples, sampled, sampled, sampled, Quality.Good)), mustStay: true);
    }

    if (!await recorder.FlushAsync())
    {
        throw new InvalidOperationException(recorder.Trouble);
    }

    Console.WriteLine($"s {samples}");
    if (random.Next(3) == 0)
    {
        audit.Append(at.AddSeconds(samples), "decision", $"{{\"n\":{audit.Count + 1}}}");
        Console.WriteLine($"a {audit.Count}");
    }
}
