using System.Text;
using MQTTnet;
using Optimizer.Cycle;
using Optimizer.Edge.Commands;
using Optimizer.Edge.Connection;
using Optimizer.Edge.Line;
using Optimizer.Edge.Tests.Line;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Security;

/// <summary>The rows of the attack table that worker and gateway together have to stand; SecurityTests of Optimizer.Mqtt.Tests says where the others are.</summary>
public sealed class SecurityTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    // Row "spoofed sp/ack": what matches nothing outstanding is counted and changes nothing.
    [Fact]
    public async Task SpoofedAcknowledgement_IsCountedAndChangesNothing()
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(0.1);
        await bench.ModeAsync(OperatingMode.Closed);
        var loop = bench.Worker.Loop!;
        var (mode, held) = (loop.Mode, loop.Ledger.HoldsLease);
        Acknowledgement[] spoofed =
        [
            Ack(bench.Worker.Epoch, "gw-l01", AcknowledgementState.Verified),
            Ack(bench.Worker.Epoch - 1, "gw-l01", AcknowledgementState.Verified),
            Ack(bench.Worker.Epoch + 1, "gw-l01", AcknowledgementState.LeaseLost),
        ];
        foreach (var ack in spoofed)
        {
            await bench.Console.PublishAsync(new OutboundMessage(bench.Topics.SetpointAck("gw-l01"), AcknowledgementPayload.Encode(ack), 1), Deadline, Bench.Cancel);
        }

        await bench.Console.PublishAsync(
            new OutboundMessage(bench.Topics.SetpointAck("gw-l01"), AcknowledgementPayload.Encode(Ack(bench.Worker.Epoch, "gw-l02", AcknowledgementState.Verified)), 1), Deadline, Bench.Cancel);
        await Bench.UntilAsync(() => bench.Worker.Counters["ack_rejected"] == 1);

        // What an earlier life of ours may have sent is late, not foreign.
        Assert.Equal((2, 1), (loop.Ledger.Unmatched, loop.Ledger.Late));
        Assert.Equal((mode, held, 0), (loop.Mode, loop.Ledger.HoldsLease, loop.Ledger.Written));
        Assert.Empty(bench.Seen<WriteEnded>());
    }

    // Row "replayed command", at the gateway: the stored answer, old_seq, stale_epoch, expired; and the same id for another request is no repeat.
    [Fact]
    public async Task ReplayedSetpoint_IsAnsweredAndDoesNothing()
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(0.1);
        await using var attacker = new Attacker(bench);
        await attacker.StartAsync();
        var first = attacker.Write(5, 7);

        Assert.Equal(AcknowledgementState.Accepted, (await attacker.SendAsync(first)).State);
        var held = bench.Plant.Gateway.Setpoints.ToArray();
        Assert.Equal(AcknowledgementState.Applied, (await attacker.SendAsync(first)).State);
        Assert.Equal(ReasonCode.OldSeq, (await attacker.SendAsync(attacker.Write(5, 7))).ReasonCode);
        Assert.Equal(ReasonCode.StaleEpoch, (await attacker.SendAsync(attacker.Write(4, 9))).ReasonCode);
        var late = attacker.Write(5, 8);
        Assert.Equal(ReasonCode.Expired, (await attacker.SendAsync(late with { IssuedAt = late.IssuedAt.AddMinutes(-5), ExpiresAt = late.ExpiresAt.AddMinutes(-5) })).ReasonCode);
        Assert.Equal(ReasonCode.Duplicate, (await attacker.SendAsync(first with { Lease = TimeSpan.FromHours(1) })).ReasonCode);
        Assert.Equal(held, bench.Plant.Gateway.Setpoints);
    }

    // Row "replayed command", of a person: an old one and one for a mode that changed since.
    [Fact]
    public async Task ReplayedModeCommand_IsRefused()
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(0.1);
        Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
        Assert.True((await bench.ModeAsync(OperatingMode.Advisory))!.Done);

        Assert.Contains("version", (await bench.ModeAsync(OperatingMode.Closed, c => c with { ExpectedVersion = 1 }))!.Reason, StringComparison.Ordinal);
        Assert.Contains("expires", (await bench.ModeAsync(OperatingMode.Closed, c => c with { IssuedAt = c.IssuedAt.AddHours(-1), ExpiresAt = c.IssuedAt.AddMinutes(-55) }))!.Reason, StringComparison.Ordinal);
        Assert.Equal(OperatingMode.Advisory, bench.Worker.Loop!.Mode.Mode);
    }

    // Row "retained poison": the gateway refuses it, whoever sent it, and wrong content types with it.
    [Fact]
    public async Task RetainedSetpointOrOneOfAnotherContentType_IsRefused()
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(0.1);
        await using var attacker = new Attacker(bench);
        await attacker.StartAsync();
        var held = bench.Plant.Gateway.Setpoints.ToArray();

        var retained = await attacker.SendAsync(attacker.Write(5, 1), retain: true);
        Assert.Equal((ReasonCode.BadSchema, "a setpoint must not be retained"), (retained.ReasonCode, retained.Reason));
        var cbor = await attacker.SendAsync(attacker.Write(5, 2), contentType: "application/cbor");
        Assert.Equal((ReasonCode.BadSchema, "content type application/cbor, expected application/json"), (cbor.ReasonCode, cbor.Reason));
        Assert.Equal(held, bench.Plant.Gateway.Setpoints);
    }

    // Row "confused deputy": nobody has the optimizer publish where they may not.
    [Theory]
    [InlineData("clients/victim/opt/reply")]
    [InlineData("aurum/lz1/foil/l01/_opt_v1/sp/set/gw-l01")]
    [InlineData("clients/console/../../x")]
    public async Task ResponseTopicOfAnother_GetsNoAnswer(string topic)
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(0.1);
        await using var attacker = new Attacker(bench);
        await attacker.StartAsync(topic);
        byte[] command = ModePayload.Encode(new ModeCommandMessage(
            SetpointIds.Create(bench.Worker.Now, 1, 1, "console"), OperatingMode.Shadow, "F01", "anna", bench.Worker.Now, bench.Worker.Now.AddMinutes(5), 1, "test")
        { Client = "console" });
        await bench.Console.PublishAsync(new OutboundMessage(bench.Topics.ModeCommand, command, 1) { ResponseTopic = topic }, Deadline, Bench.Cancel);
        await Bench.UntilAsync(() => bench.Worker.Loop!.Mode.Mode == OperatingMode.Shadow);

        // What the worker sends later must be all there is.
        Assert.NotNull(await bench.ModeAsync(OperatingMode.Off));
        Assert.Empty(attacker.On(topic));
    }

    // Row "clock manipulation": the lease ends by the receiver's own clock, whatever the messages claim.
    [Fact]
    public async Task ForgedTimes_ExtendNoLease()
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(0.1);
        await using var attacker = new Attacker(bench);
        await attacker.StartAsync();
        var ahead = attacker.Write(5, 1);
        Assert.Equal(ReasonCode.Expired, (await attacker.SendAsync(ahead with { IssuedAt = ahead.IssuedAt.AddMinutes(10), ExpiresAt = ahead.ExpiresAt.AddMinutes(10) })).ReasonCode);
        Assert.Equal(ReasonCode.Expired, (await attacker.SendAsync(attacker.Write(5, 2) with { ExpiresAt = ahead.ExpiresAt.AddDays(1) })).ReasonCode);
        Assert.Equal(AcknowledgementState.Accepted, (await attacker.SendAsync(attacker.Write(5, 3))).State);
        Assert.True(bench.Plant.Gateway.Leased);

        // The worker's heart beats on, and one beat claims to be of tomorrow.
        bench.Plant.Gateway.Receive(new Heartbeat("opt", 1_000_000, null, bench.Plant.Now.AddDays(1)), bench.Plant.Now);
        await bench.RunAsync(0.03);
        Assert.False(bench.Plant.Gateway.Leased);
    }

    // Row "clock manipulation", at the worker: a beat from before process time does not turn it back.
    [Fact]
    public async Task HeartbeatFromThePast_IsRefused()
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(0.2);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Now);
        var now = bench.Worker.Now;
        byte[] beat = HeartbeatPayload.Encode(new Heartbeat("gw-l01", 1, null, now.AddHours(-1)));
        await bench.Console.PublishAsync(new OutboundMessage(bench.Topics.Heartbeat("gw-l01"), beat, 1), Deadline, Bench.Cancel);
        await Bench.UntilAsync(() => bench.Worker.Counters["heartbeat_rejected"] == 1);

        Assert.Equal(now, bench.Worker.Now);
    }

    // Row "log injection".
    [Fact]
    public async Task TextFromTheWire_StaysOneLineOfTheLog()
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(0.1);
        const string evil = "shift\r\n2026-01-01 00:00 mode Closed: forged\u001b[2J\u2028\u202e";
        Assert.True((await bench.ModeAsync(OperatingMode.Shadow, c => c with { Reason = evil, User = "anna" }))!.Done);
        await bench.Console.PublishAsync(new OutboundMessage(bench.Topics.Raw("f01/pv/current"), Encoding.UTF8.GetBytes("{\"timestamp_ms\":1,\"value\":\"a\\nb\"}"), 1), Deadline, Bench.Cancel);
        await Bench.UntilAsync(() => bench.Worker.Counters["telemetry_rejected"] == 1);

        string[] lines = [.. bench.Seen<LineEvent>().Select(EventPrinter.Line).OfType<string>(), .. bench.Worker.Counters.Reasons.Values];
        Assert.Contains(lines, l => l.Contains("shift\\u000d\\u000a2026-01-01", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Any(c => char.IsControl(c) || c is '\u2028' or '\u202e'));
        Assert.All(bench.Audit.Read(), r => Assert.DoesNotContain('\n', r.Body));
        Assert.Null(bench.Audit.FirstBroken());
    }

    [Fact]
    public void LongTextFromTheWire_IsCut() => Assert.Equal(2001, OneLine.Of(new string('a', 100_000)).Length);

    // Row "retained poison", from before: found at start, counted and said.
    [Fact]
    public async Task RetainedCommandsFromBefore_AreFoundAtStart()
    {
        var poison = new List<string>();
        var warned = new List<string>();
        await using var bench = await Bench.StartAsync(
            before: async broker =>
            {
                using var client = new MqttClientFactory().CreateMqttClient();
                await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port).Build(), Bench.Cancel);
                foreach (string topic in new[] { "sp/set/gw-l01", "cmd/mode", "state/mode" })
                {
                    poison.Add("aurum/lz1/foil/l01/_opt_v1/" + topic);
                    await client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(poison[^1]).WithPayload("{}").WithRetainFlag().Build(), Bench.Cancel);
                }

                await client.DisconnectAsync(new MqttClientDisconnectOptions(), Bench.Cancel);
            },
            warned: text =>
            {
                lock (warned)
                {
                    warned.Add(text);
                }
            });
        await bench.RunAsync(0.1);

        Assert.Equal(1, bench.Worker.Counters["retained_commands"]);
        string said = Assert.Single(warned);
        Assert.StartsWith("2 retained where only commands belong", said, StringComparison.Ordinal);
        Assert.Contains(poison[0], said, StringComparison.Ordinal);
        Assert.Contains(poison[1], said, StringComparison.Ordinal);
        await Bench.UntilAsync(() => bench.Seen<AlarmChanged>().Any(a => a.Alarm.Kind == AlarmKind.OptSecurity));
        Assert.Equal(OperatingMode.Off, bench.Worker.Loop!.Mode.Mode);
    }

    // Refusal to write over plaintext or anonymous connections.
    [Fact]
    public async Task PlaintextOutsideTheDemo_AllowsAdviceOnly()
    {
        await using var bench = await Bench.StartAsync(access: BrokerAccess.Open);
        await using var listener = new Attacker(bench);
        await listener.StartAsync(bench.Topics.StateOnline);
        await bench.RunAsync(0.1);

        foreach (var mode in new[] { OperatingMode.Closed, OperatingMode.Supervised })
        {
            var reply = (await bench.ModeAsync(mode))!;
            Assert.False(reply.Done);
            Assert.Contains("is plaintext, so anybody on the way could change a setpoint", reply.Reason, StringComparison.Ordinal);
            Assert.Contains("--tls", reply.Reason, StringComparison.Ordinal);
        }

        Assert.True((await bench.ModeAsync(OperatingMode.Advisory))!.Done);
        Assert.Contains("\"demo\":false", listener.On(bench.Topics.StateOnline).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_SaysSoInItsBirth()
    {
        await using var bench = await Bench.StartAsync();
        await using var listener = new Attacker(bench);
        await listener.StartAsync(bench.Topics.StateOnline);

        await Bench.UntilAsync(() => listener.On(bench.Topics.StateOnline).Count == 1);
        Assert.Contains("\"demo\":true", listener.On(bench.Topics.StateOnline).Single(), StringComparison.Ordinal);
    }

    private static Acknowledgement Ack(long epoch, string gateway, AcknowledgementState state) =>
        new("019a3f1c-7c10-7abc-8def-0123456789ad", epoch, 1, gateway, state, ReasonCode.None, null, TimeProvider.System.GetUtcNow(), []);
}
