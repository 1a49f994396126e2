using MQTTnet;
using MQTTnet.Formatter;
using Polly;
using Polly.Retry;

namespace Optimizer.Mqtt;

/// <summary>
/// One supervised MQTT connection: reconnects, watches with its own pings, keeps to what the broker announced, hands messages
/// on one by one in the order they came, whatever their QoS, and acknowledges QoS 1 only after they were handled.
/// </summary>
public sealed class MqttLink : IAsyncDisposable
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(2.5), ConnectTimeout = TimeSpan.FromSeconds(10);

    // A connection that lived shorter is no success: the next attempt waits, longer each time.
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(5), FirstRetry = TimeSpan.FromMilliseconds(200);

    private const int Suspicious = 4;

    private readonly MqttLinkOptions _options;
    private readonly TimeProvider _time;
    private readonly InboundPump _inbound;
    private readonly Subscriptions _subscriptions;
    private readonly ResiliencePipeline _connecting;
    private readonly HashSet<(string, PublishOutcome)> _refusals = [];
    private readonly CancellationTokenSource _disposed = new();
    private BrokerConnection? _connection;
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _lastFailure = "no attempt was made";
    private long _connections;
    private int _shortLives;

    public MqttLink(MqttLinkOptions options, Func<InboundMessage, CancellationToken, ValueTask> handle, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _inbound = new InboundPump(options, handle, reason => Tell(HandlerFailed, reason));
        _subscriptions = new Subscriptions(options);
        _connecting = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                // Whatever went wrong, but for being told to stop: nothing may leave the link deaf.
                ShouldHandle = a => new(a.Outcome.Exception is not null && !a.Context.CancellationToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstRetry,
                MaxDelay = options.LongestRetry,
                DelayGenerator = a => new(a.Outcome.Exception is ConnectRefusedException { Permanent: true } ? options.RefusedRetry : (TimeSpan?)null),
                OnRetry = a =>
                {
                    AttemptFailed(a.Outcome.Exception!, a.RetryDelay);
                    return default;
                },
            })
            .AddTimeout(ConnectTimeout)
            .Build();
    }

    /// <summary>Called after each (re)connection, before messages of it are handled: birth, resynchronisation.</summary>
    public Func<CancellationToken, Task>? Connected { get; set; }

    /// <summary>Called with a reason when the connection ended.</summary>
    public Action<string>? Lost { get; set; }

    /// <summary>Called when a handler threw: the message is acknowledged with an error and the link goes on.</summary>
    public Action<string>? HandlerFailed { get; set; }

    /// <summary>
    /// Called with a sentence an operator should read: an attempt to connect failed for another reason than before, the broker
    /// is spoken to by 3.1.1, another client took the session, a message was refused (once per connection, topic and kind).
    /// </summary>
    public Action<string>? Noticed { get; set; }

    public bool IsUp => Volatile.Read(ref _connection)?.IsUp ?? false;

    /// <summary>What the broker announced; of the last connection while there is none. Null: there was none yet.</summary>
    public BrokerTerms? Terms { get; private set; }

    /// <summary>Messages received; dropped for want of room (QoS 0 only); whose handler threw; connections made.</summary>
    public long Received => _inbound.Received;

    public long Dropped => _inbound.Dropped;

    public long HandlerFailures => _inbound.Failures;

    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Payload bytes received and not yet handled.</summary>
    public long WaitingBytes => _inbound.WaitingBytes;

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
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _disposed.Token);
        cancel = stop.Token;
        var pump = _inbound.RunAsync(cancel);
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                var connection = await _connecting.ExecuteAsync(async t => await ConnectAsync(t), cancel);
                long since = _time.GetTimestamp();
                var ending = await WatchAsync(connection, cancel);
                Volatile.Write(ref _up, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                Tell(Lost, ending.Why);
                await connection.CloseAsync(MqttClientDisconnectOptionsReason.DisconnectWithWillMessage);
                await PauseAsync(ending, _time.GetElapsedTime(since), cancel);
            }
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            // Told to stop; MQTTnet calls a cancelled request a time-out.
        }

        await pump;
        await CloseAsync();
    }

    /// <summary>Publishes once. There is no retry: sending a command again is the caller's decision.</summary>
    /// <param name="deadline">Mandatory: the client itself would wait for ever.</param>
    public async Task<PublishOutcome> PublishAsync(OutboundMessage message, TimeSpan deadline, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (Volatile.Read(ref _connection) is not { IsUp: true } connection)
        {
            return PublishOutcome.Failed;
        }

        string? reason = connection.Terms.WhyNot(message, out var outcome);
        if (reason is null)
        {
            (outcome, reason) = await connection.PublishAsync(message, deadline, cancel);
        }

        if (reason is not null && IsNews(message.Topic, outcome))
        {
            Tell(Noticed, reason);
        }

        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await CloseAsync();
    }

    private async ValueTask<BrokerConnection> ConnectAsync(CancellationToken cancel)
    {
        var connection = await OpenAsync(cancel);
        try
        {
            await _subscriptions.BringAsync(connection, cancel);
            Terms = connection.Terms;
            lock (_refusals)
            {
                _refusals.Clear();
            }

            Volatile.Write(ref _connection, connection);
            Interlocked.Increment(ref _connections);
            if (Connected is { } connected)
            {
                await connected(cancel);
            }

            connection.MakeReady();
            _lastFailure = "the connection was lost";
            Volatile.Read(ref _up).TrySetResult();
            return connection;
        }
        catch
        {
            await connection.CloseAsync(MqttClientDisconnectOptionsReason.DisconnectWithWillMessage);
            throw;
        }
    }

    private async Task<BrokerConnection> OpenAsync(CancellationToken cancel)
    {
        if (_options.Version != MqttVersion.Three)
        {
            try
            {
                return await BrokerConnection.OpenAsync(_options, MqttProtocolVersion.V500, _inbound.Receive, _time, cancel);
            }
            catch (ConnectRefusedException e) when (_options.Version == MqttVersion.FiveThenThree && e.Code == MqttClientConnectResultCode.UnsupportedProtocolVersion)
            {
                // The same attempt goes on with 3.1.1; the next connection asks for 5 again.
            }
        }

        var connection = await BrokerConnection.OpenAsync(_options, MqttProtocolVersion.V311, _inbound.Receive, _time, cancel);
        Tell(Noticed, $"broker {_options.Host}:{_options.Port} is spoken to by MQTT 3.1.1: {connection.Terms.WhyNoCommands ?? "commands are possible"}");
        return connection;
    }

    private async Task<Ending> WatchAsync(BrokerConnection connection, CancellationToken cancel)
    {
        var every = connection.Terms.PingEvery(_options.PingEvery);
        while (true)
        {
            await Task.WhenAny(connection.Ended, Task.Delay(every, _time, cancel));
            cancel.ThrowIfCancellationRequested();
            if (connection.Ended.IsCompleted)
            {
                return await connection.Ended;
            }

            if (!await connection.AnswersAsync(PingTimeout, cancel))
            {
                connection.End($"no answer to a ping within {PingTimeout.TotalSeconds:F1} s");
            }
        }
    }

    private async Task PauseAsync(Ending ending, TimeSpan lived, CancellationToken cancel)
    {
        if (ending.TakenOver)
        {
            Tell(Noticed, $"another client connected as {_options.ClientId} and took the session; the next attempt follows in {_options.TakenOverRetry.TotalSeconds:F1} s. Two clients must not share an id");
            await Task.Delay(_options.TakenOverRetry, _time, cancel);
            return;
        }

        // Not every broker says that a session was taken over; then two clients of one id show by this alone.
        _shortLives = lived < ShortLife ? Math.Min(_shortLives + 1, 16) : 0;
        if (_shortLives == Suspicious)
        {
            Tell(Noticed, $"the connection ended {Suspicious} times within {ShortLife.TotalSeconds:F0} s of its start ({ending.Why}): is another client connected as {_options.ClientId}? The attempts get rarer");
        }

        if (_shortLives > 1)
        {
            var wait = FirstRetry * Math.Pow(2, _shortLives - 2);
            await Task.Delay(wait < _options.LongestRetry ? wait : _options.LongestRetry, _time, cancel);
        }
    }

    private void AttemptFailed(Exception e, TimeSpan next)
    {
        string reason = e.Message;
        if (reason == _lastFailure)
        {
            return;
        }

        _lastFailure = reason;
        Tell(Noticed, $"broker {_options.Host}:{_options.Port} cannot be reached: {reason}; the next attempt follows in {next.TotalSeconds:F1} s");
    }

    private bool IsNews(string topic, PublishOutcome outcome)
    {
        const int most = 1000;
        lock (_refusals)
        {
            return _refusals.Count < most && _refusals.Add((topic, outcome));
        }
    }

    // Whoever listens must not be able to end the link.
    private static void Tell(Action<string>? listener, string sentence)
    {
        try
        {
            listener?.Invoke(sentence);
        }
        catch (Exception)
        {
            // A defect of the listener.
        }
    }

    private Task CloseAsync() => Volatile.Read(ref _connection)?.CloseAsync(MqttClientDisconnectOptionsReason.NormalDisconnection) ?? Task.CompletedTask;
}
