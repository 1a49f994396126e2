using System.Diagnostics;
using Optimizer.Historian;
using Optimizer.Plant;

namespace Optimizer.Benchmarks.Historian;

/// <param name="PerSecond">Samples stored per second; the median of the turns.</param>
/// <param name="VersusPlain">The same over plain SQLite with an index, within each turn; the median.</param>
/// <param name="MegabytesPerMillion">Bytes on disk after closing, in MB (10^6) per million samples.</param>
/// <param name="ReadPerSecond">Samples read back per second in the order they came; the median of the turns.</param>
internal sealed record HistorianRow(string Contender, string Values, int Samples, int Batch, double PerSecond, double VersusPlain, double MegabytesPerMillion, double ReadPerSecond);

/// <param name="PerSecond">Samples per second when each is on disk before the next comes, as QoS 1 messages are.</param>
/// <param name="OfferNanoseconds">What offering a sample costs the thread that has it.</param>
internal sealed record RecorderRow(double PerSecond, double OfferNanoseconds);

internal sealed record HistorianReport(Machine Machine, int Turns, IReadOnlyList<HistorianRow> Rows, RecorderRow Recorder);

/// <summary>Storing the samples of the foil line beside plain SQLite inserts and a Parquet file: rate, size, reading back.</summary>
internal static class HistorianBenchmark
{
    private const int Batch = 1000;

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter errors)
    {
        if (await BenchmarkOptions.ParseAsync("historian", words, errors) is not { } options)
        {
            return 2;
        }

        int turns = options.Quick ? 2 : 3, count = options.Quick ? 200_000 : 1_000_000;
        var rows = new List<HistorianRow>();
        foreach (var (values, digits) in new[] { ("five digits, as an instrument reports", 5), ("every bit of simulated noise", 17) })
        {
            rows.AddRange(Compare(values, HistorianData.Samples(count, digits), turns));
        }

        var report = new HistorianReport(Machine.Describe(), turns, rows, await RecorderAsync(HistorianData.Samples(count / 10, 5)));
        await output.WriteLineAsync($"{report.Machine.Cpu}, {report.Machine.Runtime}, {count} samples in transactions of {Batch}");
        foreach (var group in rows.GroupBy(r => r.Values))
        {
            await output.WriteLineAsync(group.Key);
            foreach (var r in group)
            {
                await output.WriteLineAsync(FormattableString.Invariant($"  {r.Contender,-36} {r.PerSecond,10:F0}/s {r.VersusPlain,6:F2} x plain   {r.MegabytesPerMillion,6:F1} MB per million   read {r.ReadPerSecond,10:F0}/s"));
            }
        }

        await output.WriteLineAsync(FormattableString.Invariant($"one by one, each on disk before the next: {report.Recorder.PerSecond:F0}/s; offering costs {report.Recorder.OfferNanoseconds:F0} ns"));
        await options.WriteAsync(report);
        return 0;
    }

    private static IEnumerable<HistorianRow> Compare(string values, List<Sample> samples, int turns)
    {
        IHistorianPeer[] peers = [new StorePeer(), new PlainSqlite(indexed: true), new PlainSqlite(indexed: false), new ParquetPeer()];
        string root = Directory.CreateTempSubdirectory("optimizer-historian-").FullName;
        try
        {
            int[] runs = new int[peers.Length];
            string Folder(int peer, int run) => Path.Combine(root, $"{peer}-{run}");
            var written = InterleavedTiming.Run([.. peers.Select((p, i) => (Action)(() =>
            {
                string folder = Folder(i, runs[i]++);
                Directory.CreateDirectory(folder);
                p.Write(folder, samples, Batch);
            }))], turns);
            var read = InterleavedTiming.Run([.. peers.Select((p, i) => (Action)(() => Require(p, p.ReadAll(Folder(i, 0), samples), samples.Count)))], turns);
            for (int i = 0; i < peers.Length; i++)
            {
                long bytes = Directory.EnumerateFiles(Folder(i, 0)).Sum(f => new FileInfo(f).Length);
                yield return new HistorianRow(
                    peers[i].Name, values, samples.Count, Batch, samples.Count / InterleavedTiming.Median([.. written[i].Select(t => t.Seconds)]), InterleavedTiming.MedianRatio(written[1], written[i]),
                    bytes / (double)samples.Count, samples.Count / InterleavedTiming.Median([.. read[i].Select(t => t.Seconds)]));
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<RecorderRow> RecorderAsync(List<Sample> samples)
    {
        string folder = Directory.CreateTempSubdirectory("optimizer-historian-").FullName;
        try
        {
            using var store = StorePeer.Open(folder, samples);
            await using var recorder = new HistoryRecorder(store, TimeProvider.System, capacity: 1 << 20);
            long start = Stopwatch.GetTimestamp();
            foreach (var sample in samples)
            {
                recorder.Offer(new HistoryEntry(sample), mustStay: true);
                await recorder.FlushAsync();
            }

            double one = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            foreach (var sample in samples)
            {
                recorder.Offer(new HistoryEntry(sample), mustStay: false);
            }

            double offering = Stopwatch.GetElapsedTime(start).TotalSeconds;
            await recorder.FlushAsync();
            return new RecorderRow(samples.Count / one, 1e9 * offering / samples.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Require(IHistorianPeer peer, long found, int expected)
    {
        if (found != expected)
        {
            throw new InvalidOperationException($"{peer.Name}: read {found} samples back, expected {expected}");
        }
    }
}
