using System.Collections.Concurrent;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Simulation;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>
/// A stream of short-lived setpoints to the stand-in of a gateway, each sent again until it is answered or expired, through
/// everything that happens to a link. Compare-and-set is left wide open, so that expiry, sequence and repetition alone must
/// hold. As long as <see cref="LinkSoakTests"/>.
/// </summary>
[Trait("Category", "slow")]
public sealed class SetpointSoakTests
{
    private const string Gateway = "gw";
    private const int MostOpen = 3;
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30), Deadline = TimeSpan.FromSeconds(1), Life = TimeSpan.FromSeconds(3), Pace = TimeSpan.FromMilliseconds(200), Repeat = TimeSpan.FromSeconds(1);
    private static readonly TopicTree Topics = new("acme/p1/a1/l1");

    private readonly PlantGateway _gateway = new(new GatewayOptions
    {
        Name = Gateway,
        Watchdog = TimeSpan.FromDays(1),
        Tags = [new GatewayTag("sp", "A", 0, 1e9, 1e9, 1e9, 0, Ramped: false)],
    });

    private readonly ConcurrentDictionary<string, SetpointRequest> _sent = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _answered = new(StringComparer.Ordinal);
    private readonly List<double> _effective = [];
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<AcknowledgementState, int> _answers = new();
    private MqttLink _writer = null!, _plant = null!;
    private readonly ConcurrentDictionary<PublishOutcome, int> _outcomes = new();
    private int _newest, _repeats, _poison, _judged;
    private DateTimeOffset _lastJudged;
    private string _answering = "no answer failed";
    private double _newestEffective;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task SetpointsUnderEveryFault_TakeEffectOnceAndInTimeOrNotAtAll()
    {
        await using var faults = await SoakFaults.StartAsync(seed: 5);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var plant = _plant = new MqttLink(SoakFaults.Options(faults.ReceiverPort, Gateway) with { CommandFilters = [Topics.SetpointSet(Gateway)] }, JudgeAsync, TimeProvider.System);
        await using var writer = _writer = new MqttLink(SoakFaults.Options(faults.SenderPort, "writer", Topics.SetpointAck(Gateway)), Answered, TimeProvider.System);
        Task[] links = [plant.RunAsync(stop.Token), writer.RunAsync(stop.Token)];
        await plant.WaitConnectedAsync(Recovery, Cancel);
        await writer.WaitConnectedAsync(Recovery, Cancel);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var writing = WriteAsync(enough.Token);
        var worst = await FaultsAsync(faults);
        await enough.CancelAsync();
        await writing;

        SoakFaults.Report($"{faults.Count} faults ({faults.Summary}); {_sent.Count} setpoints, {_repeats} repeats, {_effective.Count} took effect, {_answered.Count} answered "
            + $"({string.Join(", ", _answers.OrderBy(a => a.Key).Select(a => $"{a.Value} {a.Key}"))}), {_poison} poison; {_wrong.Count} effective writes expired, repeated or out of order; "
            + $"longest time until a new setpoint took effect after a fault {worst.TotalSeconds:F1} s");
        Assert.True(_wrong.IsEmpty, string.Join('\n', _wrong.Take(10)));
        Assert.True(faults.Count > 0 && _effective.Count > 10 && _repeats > 0, $"{faults.Count} faults, {_effective.Count} effective, {_repeats} repeats");
        await stop.CancelAsync();
        await Task.WhenAll(links);
    }

    private async Task<TimeSpan> FaultsAsync(SoakFaults faults)
    {
        var (start, worst) = (TimeProvider.System.GetTimestamp(), TimeSpan.Zero);
        while (TimeProvider.System.GetElapsedTime(start) < SoakFaults.Length)
        {
            string fault = await faults.InjectAsync(Cancel);
            long end = TimeProvider.System.GetTimestamp();
            int mark = Volatile.Read(ref _newest);
            try
            {
                await Eventually.TrueAsync(() => Volatile.Read(ref _newestEffective) > mark, Recovery, Cancel, "setpoints take effect again");
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"no new setpoint took effect within {Recovery.TotalSeconds:F0} s after \"{fault}\" ({faults.Summary}); {State()}", e);
            }

            worst = TimeProvider.System.GetElapsedTime(end) is var silence && silence > worst ? silence : worst;
        }

        return worst;
    }

    private string State() =>
        $"{_wrong.Count} wrong effects, newest setpoint {_newest}, newest effective {_newestEffective}, {_answered.Count} answered; gateway: up {_plant.IsUp}, {_plant.Connections} connections, {_plant.Received} received, "
        + $"{_plant.WaitingBytes} bytes wait, {_judged} judged, the last {(Now - _lastJudged).TotalSeconds:F1} s ago, {_answering}; writer: up {_writer.IsUp}, {_writer.Connections} connections, {_writer.Received} received; "
        + $"published {string.Join(", ", _outcomes.Select(o => $"{o.Value} {o.Key}"))}";

    // One a tick while no more than a few are open, or the repeats alone would keep a busy gateway behind for ever; each is
    // watched by a loop of its own until it is answered or expired.
    private async Task WriteAsync(CancellationToken enough)
    {
        var following = new List<Task>();
        using var timer = new PeriodicTimer(Pace, TimeProvider.System);
        while (!enough.IsCancellationRequested)
        {
            int n = _newest + 1;
            var now = Now;
            var request = new SetpointRequest(
                SetpointIds.Create(now, n, 1, "soak"), RequestKind.Write, 1, n, Gateway, now, now + Life, TimeSpan.FromSeconds(60), [new SetpointItem("sp", n, "A", n, 1e9, 0, 1e9, null)]);
            _sent[request.SetpointId] = request;
            Volatile.Write(ref _newest, n);
            following.Add(FollowAsync(request));
            if (n % 100 == 50)
            {
                await _writer.PublishAsync(new OutboundMessage(Topics.SetpointSet(Gateway), "{\"poison\":"u8.ToArray(), 1), Deadline, Cancel);
            }

            do
            {
                await timer.WaitForNextTickAsync(Cancel);
                following.RemoveAll(f => f.IsCompletedSuccessfully);
            }
            while (following.Count >= MostOpen && !enough.IsCancellationRequested);
        }

        await Task.WhenAll(following);
    }

    private async Task FollowAsync(SetpointRequest request)
    {
        var message = new OutboundMessage(Topics.SetpointSet(Gateway), SetpointPayload.Encode(request), 1, Expiry: Life) { IsCommand = true };
        for (int n = 0; Now < request.ExpiresAt && !_answered.ContainsKey(request.SetpointId); n++)
        {
            _repeats += n > 0 ? 1 : 0;
            _outcomes.AddOrUpdate(await _writer.PublishAsync(message, Deadline, Cancel), 1, (_, c) => c + 1);
            await Task.Delay(Repeat, TimeProvider.System, Cancel);
        }
    }

    private async ValueTask JudgeAsync(InboundMessage message, CancellationToken cancel)
    {
        if (SetpointPayload.Decode(message.Payload.Span).Value is not { } request)
        {
            Interlocked.Increment(ref _poison);
            throw new InvalidOperationException("poison");
        }

        (_judged, _lastJudged) = (_judged + 1, Now);
        double before = _gateway.Setpoints[0];
        var now = Now;
        // An aim becomes the live setpoint as soon as time passes.
        Acknowledgement[] acks = [.. _gateway.Receive(request, now), .. _gateway.Advance(now + TimeSpan.FromTicks(1))];
        if (!_gateway.Setpoints[0].Equals(before))
        {
            TookEffect(request, now);
        }

        foreach (var ack in acks)
        {
            var answer = new OutboundMessage(Topics.SetpointAck(Gateway), AcknowledgementPayload.Encode(ack), 1);
            while (await _plant.PublishAsync(answer, Deadline, cancel) == PublishOutcome.Failed)
            {
                _answering = $"answer of {Now:HH:mm:ss} failed";
                await _plant.WaitConnectedAsync(Timeout.InfiniteTimeSpan, cancel);
                await Task.Delay(Pace, TimeProvider.System, cancel);
            }
        }
    }

    private void TookEffect(SetpointRequest request, DateTimeOffset now)
    {
        double value = _gateway.Setpoints[0];
        if (!_sent.TryGetValue(request.SetpointId, out var sent) || !sent.Items[0].Value.Equals(value) || now > sent.ExpiresAt || !(value > _newestEffective) || _effective.Contains(value))
        {
            _wrong.Enqueue($"{request.SetpointId} took effect as {value} at {now:O} after {_newestEffective}, it expired at {request.ExpiresAt:O}");
        }

        _effective.Add(value);
        Volatile.Write(ref _newestEffective, value);
    }

    private ValueTask Answered(InboundMessage message, CancellationToken cancel)
    {
        if (AcknowledgementPayload.Decode(message.Payload.Span).Value is { } ack)
        {
            _answered.TryAdd(ack.SetpointId, 0);
            _answers.AddOrUpdate(ack.State, 1, (_, n) => n + 1);
        }

        return default;
    }
}
