using System.Diagnostics;
using System.Text;
using Optimizer.Mqtt;
using Optimizer.Plant;

namespace Optimizer.Benchmarks.Ingest;

/// <summary>Decoding alone, from bytes in memory, on one thread.</summary>
internal static class Decoding
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<DecodeRow> Rows(bool quick)
    {
        var binding = new TagBinding { Tag = "t", Topic = "t", EngineeringUnit = "kA", Low = 0, High = 100 };
        const string Batch = """{"timestamp_ms":1772366400000,"points":[{"tag":"k","value":29.4},{"tag":"k","value":29.4},{"tag":"k","value":29.4},{"tag":"k","value":29.4},{"tag":"k","value":29.4},{"tag":"k","value":29.4},{"tag":"k","value":29.4},{"tag":"k","value":29.4}]}""";
        const string Opc = """{"MessageType":"ua-data","Messages":[{"Payload":{"k":{"Value":29.4,"SourceTimestamp":"2026-03-01T12:00:00Z"}}}]}""";
        return
        [
            Row("native point", binding, """{"timestamp_ms":1772366400000,"value":29.4}""", quick),
            Row("native point with quality, by paths", binding with { QualityPath = PayloadPath.Parse("$.quality") }, """{"timestamp_ms":1772366400000,"value":29.4,"quality":"uncertain"}""", quick),
            Row("batch of eight", binding with { Dialect = TelemetryDialect.Items, Items = ItemsForm.Batch, Key = "k" }, Batch, quick),
            Row("OPC UA PubSub, one field", binding with { Dialect = TelemetryDialect.OpcUaPubSub, Key = "k" }, Opc, quick),
        ];
    }

    private static DecodeRow Row(string way, TagBinding binding, string text, bool quick)
    {
        var decoder = new TelemetryDecoder([binding], sourceClock: true);
        byte[] payload = Encoding.UTF8.GetBytes(text);
        var into = new List<Sample>(16);
        int turns = quick ? 3 : 9, messages = quick ? 50_000 : 500_000;
        double[] rates = new double[turns];
        double allocated = 0;
        for (int turn = 0; turn < turns; turn++)
        {
            long samples = 0, bytes = GC.GetAllocatedBytesForCurrentThread(), started = Stopwatch.GetTimestamp();
            for (int n = 0; n < messages; n++)
            {
                into.Clear();
                decoder.Decode("t", payload, Now, false, into);
                samples += into.Count;
            }

            rates[turn] = samples / Stopwatch.GetElapsedTime(started).TotalSeconds;
            allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / samples;
        }

        return new DecodeRow(way, Math.Round(InterleavedTiming.Median(rates)), Math.Round(allocated, 1));
    }
}
