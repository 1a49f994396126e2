using MQTTnet;
using MQTTnet.Formatter;

namespace Optimizer.Mqtt;

/// <summary>
/// One connection from CONNECT to its end, with a client of its own: an acknowledgement or a publish that belongs to an
/// earlier connection cannot go out by this one, where its packet identifier would mean another message.
/// </summary>
internal sealed class BrokerConnection : IDisposable
{
    private const int MostInFlight = 16, UnacceptableVersion = 1;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10), ClosePatience = TimeSpan.FromSeconds(1);

    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly CancellationTokenSource _life = new();
    private readonly TaskCompletionSource<Ending> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(MostInFlight);
    private readonly TimeProvider _time;
    private SemaphoreSlim _unanswered = new(MostInFlight);

    private BrokerConnection(Action<MqttApplicationMessageReceivedEventArgs, BrokerConnection> receive, TimeProvider time)
    {
        _time = time;
        _client.ApplicationMessageReceivedAsync += args =>
        {
            receive(args, this);
            return Task.CompletedTask;
        };
        // That the connection ended counts, not what its reason says.
        _client.DisconnectedAsync += args =>
        {
            _ended.TrySetResult(new Ending(Sentence(args), args.Reason == MqttClientDisconnectReason.SessionTakenOver));
            return Task.CompletedTask;
        };
    }

    public BrokerTerms Terms { get; private set; } = null!;

    public bool IsUp => _client.IsConnected && !_ended.Task.IsCompleted;

    /// <summary>Completes with the reason when the connection is over; never fails.</summary>
    public Task<Ending> Ended => _ended.Task;

    /// <summary>Completes when messages of this connection may be handled.</summary>
    public Task Ready => _ready.Task;

    /// <exception cref="ConnectRefusedException">The broker's answer was no.</exception>
    public static async Task<BrokerConnection> OpenAsync(
        MqttLinkOptions options, MqttProtocolVersion version, Action<MqttApplicationMessageReceivedEventArgs, BrokerConnection> receive, TimeProvider time, CancellationToken cancel)
    {
        var connection = new BrokerConnection(receive, time);
        try
        {
            var answer = await connection._client.ConnectAsync(MessageMapping.Options(options, version, KeepAlive), cancel);
            if (answer.ResultCode != MqttClientConnectResultCode.Success)
            {
                // A broker of 3.1.1 says the same by its own code.
                throw new ConnectRefusedException((int)answer.ResultCode == UnacceptableVersion ? MqttClientConnectResultCode.UnsupportedProtocolVersion : answer.ResultCode, answer.ReasonString);
            }

            connection.Terms = BrokerTerms.Of(answer, version, KeepAlive);
            connection._unanswered = new SemaphoreSlim(Math.Min(connection.Terms.ReceiveMaximum, MostInFlight));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void MakeReady() => _ready.TrySetResult();

    /// <summary>Gives the connection up; <see cref="CloseAsync"/> follows.</summary>
    public void End(string why) => _ended.TrySetResult(new Ending(why, false));

    public async Task SubscribeAsync(MqttClientSubscribeOptions subscribe, CancellationToken cancel)
    {
        var result = await _client.SubscribeAsync(subscribe, cancel);
        foreach (var item in result.Items)
        {
            if ((int)item.ResultCode >= 0x80)
            {
                throw new InvalidOperationException($"subscribing to {item.TopicFilter.Topic} was refused: {item.ResultCode} {result.ReasonString}".TrimEnd());
            }
        }
    }

    // A filter the broker no longer knows is gone all the same.
    public Task UnsubscribeAsync(MqttClientUnsubscribeOptions unsubscribe, CancellationToken cancel) => _client.UnsubscribeAsync(unsubscribe, cancel);

    /// <summary>Sends once and waits for the broker's answer, until the deadline at most.</summary>
    public async Task<(PublishOutcome Outcome, string? Reason)> PublishAsync(OutboundMessage message, TimeSpan deadline, CancellationToken cancel)
    {
        var room = message.QualityOfService == 0 ? _sending : _unanswered;
        long start = _time.GetTimestamp();
        try
        {
            // Most often there is room, and a QoS 0 message is on the wire at once.
            if (!room.Wait(0, cancel))
            {
                await WaitForRoomAsync(room, deadline, cancel);
            }

            var sending = SendAsync(message, room);
            var left = deadline - _time.GetElapsedTime(start);
            return sending.IsCompleted ? await sending : await sending.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, cancel);
        }
        catch (TimeoutException)
        {
            return (PublishOutcome.Failed, null);
        }
    }

    /// <summary>A ping of our own: the client's keep-alive sends none while it publishes, so a half-open link looks alive for hours.</summary>
    public async Task<bool> AnswersAsync(TimeSpan patience, CancellationToken cancel)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(patience);
            await _client.PingAsync(limit.Token);
            return true;
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            // Where it is over already, its own reason is about to come.
            if (!_client.IsConnected)
            {
                await Task.WhenAny(Ended, Task.Delay(ClosePatience, _time, cancel));
            }

            return Ended.IsCompleted;
        }
    }

    public async Task AcknowledgeAsync(MqttApplicationMessageReceivedEventArgs args)
    {
        try
        {
            if (IsUp)
            {
                await args.AcknowledgeAsync(_life.Token);
            }
        }
        catch (Exception)
        {
            // The link died: the broker delivers again, and receivers recognise what they had.
        }
    }

    /// <summary>Says goodbye where that is possible and frees what the connection holds.</summary>
    public async Task CloseAsync(MqttClientDisconnectOptionsReason reason)
    {
        try
        {
            using var limit = new CancellationTokenSource(ClosePatience, _time);
            await _client.DisconnectAsync(new MqttClientDisconnectOptions { Reason = reason }, limit.Token).WaitAsync(2 * ClosePatience, _time, CancellationToken.None);
        }
        catch (Exception)
        {
            // Closing what is already gone.
        }

        Dispose();
    }

    public void Dispose()
    {
        End("closed");
        MakeReady();
        _life.Cancel();
        _client.Dispose();
    }

    private static string Sentence(MqttClientDisconnectedEventArgs args) =>
        args.Exception is { } e ? $"the connection broke: {e.GetBaseException().Message}"
        : args.Reason == MqttClientDisconnectReason.NormalDisconnection ? "the connection was closed"
        : $"the broker ended the connection: {args.Reason} {args.ReasonString}".TrimEnd();

    private async Task WaitForRoomAsync(SemaphoreSlim room, TimeSpan deadline, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(deadline, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token, _life.Token);
        try
        {
            await room.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    // A caller who gave up frees no room: to the broker the message is in flight until it answered. Nor does he cut off half a packet.
    private async Task<(PublishOutcome, string?)> SendAsync(OutboundMessage message, SemaphoreSlim room)
    {
        try
        {
            var result = await _client.PublishAsync(MessageMapping.ToMqtt(message, Terms.Protocol), _life.Token);
            // A success code that means nobody received it: never take IsSuccess for an answer.
            return result.ReasonCode switch
            {
                MqttClientPublishReasonCode.Success => (PublishOutcome.Sent, null),
                MqttClientPublishReasonCode.NoMatchingSubscribers => (PublishOutcome.NobodyListens, null),
                _ => (PublishOutcome.Refused, $"the broker refused the message on {message.Topic}: {result.ReasonCode} {result.ReasonString}".TrimEnd()),
            };
        }
        catch (Exception)
        {
            return (PublishOutcome.Failed, null);
        }
        finally
        {
            room.Release();
        }
    }
}

/// <param name="TakenOver">Another client with our name connected.</param>
internal sealed record Ending(string Why, bool TakenOver);
