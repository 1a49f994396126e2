using MQTTnet;
using MQTTnet.Protocol;
using Polly;
using Polly.Retry;

namespace Optimizer.Mqtt;

/// <summary>
/// One supervised MQTT 5 connection: reconnects, watches with its own pings, hands messages on one by one in the order they
/// came, whatever their QoS, and acknowledges QoS 1 only after they were handled.
/// </summary>
/// <remarks>
/// An acknowledgement that belongs to an earlier connection would acknowledge another message of this one; hence the epoch.
/// </remarks>
public sealed class MqttLink : IAsyncDisposable
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private const int MostInFlight = 16;

    private readonly MqttLinkOptions _options;
    private readonly TimeProvider _time;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly InboundPump _inbound;
    private readonly SemaphoreSlim _exchange = new(1, 1);
    private readonly ResiliencePipeline _connecting;
    private SemaphoreSlim _inFlight = new(MostInFlight, MostInFlight);
    private TaskCompletionSource _down = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _lastFailure = "no attempt was made";
    private long _epoch, _connections;

    public MqttLink(MqttLinkOptions options, Func<InboundMessage, CancellationToken, ValueTask> handle, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _inbound = new InboundPump(options.InboundCapacity, handle, reason => HandlerFailed?.Invoke(reason));
        _connecting = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(e => e is not OperationCanceledException),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = options.LongestRetry,
                OnRetry = a =>
                {
                    _lastFailure = a.Outcome.Exception?.Message ?? "refused";
                    return default;
                },
            })
            .AddTimeout(ConnectTimeout)
            .Build();
        _client.ApplicationMessageReceivedAsync += args => _inbound.ReceiveAsync(args, Interlocked.Read(ref _epoch));
        _client.DisconnectedAsync += _ =>
        {
            Volatile.Read(ref _down).TrySetResult();
            return Task.CompletedTask;
        };
    }

    /// <summary>Called after each (re)connection, before messages of it are handled: birth, resynchronisation.</summary>
    public Func<CancellationToken, Task>? Connected { get; set; }

    /// <summary>Called with a reason when the connection ended.</summary>
    public Action<string>? Lost { get; set; }

    /// <summary>Called when a handler threw: the message is acknowledged with an error and the link goes on.</summary>
    public Action<string>? HandlerFailed { get; set; }

    public bool IsUp => _client.IsConnected;

    /// <summary>Messages received; dropped for want of room (QoS 0 only); whose handler threw; connections made.</summary>
    public long Received => _inbound.Received;

    public long Dropped => _inbound.Dropped;

    public long HandlerFailures => _inbound.Failures;

    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Completes when the connection stands.</summary>
    /// <exception cref="BrokerUnreachableException">It did not within the time.</exception>
    public async Task WaitConnectedAsync(TimeSpan within, CancellationToken cancel)
    {
        try
        {
            await Volatile.Read(ref _up).Task.WaitAsync(within, _time, cancel);
        }
        catch (TimeoutException)
        {
            throw new BrokerUnreachableException(_options.Host, _options.Port, _lastFailure);
        }
    }

    /// <summary>Keeps the connection and handles messages until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var pump = _inbound.RunAsync(AcknowledgeAsync, cancel);
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                await _connecting.ExecuteAsync(async t => await ConnectAsync(t), cancel);
                string why = await WatchAsync(cancel);
                Volatile.Write(ref _up, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                Lost?.Invoke(why);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }

        await pump;
        await CloseAsync(MqttClientDisconnectOptionsReason.NormalDisconnection);
    }

    /// <summary>Publishes once. There is no retry: sending a command again is the caller's decision.</summary>
    /// <param name="deadline">Mandatory: the client itself would wait for ever.</param>
    public async Task<PublishOutcome> PublishAsync(OutboundMessage message, TimeSpan deadline, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(deadline);
        var room = Volatile.Read(ref _inFlight);
        try
        {
            await room.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return PublishOutcome.Failed;
        }

        try
        {
            var result = await _client.PublishAsync(MessageMapping.ToMqtt(message), limit.Token);
            // A success code that means nobody received it: never take IsSuccess for an answer.
            return result.ReasonCode switch
            {
                MqttClientPublishReasonCode.Success => PublishOutcome.Sent,
                MqttClientPublishReasonCode.NoMatchingSubscribers => PublishOutcome.NobodyListens,
                _ => PublishOutcome.Refused,
            };
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            return PublishOutcome.Failed;
        }
        finally
        {
            room.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(MqttClientDisconnectOptionsReason.NormalDisconnection);
        _client.Dispose();
    }

    private async ValueTask ConnectAsync(CancellationToken cancel)
    {
        await _exchange.WaitAsync(cancel);
        try
        {
            if (_client.IsConnected)
            {
                await CloseAsync(MqttClientDisconnectOptionsReason.NormalDisconnection);
            }

            Interlocked.Increment(ref _epoch);
            Volatile.Write(ref _down, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var answer = await _client.ConnectAsync(MessageMapping.Options(_options), cancel);
            if (answer.ResultCode != MqttClientConnectResultCode.Success)
            {
                throw new InvalidOperationException($"the broker answered {answer.ResultCode} {answer.ReasonString}");
            }

            int announced = answer.ReceiveMaximum ?? 0;
            int room = announced > 0 ? Math.Min(announced, MostInFlight) : MostInFlight;
            Volatile.Write(ref _inFlight, new SemaphoreSlim(room, room));
            await SubscribeAsync(cancel);
        }
        finally
        {
            _exchange.Release();
        }

        Interlocked.Increment(ref _connections);
        if (Connected is { } connected)
        {
            await connected(cancel);
        }

        Volatile.Read(ref _up).TrySetResult();
    }

    private async Task SubscribeAsync(CancellationToken cancel)
    {
        if (_options.Filters.Count + _options.CommandFilters.Count == 0)
        {
            return;
        }

        var subscribe = new MqttClientSubscribeOptionsBuilder();
        foreach (string filter in _options.Filters)
        {
            subscribe.WithTopicFilter(f => f.WithTopic(filter).WithAtLeastOnceQoS().WithRetainAsPublished());
        }

        foreach (string filter in _options.CommandFilters)
        {
            subscribe.WithTopicFilter(f => f.WithTopic(filter).WithAtLeastOnceQoS().WithRetainAsPublished().WithNoLocal()
                .WithRetainHandling(MqttRetainHandling.DoNotSendOnSubscribe));
        }

        var result = await _client.SubscribeAsync(subscribe.Build(), cancel);
        foreach (var item in result.Items)
        {
            if ((int)item.ResultCode >= 0x80)
            {
                throw new InvalidOperationException($"subscribing to {item.TopicFilter.Topic} was refused: {item.ResultCode}");
            }
        }
    }

    // Half-open links: the client's keep-alive does not ping while it publishes, so a dead link can look alive for hours.
    private async Task<string> WatchAsync(CancellationToken cancel)
    {
        var down = Volatile.Read(ref _down).Task;
        while (!down.IsCompleted)
        {
            await Task.WhenAny(down, Task.Delay(_options.PingEvery, _time, cancel));
            cancel.ThrowIfCancellationRequested();
            if (down.IsCompleted)
            {
                break;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(PingTimeout);
            try
            {
                await _client.PingAsync(limit.Token);
            }
            catch (Exception) when (!cancel.IsCancellationRequested)
            {
                await CloseAsync(MqttClientDisconnectOptionsReason.DisconnectWithWillMessage);
                return $"no answer to a ping within {PingTimeout.TotalSeconds:F1} s";
            }
        }

        return "the connection was closed";
    }

    private async Task AcknowledgeAsync(MqttApplicationMessageReceivedEventArgs args, long epoch, CancellationToken cancel)
    {
        await _exchange.WaitAsync(cancel);
        try
        {
            if (epoch == Interlocked.Read(ref _epoch) && _client.IsConnected)
            {
                await args.AcknowledgeAsync(cancel);
            }
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            // The link died: the broker delivers again, and receivers recognise what they had.
        }
        finally
        {
            _exchange.Release();
        }
    }

    private async Task CloseAsync(MqttClientDisconnectOptionsReason reason)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
        try
        {
            await _client.DisconnectAsync(new MqttClientDisconnectOptions { Reason = reason }, limit.Token);
        }
        catch (Exception)
        {
            // Closing what is already gone.
        }
    }
}
