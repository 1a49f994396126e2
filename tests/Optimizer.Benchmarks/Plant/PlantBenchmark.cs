using System.Diagnostics;
using CopperFoilLine;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Simulation;
using Optimizer.Simulation.Mqtt;

namespace Optimizer.Benchmarks.Plant;

/// <param name="Way">How the plant was run.</param>
/// <param name="TimesRealTime">Simulated over wall seconds; the median of the turns.</param>
/// <param name="SamplesPerSecond">Values per wall second.</param>
/// <param name="Lost">Values published that the subscriber did not get.</param>
internal sealed record PlantRow(string Way, double SimulatedHours, long Samples, double TimesRealTime, double SamplesPerSecond, long Lost);

internal sealed record PlantReport(Machine Machine, int Turns, IReadOnlyList<PlantRow> Rows);

/// <summary>How much faster than real time the foil line runs: in process on one thread, and over the embedded broker to a subscriber of everything.</summary>
internal static class PlantBenchmark
{
    private const string Location = "aurum/lz1/foil/l01";
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter errors)
    {
        if (await BenchmarkOptions.ParseAsync("plant", words, errors) is not { } options)
        {
            return 2;
        }

        bool quick = options.Quick;
        int turns = quick ? 2 : 5;
        var runs = new List<PlantRow>[3];
        for (int turn = 0; turn < turns; turn++)
        {
            (runs[0] ??= []).Add(InProcess("in process, every tag at its native period", TimeSpan.Zero, quick ? 12 : 48));
            (runs[1] ??= []).Add(InProcess("in process, values once a minute", TimeSpan.FromMinutes(1), quick ? 120 : 480));
            (runs[2] ??= []).Add(await OverBrokerAsync("embedded broker, every tag at its native period", quick ? 1 : 3));
        }

        var report = new PlantReport(Machine.Describe(), turns, [.. runs.Select(Median)]);
        await output.WriteLineAsync($"{report.Machine.Cpu}, {report.Machine.Runtime}");
        foreach (var row in report.Rows)
        {
            await output.WriteLineAsync(FormattableString.Invariant($"{row.Way,-50} {row.TimesRealTime,9:F0} x real time, {row.SamplesPerSecond,9:F0} values/s, {row.Lost} lost"));
        }

        await options.WriteAsync(report);
        return 0;
    }

    private static PlantRow Median(List<PlantRow> turns)
    {
        var ordered = turns.OrderBy(t => t.TimesRealTime).ToList();
        return ordered[ordered.Count / 2] with { Lost = turns.Sum(t => t.Lost) };
    }

    private static PlantRow InProcess(string way, TimeSpan period, double hours)
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 1, TelemetryPeriod = period });
        double[] setpoints = line.Grade.Hand.ToArray();
        var read = new List<Sample>();
        long samples = 0, started = Stopwatch.GetTimestamp();
        for (int n = 0; n < hours * 360; n++)
        {
            line.Step(Step, setpoints);
            line.Read(read);
            samples += read.Count;
            read.Clear();
        }

        return Row(way, hours, samples, Stopwatch.GetElapsedTime(started), 0);
    }

    private static async Task<PlantRow> OverBrokerAsync(string way, double hours)
    {
        await using var broker = await EmbeddedBroker.StartAsync(0);
        var line = new FoilLine(new FoilLineOptions { Seed = 1, TelemetryPeriod = TimeSpan.Zero });
        var tags = FoilTags.Setpoints.Zip(line.Grade.Hand.ToArray(), (s, hand) => new GatewayTag(s.Tag, s.EngineeringUnit, 0.1, 10_000, 1, 1, hand));
        var gateway = new PlantGateway(new GatewayOptions { Name = "gw-l01", Tags = [.. tags] });
        var topics = new TopicTree(Location);
        long got = 0, beats = 0;
        MqttLink? listener = null;
        listener = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "listener", Filters = [$"{Location}/#"], InboundCapacity = 1_048_576 },
            async (m, cancel) =>
            {
                if (m.Topic == topics.Heartbeat("gw-l01"))
                {
                    // The echo is what makes the plant wait until everything before it was handled.
                    long n = HeartbeatPayload.Decode(m.Payload.Span).Value!.N;
                    await listener!.PublishAsync(new OutboundMessage(topics.Heartbeat("opt"), HeartbeatPayload.Encode(new Heartbeat("opt", ++beats, n, line.Now)), 0), TimeSpan.FromSeconds(5), cancel);
                }
                else if (m.Topic.StartsWith(Location + "/_raw/", StringComparison.Ordinal))
                {
                    got++;
                }
                else if (m.Topic.Contains("/lab/", StringComparison.Ordinal))
                {
                    got += LabPayload.Decode(m.Payload.Span).Value!.Results.Count;
                }
            },
            TimeProvider.System);
        await using var host = new PlantHost(new PlantHostOptions { Host = "127.0.0.1", Port = broker.Port, Location = Location, LabUnits = FoilTags.Results }, line, gateway, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        Task[] links = [listener.RunAsync(stop.Token), host.RunAsync(stop.Token)];
        await listener.WaitConnectedAsync(TimeSpan.FromSeconds(10), stop.Token);
        await host.Link.WaitConnectedAsync(TimeSpan.FromSeconds(10), stop.Token);
        long started = Stopwatch.GetTimestamp();
        await host.AdvanceAsync(line.Now + TimeSpan.FromHours(hours), stop.Token);
        var wall = Stopwatch.GetElapsedTime(started);
        await stop.CancelAsync();
        await Task.WhenAll(links);
        await listener.DisposeAsync();
        return Row(way, hours, host.SamplesPublished, wall, host.SamplesPublished - got);
    }

    private static PlantRow Row(string way, double hours, long samples, TimeSpan wall, long lost) =>
        new(way, hours, samples, Math.Round(hours * 3600 / wall.TotalSeconds), Math.Round(samples / wall.TotalSeconds), lost);
}
