using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Site;

/// <summary>The gateway of <c>edge/sites/gateway.md</c>, run as it stands there against a real broker.</summary>
public sealed partial class GatewayExampleTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TopicTree Topics = new("aurum/lz1/foil/l01");
    private static readonly string[] Blocks = [.. BashBlocks().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sites", "gateway.md"))).Select(m => m.Groups[1].Value)];

    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-").FullName;
    private readonly ConcurrentQueue<Acknowledgement> _acks = new();
    private readonly ConcurrentQueue<Heartbeat> _beats = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Process> _scripts = [];
    private MosquittoBroker _broker = null!;
    private MqttLink _link = null!;
    private Task _run = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        MosquittoBroker.RequireClients();
        _broker = await MosquittoBroker.StartAsync();
        _link = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = _broker.Port, ClientId = "opt", Filters = [Topics.SetpointAck("gw-l01"), Topics.Heartbeat("gw-l01")] },
            (m, _) =>
            {
                if (m.Topic == Topics.Heartbeat("gw-l01"))
                {
                    var beat = HeartbeatPayload.Decode(m.Payload.Span);
                    Assert.True(beat.Value is not null, beat.Reason);
                    _beats.Enqueue(beat.Value);
                    return default;
                }

                var ack = AcknowledgementPayload.Decode(m.Payload.Span);
                Assert.True(ack.Value is not null, ack.Reason);
                _acks.Enqueue(ack.Value);
                return default;
            }, TimeProvider.System)
        { HandlerFailed = reason => _failures.Enqueue(reason) };
        _run = _link.RunAsync(_stop.Token);
        await _link.WaitConnectedAsync(Patience, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(_failures);
        await _stop.CancelAsync();
        await _run;
        foreach (var script in _scripts)
        {
            script.Kill(entireProcessTree: true);
            await script.WaitForExitAsync();
            script.Dispose();
        }

        if (_broker is not null)
        {
            await _link.DisposeAsync();
            await _broker.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
        _stop.Dispose();
    }

    [Fact]
    public async Task FreshWrite_IsFollowedToVerified_AndNothingElseIsApplied()
    {
        await StartGatewayAsync();
        var first = Request(2, 1, 61);

        await SendAsync(first);
        await AnswersAsync(4);
        Assert.Equal([AcknowledgementState.Received, AcknowledgementState.Accepted, AcknowledgementState.Applied, AcknowledgementState.Verified], _acks.Select(a => a.State));
        Assert.All(_acks, a => Assert.Equal((first.SetpointId, 2L, 1L), (a.SetpointId, a.WriterEpoch, a.Sequence)));
        Assert.Equal(61, Setpoint());

        (SetpointRequest Request, ReasonCode Code)[] refused =
        [
            (first, ReasonCode.OldSeq),
            (Request(1, 9, 62), ReasonCode.StaleEpoch),
            (Request(2, 2, 63) with { IssuedAt = TimeProvider.System.GetUtcNow().AddMinutes(-2), ExpiresAt = TimeProvider.System.GetUtcNow().AddMinutes(-1) }, ReasonCode.Expired),
        ];
        foreach (var (request, code) in refused)
        {
            _acks.Clear();
            await SendAsync(request);
            await AnswersAsync(1);
            Assert.Equal((AcknowledgementState.Rejected, code), (_acks.Single().State, _acks.Single().ReasonCode));
        }

        _acks.Clear();
        await SendAsync(Request(2, 3, 64), retain: true);
        await AnswersAsync(1);
        Assert.Equal(ReasonCode.BadSchema, _acks.Single().ReasonCode);
        Assert.Equal(61, Setpoint());

        _acks.Clear();
        await SendAsync(Request(2, 4, 61) with { Kind = RequestKind.Release });
        await AnswersAsync(1);
        Assert.Equal(AcknowledgementState.Released, _acks.Single().State);
    }

    [Fact]
    public async Task Counter_GoesUp_AndEchoesOurs()
    {
        Start(1);
        await Eventually.TrueAsync(() => !_beats.IsEmpty, Patience, Cancel);

        // Its subscription may come later than its first beat.
        await Eventually.TrueAsync(
            () =>
            {
                _link.PublishAsync(new OutboundMessage(Topics.Heartbeat("opt"), HeartbeatPayload.Encode(new Heartbeat("opt", 7, null, TimeProvider.System.GetUtcNow())), 0), Patience, Cancel).GetAwaiter().GetResult();
                return _beats.Any(b => b.PeerN == 7);
            }, Patience, Cancel);
        Assert.Equal(_beats.Select((_, i) => (long)i + _beats.First().N), _beats.Select(b => b.N));
    }

    private static SetpointRequest Request(long epoch, long sequence, double value)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new SetpointRequest(
            SetpointIds.Create(now, epoch, sequence, "test"), RequestKind.Write, epoch, sequence, "gw-l01", now, now + TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60),
            [new SetpointItem("feed_flow.SP", value, "m3/h", 60, 0.2, 45, 78, null)]);
    }

    private Task SendAsync(SetpointRequest request, bool retain = false) =>
        _link.PublishAsync(new OutboundMessage(Topics.SetpointSet("gw-l01"), SetpointPayload.Encode(request), 1, retain), Patience, Cancel);

    private Task AnswersAsync(int count) => Eventually.TrueAsync(() => _acks.Count >= count, Patience, Cancel);

    private double Setpoint() => double.Parse(File.ReadAllText(Path.Combine(_folder, "setpoint")), CultureInfo.InvariantCulture);

    private async Task StartGatewayAsync()
    {
        Start(0);
        await Eventually.TrueAsync(() => _broker.Log.Any(l => l.Contains("gw-l01", StringComparison.Ordinal) && l.Contains("SUBACK", StringComparison.Ordinal)), Patience, Cancel);
    }

    private void Start(int block) => _scripts.Add(Process.Start(new ProcessStartInfo("bash")
    {
        ArgumentList = { "-uc", Blocks[block] },
        Environment = { ["PORT"] = $"{_broker.Port}" },
        WorkingDirectory = _folder,
    })!);

    [GeneratedRegex(@"^```bash\n((?:.*\n)*?)```", RegexOptions.Multiline)]
    private static partial Regex BashBlocks();
}
