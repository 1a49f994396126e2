using System.Text;
using Microsoft.Data.Sqlite;
using Optimizer.Cycle;
using Optimizer.Historian;
using Optimizer.History;
using Optimizer.Mqtt;
using Optimizer.Plant;

namespace Optimizer.Edge.Tests.Line;

public abstract class LineWorkerOnBroker(BrokerKind kind)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task GarbageOnEveryTopic_IsCountedAndTheLineGoesOn()
    {
        await using var bench = await Bench.StartAsync(kind: kind);
        await bench.RunAsync(0.2);
        var topics = new TelemetryDecoder(Edge.Line.SiteBindings.Of(bench.Site.Site), true).Topics
            .Concat([bench.Topics.Heartbeat("gw-l01"), bench.Topics.SetpointAck("gw-l01"), bench.Topics.ModeCommand]).ToList();
        var random = new Random(3);
        byte[][] garbage =
        [
            [], [0], Encoding.UTF8.GetBytes("{\"timestamp_ms\":"), Encoding.UTF8.GetBytes("{\"timestamp_ms\":1,\"value\":\"x\"}"), Encoding.UTF8.GetBytes("[[[[[[[[[[[[[[]]]]]]]]]]]]]]"),
            new byte[300_000], [.. Enumerable.Range(0, 500).Select(_ => (byte)random.Next(256))],
        ];
        foreach (string topic in topics)
        {
            foreach (byte[] payload in garbage)
            {
                await bench.Console.PublishAsync(new OutboundMessage(topic, payload, 1), Deadline, Bench.Cancel);
            }
        }

        var counters = bench.Worker.Counters;
        // A real broker keeps what is too large for us from us; the embedded one knows no such limit.
        int tooLarge = kind == BrokerKind.Mosquitto ? 1 : 0, arriving = garbage.Length - tooLarge;
        long sent = topics.Count * arriving;
        await Bench.UntilAsync(() => counters["telemetry_rejected"] + counters["heartbeat_rejected"] + counters["ack_rejected"] + counters["mode_command_rejected"] >= sent);
        long samples = counters["samples"];
        await bench.RunAsync(0.2);

        await Bench.UntilAsync(() => counters["samples"] > samples);
        Assert.Equal((arriving, arriving, arriving), (counters["heartbeat_rejected"], counters["ack_rejected"], counters["mode_command_rejected"]));
        Assert.Equal((0, 0), (bench.Worker.Link.HandlerFailures, counters["failures"]));
        Assert.Equal(0, bench.Host.MissedEchoes);
        Assert.All(counters.Reasons.Values, r => Assert.False(string.IsNullOrWhiteSpace(r)));
    }

    [Fact]
    public async Task Mode_IsAnnouncedBeforeItEverChanged()
    {
        await using var bench = await Bench.StartAsync(kind: kind);
        await bench.RunAsync(0.1);

        await Bench.UntilAsync(() =>
        {
            lock (bench.Replies)
            {
                return bench.Replies.Any(m => m.Topic == bench.Topics.StateMode && ModePayload.DecodeState(m.Payload.Span).Value is { Mode: OperatingMode.Off, Version: 1 });
            }
        });
    }

    [Fact]
    public async Task ValueFromTheFuture_DoesNotMakeTheRestLookOld()
    {
        await using var bench = await Bench.StartAsync(kind: kind);
        await bench.RunAsync(0.2);
        string topic = bench.Topics.Raw("f01/pv/current");
        await bench.Console.PublishAsync(new OutboundMessage(topic, TelemetryEncoder.Encode(bench.Worker.Now.AddYears(50), 29), 1), Deadline, Bench.Cancel);
        await Bench.UntilAsync(() => bench.Worker.Counters["ahead_of_process_time"] == 1);
        await bench.RunAsync(0.1);

        var latest = bench.Worker.Loop!.Historian["current"].Latest(bench.Worker.Now, bench.Worker.Now)!.Value;
        Assert.True(bench.Worker.Now - latest.SampledAt < TimeSpan.FromMinutes(3), $"{latest.SampledAt:O} at {bench.Worker.Now:O}");
    }

    [Fact]
    public async Task BrokerRestart_LosesNothingThatWasAccepted()
    {
        await using var bench = await Bench.StartAsync(kind: kind);
        await bench.RunAsync(5);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        int before = bench.Worker.Loop!.Historian["tensile_strength"].Count;

        await bench.Broker.StopAsync();
        await Bench.UntilAsync(() => !bench.Worker.Link.IsUp && !bench.Host.Link.IsUp);
        await bench.Broker.StartAsync();
        await Bench.UntilAsync(() => bench.Worker.Link.Connections == 2 && bench.Host.Link.Connections == 2 && bench.Worker.Link.IsUp && bench.Host.Link.IsUp);
        await bench.RunAsync(6);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);

        Assert.Equal(2, before);
        // A strip every 2 h, known within the next hour: five of them after eleven hours, none lost, none twice.
        Assert.Equal(5, bench.Worker.Loop.Historian["tensile_strength"].Count);
        Assert.Equal(2, bench.Worker.Counters["connections"]);
    }

    [Fact]
    public async Task BrokerOfOldProtocol_IsReadFromAndNeverWrittenThrough()
    {
        await using var bench = await Bench.StartAsync(version: MqttVersion.Three, kind: kind);
        await bench.RunAsync(0.5);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        Assert.True(bench.Worker.Counters["samples"] > 0);

        // Over 3.1.1 a command names no reply topic.
        await bench.ModeAsync(OperatingMode.Closed, replyTo: null);
        Assert.StartsWith("Advisory at most: the broker was reached by MQTT 3.1.1", bench.Worker.Counters.Reasons["mode_command_rejected"], StringComparison.Ordinal);
        await bench.ModeAsync(OperatingMode.Advisory, replyTo: null);

        Assert.Equal(OperatingMode.Advisory, bench.Worker.Loop!.Mode.Mode);
        Assert.Contains("is spoken to by MQTT 3.1.1", bench.Worker.Counters.Reasons["broker_notices"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task LabResultLateTwiceAndOutOfOrder_IsCountedAndKeptOnce()
    {
        await using var bench = await Bench.StartAsync(kind: kind);
        await bench.RunAsync(1);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        var now = bench.Worker.Now;
        var counters = bench.Worker.Counters;
        foreach (var (hoursAgo, value) in new[] { (30, 4.1), (40, 4.2), (30, 4.1), (40, 4.3) })
        {
            var result = new LabResultMessage($"late-{hoursAgo}", 0, LabStatus.Final, now.AddHours(-hoursAgo), now.AddHours(-1), [new LabValue("el", value, "%")]);
            await bench.Console.PublishAsync(new OutboundMessage(bench.Topics.Lab("roll"), LabPayload.Encode(result), 1), Deadline, Bench.Cancel);
        }

        await Bench.UntilAsync(() => counters["replaced"] == 1);
        Assert.Equal((1L, 1L, 1L), (counters["out_of_order"], counters["duplicate"], counters["replaced"]));
        var series = bench.Worker.Loop!.Historian["elongation_lab"];
        Assert.Equal([4.3, 4.1], series.Window(now.AddDays(-3), now, now).Select(s => s.Value));
        Assert.Empty(series.Window(now.AddDays(-3), now, knownBy: now.AddHours(-2)));
        Assert.Equal(1, bench.Worker.Loop.Historian.Count(AppendOutcome.Duplicate));
    }

    [Fact]
    public async Task PlantThatFallsSilent_LeadsToHoldUntilAPersonReArms()
    {
        await using var bench = await Bench.StartAsync(watchdog: TimeSpan.FromSeconds(12), kind: kind);
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
        await bench.RunAsync(6);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        int written = bench.Worker.Loop!.Ledger.Written;
        Assert.True(written > 0, bench.Worker.Loop.LastOutcome?.Sentence);

        // The plant stops answering: nothing calls AdvanceAsync. Lease 60 s, watchdog 12 s.
        await Bench.UntilAsync(() => bench.Worker.Loop.Mode.Mode == OperatingMode.Advisory);
        Assert.Matches("^gateway gw-l01 is silent for 1[2-9]\\.\\d s, limit 12 s$", bench.Worker.Loop.Mode.Cause);
        Assert.StartsWith("Hold: gateway gw-l01 is silent", bench.Worker.Loop.LastOutcome!.Sentence, StringComparison.Ordinal);

        // It returns: advice goes on, writing does not.
        await bench.RunAsync(8);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        Assert.Equal(written, bench.Worker.Loop.Ledger.Written);
        Assert.Contains("suspended until somebody re-arms", string.Join('\n', bench.Seen<DecisionMade>().TakeLast(6).Select(d => d.Outcome.Sentence)), StringComparison.Ordinal);

        Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
        await bench.RunAsync(8);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        Assert.True(bench.Worker.Loop.Ledger.Written > written, bench.Worker.Loop.LastOutcome?.Sentence);
        Assert.Null(bench.Audit.FirstBroken());
        Assert.Contains(bench.Audit.Read(), r => r.Kind == "mode" && r.Body.Contains("silent", StringComparison.Ordinal));
        Assert.Equal(bench.Worker.Loop.Ledger.Written, bench.Audit.Read().Count(r => r.Kind == "write"));
    }

    [Fact]
    public async Task AuditThatCannotBeWritten_StopsEveryWrite()
    {
        await using var bench = await Bench.StartAsync(kind: kind);
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(bench.Folder, AuditRecord.FileName)};Pooling=False"))
        {
            await connection.OpenAsync(Bench.Cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE audit";
            await command.ExecuteNonQueryAsync(Bench.Cancel);
        }

        await bench.ModeAsync(OperatingMode.Closed);
        var hand = bench.Plant.Gateway.Setpoints.ToArray();
        await bench.RunAsync(6);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);

        Assert.Equal(hand, bench.Plant.Gateway.Setpoints);
        Assert.Equal(OperatingMode.Advisory, bench.Worker.Loop!.Mode.Mode);
        Assert.True(bench.Worker.Counters["audit_failed"] > 0);
    }

    [Fact]
    public async Task ModeCommand_IsCheckedAndAnswered()
    {
        await using var bench = await Bench.StartAsync(kind: kind);
        await bench.RunAsync(0.1);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);

        Assert.Contains("expires", (await bench.ModeAsync(OperatingMode.Closed, c => c with { ExpiresAt = c.IssuedAt.AddSeconds(-1) }))!.Reason, StringComparison.Ordinal);
        Assert.Contains("version", (await bench.ModeAsync(OperatingMode.Closed, c => c with { ExpectedVersion = 99 }))!.Reason, StringComparison.Ordinal);
        Assert.Contains("unit U9", (await bench.ModeAsync(OperatingMode.Closed, c => c with { Unit = "U9" }))!.Reason, StringComparison.Ordinal);
        Assert.Contains("retained", (await bench.ModeAsync(OperatingMode.Closed, retain: true))!.Reason, StringComparison.Ordinal);
        Assert.Equal(OperatingMode.Off, bench.Worker.Loop!.Mode.Mode);

        // A reply topic outside clients/ would make us publish with our rights what another may not.
        await bench.ModeAsync(OperatingMode.Closed, replyTo: bench.Topics.SetpointSet("gw-l01"));
        Assert.Equal(OperatingMode.Closed, bench.Worker.Loop.Mode.Mode);
        var reply = (await bench.ModeAsync(OperatingMode.Shadow))!;
        Assert.Equal((true, OperatingMode.Shadow, 3), (reply.Done, reply.Mode, reply.Version));
    }
}

public sealed class LineWorkerOnEmbeddedBrokerTests() : LineWorkerOnBroker(BrokerKind.Embedded);

public sealed class LineWorkerOnMosquittoTests() : LineWorkerOnBroker(BrokerKind.Mosquitto);
