using System.Text.Json;
using Microsoft.Data.Sqlite;
using Optimizer.Cycle;
using Optimizer.Historian;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Line;

/// <summary>A worker that begins where another ended: what was learned, moved and recorded goes on.</summary>
public class RestartTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task RestartedWorker_KnowsWhatWasToldBefore()
    {
        await using var bench = await Bench.StartAsync(watchdog: TimeSpan.FromMinutes(5), history: true);
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        await bench.ModeAsync(OperatingMode.Shadow);
        await bench.RunAsync(2);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        var before = bench.Worker.Loop!;
        int results = before.Historian["tensile_strength"].Count, flow = before.Historian["feed_flow_pv"].Count, learned = Rows(bench);
        var latest = before.Historian["current"].Latest(bench.Worker.Now, bench.Worker.Now);
        Assert.True(results > 50 && learned > 0, $"{results} results, {learned} rows");

        await bench.RestartAsync();
        await bench.RunAsync(0.1);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        var after = bench.Worker.Loop!;

        Assert.Equal(latest!.Value.Value, after.Historian["current"].Latest(latest.Value.SampledAt, bench.Worker.Now)!.Value.Value);
        Assert.InRange(after.Historian["tensile_strength"].Count, results, results + 1);
        Assert.InRange(after.Historian["feed_flow_pv"].Count, flow, flow + 40);
        bench.Events.Clear();
        await bench.ModeAsync(OperatingMode.Shadow);
        await bench.RunAsync(1.1);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now && bench.Seen<DecisionMade>().Count > 0);
        // It trains at its first cycle from what it read back: as much as the life before it knew.
        Assert.InRange(Rows(bench), learned, learned + 30);
        Assert.DoesNotContain(bench.Seen<DecisionMade>(), d => d.Outcome.Sentence.Contains("no value", StringComparison.Ordinal));
        Assert.Equal(["start", "start"], bench.Audit.Read().Where(r => r.Kind == "start").Select(r => r.Kind));
    }

    [Fact]
    public async Task ResultsThatCameWhileItWasAway_AreTakenBeforeTimeIsKnown()
    {
        await using var bench = await Bench.StartAsync(kind: BrokerKind.Mosquitto, history: true);
        await bench.RunAsync(0.2);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        var now = bench.Worker.Now;

        await bench.RestartAsync(async () =>
        {
            var result = new LabResultMessage("away-1", 0, LabStatus.Final, now.AddHours(-30), now.AddHours(-1), [new LabValue("el", 4.25, "%")]);
            await bench.Console.PublishAsync(new OutboundMessage(bench.Topics.Lab("roll"), LabPayload.Encode(result), 1), Deadline, Bench.Cancel);
        });
        await Bench.UntilAsync(() => bench.Worker.Counters["before_first_heartbeat"] > 0);
        await bench.RunAsync(0.1);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);

        Assert.Contains(bench.Worker.Loop!.Historian["elongation_lab"].Window(now.AddDays(-3), now, bench.Worker.Now), s => s.Value.Equals(4.25));
    }

    [Fact]
    public async Task MovesOfTheLastDay_CountOnInTheNextLife()
    {
        await using var bench = await Bench.StartAsync(watchdog: TimeSpan.FromMinutes(5), history: true);
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
        await bench.RunAsync(6);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        var travelled = Travel(bench);
        Assert.Contains(travelled, t => t.Value > 0);

        await bench.RestartAsync();
        await bench.RunAsync(0.1);
        await bench.ModeAsync(OperatingMode.Shadow);
        await bench.RunAsync(1.1);
        await Bench.UntilAsync(() => bench.Worker.Loop?.LastInput is not null);

        var after = Travel(bench);
        Assert.All(travelled, t => Assert.True(after[t.Key] >= t.Value - 1e-9, $"{t.Key}: {after[t.Key]} after {t.Value}"));
        Assert.Equal(OperatingMode.Shadow, bench.Worker.Loop!.Mode.Mode);
        var rows = bench.Audit.Read().ToList();
        Assert.Equal(bench.Audit.Ledger(DateTimeOffset.MinValue).Count, rows.Where(r => r.Kind == "write").Select(r => Json(r).GetProperty("setpoint_id").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Decisions_NameModelSiteFileAndInputs()
    {
        await using var bench = await Bench.StartAsync(watchdog: TimeSpan.FromMinutes(5));
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        await bench.ModeAsync(OperatingMode.Shadow);
        await bench.RunAsync(3.1);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now && bench.Worker.Loop!.Surrogates is not null && bench.Seen<DecisionMade>().Count > 2);

        var rows = bench.Audit.Read().ToList();
        var start = Json(rows.First(r => r.Kind == "start"));
        Assert.Equal(bench.Site.Hash, start.GetProperty("site_hash").GetString());
        Assert.Equal(64, bench.Site.Hash.Length);
        var decision = Json(rows.Last(r => r.Kind == "decision"));
        Assert.Equal((bench.Site.Hash, bench.Worker.Loop!.Surrogates!.Hash, 64),
            (decision.GetProperty("site_hash").GetString(), decision.GetProperty("model_hash").GetString(), decision.GetProperty("inputs_hash").GetString()!.Length));
        Assert.NotEqual(decision.GetProperty("inputs_hash").GetString(), Json(rows.First(r => r.Kind == "decision")).GetProperty("inputs_hash").GetString());
        var mode = Json(rows.First(r => r.Kind == "mode"));
        Assert.Equal(("off", "shadow", "anna"), (mode.GetProperty("before").GetString(), mode.GetProperty("mode").GetString(), mode.GetProperty("by").GetProperty("user").GetString()));
    }

    [Fact]
    public async Task RecordThatCanBeWrittenAgain_SaysWhatIsMissingAndLetsAPersonReArm()
    {
        await using var bench = await Bench.StartAsync(watchdog: TimeSpan.FromMinutes(5));
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        await ExecuteAsync(bench, "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END");
        await bench.ModeAsync(OperatingMode.Closed);
        var hand = bench.Plant.Gateway.Setpoints.ToArray();
        await bench.RunAsync(3);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        Assert.Equal((false, OperatingMode.Advisory), (bench.Worker.Loop!.AuditWritable, bench.Worker.Loop.Mode.Mode));
        Assert.Equal(hand, bench.Plant.Gateway.Setpoints);

        await ExecuteAsync(bench, "DROP TRIGGER broken");
        await Bench.UntilAsync(() => bench.Worker.Loop.AuditWritable);

        Assert.Equal(OperatingMode.Advisory, bench.Worker.Loop.Mode.Mode);
        Assert.DoesNotContain(bench.Worker.Loop.Alarms, a => a.Kind == AlarmKind.OptAuditFail);
        var resumed = Json(bench.Audit.Read().Last(r => r.Kind == "audit_resumed"));
        Assert.True(resumed.GetProperty("lost").GetInt64() > 2, resumed.GetRawText());
        Assert.Contains("no room", resumed.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Null(bench.Audit.FirstBroken());
        Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
        await bench.RunAsync(4);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);
        Assert.NotEqual(hand, bench.Plant.Gateway.Setpoints);
    }

    [Fact]
    public async Task FullDisk_EndsWritingIsRecordedAndPassesWhenThereIsRoomAgain()
    {
        string below = Directory.CreateTempSubdirectory("optimizer-full-").FullName;
        using (var disk = SmallDisk.Mount(below, "24m"))
        await using (var bench = await Bench.StartAsync(watchdog: TimeSpan.FromMinutes(5), history: true, folder: disk.Folder, reserve: 2 << 20))
        {
            await bench.HistoryAsync(150);
            await bench.RunAsync(0.1);
            Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
            string ballast = Path.Combine(disk.Folder, "ballast");
            Fill(ballast);
            await bench.RunAsync(4);
            await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now && !bench.Worker.Loop!.AuditWritable);

            Assert.Equal(OperatingMode.Advisory, bench.Worker.Loop!.Mode.Mode);
            Assert.Contains("disk is full", bench.Worker.Loop.Mode.Cause, StringComparison.Ordinal);
            Assert.False(bench.Worker.Loop.Ledger.HoldsLease);
            Assert.Contains(bench.Audit.Read(), r => r.Kind == "mode" && r.Body.Contains("disk is full", StringComparison.Ordinal));
            var held = bench.Plant.Gateway.Setpoints.ToArray();
            await bench.RunAsync(1.5);
            Assert.Equal(held, bench.Plant.Gateway.Setpoints);

            File.Delete(ballast);
            await Bench.UntilAsync(() => bench.Worker.Loop.AuditWritable && bench.Recorder!.Trouble is null && bench.Recorder.Waiting == 0);

            Assert.Equal(OperatingMode.Advisory, bench.Worker.Loop.Mode.Mode);
            Assert.Equal("audit_resumed", bench.Audit.Read().Last(r => r.Kind.StartsWith("audit", StringComparison.Ordinal)).Kind);
            Assert.Null(bench.Audit.FirstBroken());
            Assert.Equal(0, bench.Recorder!.Dropped);
        }

        Directory.Delete(below, recursive: true);
    }

    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            while (true)
            {
                stream.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
        }
    }

    private static int Rows(Bench bench) => bench.Seen<TrainingStarted>().Select(t => t.Rows).DefaultIfEmpty().Last();

    private static Dictionary<string, double> Travel(Bench bench) =>
        bench.Worker.Loop!.LastInput!.Context.Variables.ToDictionary(v => v.Key, v => v.Value.Travel24Hours, StringComparer.Ordinal);

    private static JsonElement Json(AuditRow row) => JsonDocument.Parse(row.Body).RootElement;

    private static async Task ExecuteAsync(Bench bench, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(bench.Folder, AuditRecord.FileName)};Pooling=False");
        await connection.OpenAsync(Bench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Bench.Cancel);
    }
}
