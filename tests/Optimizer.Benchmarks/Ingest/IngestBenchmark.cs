using System.Diagnostics;
using Optimizer.Mqtt;
using Optimizer.Testing;

namespace Optimizer.Benchmarks.Ingest;

/// <param name="PerSecond">Messages per second; the median of the turns.</param>
/// <param name="VersusBare">The same over a bare MQTTnet subscriber's, within each turn; the median.</param>
/// <param name="Lost">Messages that did not arrive, over all turns.</param>
internal sealed record DrainRow(string Contender, int QualityOfService, int Messages, double PerSecond, double VersusBare, long Lost);

/// <param name="PerSecond">Samples per second on one core, bytes in memory.</param>
/// <param name="BytesAllocated">Per sample.</param>
internal sealed record DecodeRow(string Way, double PerSecond, double BytesAllocated);

/// <param name="Rate">Messages per second that were published.</param>
/// <param name="Dropped">Counted by the link as dropped for want of room.</param>
internal sealed record PaceRow(double Rate, long Published, long Received, long Dropped);

internal sealed record IngestReport(Machine Machine, string Broker, int Turns, IReadOnlyList<DrainRow> Drain, PaceRow Pace, IReadOnlyList<DecodeRow> Decode);

/// <summary>How fast telemetry comes in: from a real broker into the historian's memory, beside clients that only count; and from memory.</summary>
internal static class IngestBenchmark
{
    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter errors)
    {
        if (await BenchmarkOptions.ParseAsync("ingest", words, errors) is not { } options)
        {
            return 2;
        }

        bool quick = options.Quick;
        if (MosquittoBroker.Missing is { } missing)
        {
            await errors.WriteLineAsync($"ingest: {missing}");
            return 2;
        }

        int turns = quick ? 2 : 7, messages = quick ? 20_000 : 100_000;
        var drains = new List<DrainRow>();
        foreach (int quality in new[] { 0, 1 })
        {
            drains.AddRange(await DrainAsync(quality, messages, turns));
        }

        var report = new IngestReport(Machine.Describe(), "mosquitto on loopback", turns, drains, await Pace.RunAsync(10_000, quick ? 3 : 20), Decoding.Rows(quick));
        await output.WriteLineAsync($"{report.Machine.Cpu}, {report.Machine.Runtime}, {report.Broker}");
        foreach (var row in report.Drain)
        {
            await output.WriteLineAsync(FormattableString.Invariant($"drain QoS {row.QualityOfService} {row.Contender,-42} {row.PerSecond,9:F0} messages/s, {row.VersusBare:F2} x bare MQTTnet, {row.Lost} lost"));
        }

        await output.WriteLineAsync(FormattableString.Invariant($"pace {report.Pace.Rate:F0} messages/s: {report.Pace.Published} published, {report.Pace.Received} received, {report.Pace.Dropped} dropped"));
        foreach (var row in report.Decode)
        {
            await output.WriteLineAsync(FormattableString.Invariant($"decode {row.Way,-50} {row.PerSecond,9:F0} samples/s, {row.BytesAllocated:F1} bytes allocated per sample"));
        }

        await options.WriteAsync(report);
        return 0;
    }

    // Each turn one publisher fills the broker's queues of all contenders while they are away; then each takes its queue, in rotating order.
    private static async Task<IEnumerable<DrainRow>> DrainAsync(int quality, int messages, int turns)
    {
        await using var broker = await MosquittoBroker.StartAsync("""
            listener {port} 127.0.0.1
            allow_anonymous true
            max_queued_messages 0
            max_inflight_messages 0
            queue_qos0_messages true
            log_type error
            """);
        Drainer[] contenders = [new BareMqttNet(), new OurIngest(), new MosquittoSub()];
        foreach (var contender in contenders)
        {
            await contender.SubscribeAsync(broker.Port, quality);
        }

        double[][] seconds = [.. contenders.Select(_ => new double[turns])];
        long[] lost = new long[contenders.Length];
        for (int turn = 0; turn < turns; turn++)
        {
            await Filler.FillAsync(broker.Port, messages, quality);
            for (int place = 0; place < contenders.Length; place++)
            {
                int k = (place + turn) % contenders.Length;
                long started = Stopwatch.GetTimestamp();
                // More than were sent: redelivered, because a client left before its last acknowledgements arrived.
                lost[k] += Math.Max(0, messages - await contenders[k].DrainAsync(broker.Port, messages, quality));
                seconds[k][turn] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
        }

        return contenders.Select((c, k) => new DrainRow(
            c.Name, quality, messages, Math.Round(messages / InterleavedTiming.Median(seconds[k])),
            Math.Round(InterleavedTiming.Median([.. seconds[0].Zip(seconds[k], (bare, own) => bare / own)]), 3), lost[k]));
    }
}
