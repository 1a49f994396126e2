using System.Globalization;
using Optimizer.Mqtt;
using Optimizer.Plant;

namespace Optimizer.Simulation.Mqtt;

/// <summary>
/// Puts a plant and its gateway on a broker: telemetry, lab results, heartbeats and acknowledgements out, setpoints in.
/// Faster than the clock it goes in lock-step: time waits for the optimizer's echo of the last heartbeat, so that a decision
/// reaches the plant at the process time it was made for.
/// </summary>
public sealed class PlantHost : IAsyncDisposable
{
    private static readonly TimeSpan PublishDeadline = TimeSpan.FromSeconds(5);

    // Whoever has not been heard at all may not be there.
    private static readonly TimeSpan FirstEcho = TimeSpan.FromSeconds(5), AloneFor = TimeSpan.FromMilliseconds(50);

    private readonly PlantHostOptions _options;
    private readonly IPlant _plant;
    private readonly IGateway _gateway;
    private readonly TimeProvider _time;
    private readonly TopicTree _topics;
    private readonly MqttLink _link;
    private readonly Lock _gate = new();
    private readonly List<Sample> _read = [];
    private readonly Dictionary<string, string> _rawTopics = new(StringComparer.Ordinal);
    private TaskCompletionSource _echo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _nextBeat, _paceFrom;
    private long _awaited = long.MaxValue, _paceStart, _samples;
    private bool _alone, _heard;
    private double _pace;

    public PlantHost(PlantHostOptions options, IPlant plant, IGateway gateway, TimeProvider time)
    {
        (_options, _plant, _gateway, _time) = (options, plant, gateway, time);
        _topics = new TopicTree(options.Location);
        _link = new MqttLink(
            new MqttLinkOptions
            {
                Host = options.Host,
                Port = options.Port,
                ClientId = gateway.Name,
                Tls = options.Tls,
                UserName = options.User,
                Password = options.Password,
                Filters = [_topics.Heartbeat(options.OptimizerParty)],
                CommandFilters = [_topics.SetpointSet(gateway.Name)],
            },
            HandleAsync, time);
    }

    public MqttLink Link => _link;

    /// <summary>Process time over wall time; null: as fast as the echo allows.</summary>
    public double? Speed { get; set; }

    /// <summary>Process time between two heartbeats. Default 10 s.</summary>
    public TimeSpan BeatEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>While it returns setpoints, operators run the line by hand and the gateway follows them.</summary>
    public Func<DateTimeOffset, double[]?>? ByHand { get; set; }

    /// <summary>Setpoints the plant's own operators change, asked for after each step; the gateway is told as by any operator.</summary>
    public Func<IReadOnlyList<(string Tag, double Value)>>? Orders { get; set; }

    /// <summary>Called after each step with process time.</summary>
    public Action<DateTimeOffset>? Stepped { get; set; }

    /// <summary>The same for what must be awaited before time goes on.</summary>
    public Func<DateTimeOffset, CancellationToken, Task>? SteppedAsync { get; set; }

    /// <summary>Times that process time went on without an echo.</summary>
    public long MissedEchoes { get; private set; }

    public long SamplesPublished => Interlocked.Read(ref _samples);

    /// <summary>Keeps the connection; run it beside <see cref="AdvanceAsync"/>.</summary>
    public Task RunAsync(CancellationToken cancel) => _link.RunAsync(cancel);

    /// <summary>Moves process time to <paramref name="until"/>.</summary>
    public async Task AdvanceAsync(DateTimeOffset until, CancellationToken cancel)
    {
        _pace = 0;
        if (_nextBeat == default)
        {
            // Process time is known before the first value of it arrives.
            _nextBeat = _plant.Now + BeatEvery;
            await BeatAsync(cancel);
        }

        while (_plant.Now < until)
        {
            cancel.ThrowIfCancellationRequested();
            await StepAsync(cancel);
        }
    }

    /// <summary>Does something to the gateway as an operator would, and publishes what it answers.</summary>
    public async Task OperateAsync(Func<DateTimeOffset, IReadOnlyList<Acknowledgement>> act, CancellationToken cancel)
    {
        IReadOnlyList<Acknowledgement> acks;
        lock (_gate)
        {
            acks = act(_plant.Now);
        }

        await PublishAsync(acks, cancel);
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async Task StepAsync(CancellationToken cancel)
    {
        IReadOnlyList<Acknowledgement> acks;
        lock (_gate)
        {
            if (ByHand?.Invoke(_plant.Now) is { } setpoints)
            {
                _gateway.TakeOver(setpoints);
            }

            _plant.Step(_options.Step, [.. _gateway.Setpoints]);
            _read.Clear();
            _plant.Read(_read);
            acks = [.. (Orders?.Invoke() ?? []).SelectMany(o => _gateway.OperatorSet(o.Tag, o.Value, _plant.Now)), .. _gateway.Advance(_plant.Now)];
        }

        await PublishAsync(_read, cancel);
        await PublishAsync(acks, cancel);
        Stepped?.Invoke(_plant.Now);
        if (SteppedAsync is { } also)
        {
            await also(_plant.Now, cancel);
        }

        if (_plant.Now >= _nextBeat)
        {
            _nextBeat = _plant.Now + BeatEvery;
            await BeatAsync(cancel);
        }

        if (Speed is { } speed)
        {
            if (!speed.Equals(_pace))
            {
                // Another pace counts from here.
                (_pace, _paceFrom, _paceStart) = (speed, _plant.Now, _time.GetTimestamp());
            }

            var due = (_plant.Now - _paceFrom) / speed;
            var ahead = due - _time.GetElapsedTime(_paceStart);
            if (ahead > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(ahead, _time, cancel);
            }
        }
    }

    private async Task BeatAsync(CancellationToken cancel)
    {
        bool lockStep = Speed is null or > 1;
        Heartbeat beat;
        Task echo;
        lock (_gate)
        {
            beat = _gateway.Beat(_plant.Now);
            _echo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            echo = _echo.Task;
            _awaited = beat.N;
        }

        await _link.PublishAsync(new OutboundMessage(_topics.Heartbeat(_gateway.Name), HeartbeatPayload.Encode(beat), 0, Expiry: TimeSpan.FromSeconds(3)), PublishDeadline, cancel);
        if (!lockStep)
        {
            return;
        }

        try
        {
            await echo.WaitAsync(_alone ? AloneFor : _heard || _options.EchoPatience < FirstEcho ? _options.EchoPatience : FirstEcho, _time, cancel);
            _alone = false;
        }
        catch (TimeoutException)
        {
            _alone = true;
            MissedEchoes++;
        }
    }

    private async ValueTask HandleAsync(InboundMessage message, CancellationToken cancel)
    {
        if (message.Topic == _topics.Heartbeat(_options.OptimizerParty))
        {
            if (HeartbeatPayload.Decode(message.Payload.Span).Value is { } beat)
            {
                lock (_gate)
                {
                    _heard = true;
                    _gateway.Receive(beat, _plant.Now);
                    if (beat.PeerN >= _awaited)
                    {
                        _echo.TrySetResult();
                    }
                }
            }

            return;
        }

        await PublishAsync(Judge(message), cancel);
    }

    private IReadOnlyList<Acknowledgement> Judge(InboundMessage message)
    {
        lock (_gate)
        {
            var decoded = SetpointPayload.Decode(message.Payload.Span);
            // A retained command is an old one that the broker replays: never act on it.
            string? wrong = message.Retained ? "a setpoint must not be retained"
                : !message.IsJson ? $"content type {message.ContentType}, expected application/json"
                : decoded.Reason;
            return wrong is not null ? [Refuse(decoded.Value, ReasonCode.BadSchema, wrong)]
                : _options.Trusted?.Refusal(message) is { } forged ? [Refuse(decoded.Value, ReasonCode.BadSignature, forged)]
                : _gateway.Receive(decoded.Value!, _plant.Now);
        }
    }

    private Acknowledgement Refuse(SetpointRequest? request, ReasonCode code, string reason) => new(
        request?.SetpointId ?? "unknown", request?.WriterEpoch ?? 0, request?.Sequence ?? 0, _gateway.Name, AcknowledgementState.Rejected, code, reason, _plant.Now, []);

    private async Task PublishAsync(IReadOnlyList<Acknowledgement> acks, CancellationToken cancel)
    {
        foreach (var ack in acks)
        {
            await DeliverAsync(new OutboundMessage(_topics.SetpointAck(_gateway.Name), AcknowledgementPayload.Encode(ack), 1), cancel);
        }
    }

    private async Task PublishAsync(IReadOnlyList<Sample> samples, CancellationToken cancel)
    {
        List<Sample>? results = null;
        foreach (var sample in samples)
        {
            if (_options.LabUnits.ContainsKey(sample.Tag))
            {
                (results ??= []).Add(sample);
                continue;
            }

            Interlocked.Increment(ref _samples);
            await _link.PublishAsync(new OutboundMessage(RawTopic(sample.Tag), TelemetryEncoder.Encode(sample.SampledAt, sample.Value, sample.Quality), 0), PublishDeadline, cancel);
        }

        foreach (var group in (results ?? []).GroupBy(s => (Point: s.Tag[..s.Tag.IndexOf('/', StringComparison.Ordinal)], s.SampledAt, s.KnownAt)))
        {
            await PublishResultsAsync(group.Key.Point, [.. group], cancel);
        }
    }

    private async Task PublishResultsAsync(string point, List<Sample> samples, CancellationToken cancel)
    {
        var first = samples[0];
        var message = new LabResultMessage(
            string.Create(CultureInfo.InvariantCulture, $"{point}-{first.Tag[(point.Length + 1)..]}-{first.SampledAt:yyyyMMddHHmmss}"), 0, LabStatus.Final, first.SampledAt, first.KnownAt,
            [.. samples.Select(s => new LabValue(s.Tag[(point.Length + 1)..], s.Quality == Quality.Bad ? null : s.Value, _options.LabUnits[s.Tag]))]);
        Interlocked.Add(ref _samples, samples.Count);
        await DeliverAsync(new OutboundMessage(_topics.Lab(point), LabPayload.Encode(message), 1), cancel);
    }

    // Results and answers are sent until the broker has them; it may be away for a while.
    private async Task DeliverAsync(OutboundMessage message, CancellationToken cancel)
    {
        while (await _link.PublishAsync(message, PublishDeadline, cancel) == PublishOutcome.Failed)
        {
            await _link.WaitConnectedAsync(Timeout.InfiniteTimeSpan, cancel);
        }
    }

    private string RawTopic(string tag)
    {
        if (!_rawTopics.TryGetValue(tag, out string? topic))
        {
            _rawTopics[tag] = topic = _topics.Raw(tag);
        }

        return topic;
    }
}
