using MQTTnet;
using MQTTnet.Protocol;

namespace Optimizer.Mqtt;

/// <summary>
/// Takes messages off MQTTnet's receive loop, which must never wait or throw, and hands them on one by one in the order they
/// came. QoS 1 is acknowledged after it was handled, in that order, and only to the connection it came by.
/// </summary>
/// <param name="failed">Told of every message whose handler threw.</param>
internal sealed class InboundPump(MqttLinkOptions options, Func<InboundMessage, CancellationToken, ValueTask> handle, Action<string> failed)
{
    private readonly InboundQueue _queue = new(options.InboundCapacity, options.InboundBytes);
    private long _received, _failures;

    public long Received => Interlocked.Read(ref _received);

    public long Dropped => _queue.Dropped;

    public long Failures => Interlocked.Read(ref _failures);

    public long WaitingBytes => _queue.Bytes;

    public void Receive(MqttApplicationMessageReceivedEventArgs args, BrokerConnection connection)
    {
        Interlocked.Increment(ref _received);
        args.AutoAcknowledge = false;
        if (!_queue.TryAdd(args, connection))
        {
            connection.End($"the broker sends more than we take: {options.InboundCapacity} messages or {options.InboundBytes} bytes of QoS 1 wait, {options.ReceiveMaximum} messages were allowed");
        }
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                var (args, connection) = await _queue.TakeAsync(cancel);
                await connection.Ready.WaitAsync(cancel);
                await HandleAsync(args, cancel);
                if (args.ApplicationMessage.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce)
                {
                    await connection.AcknowledgeAsync(args);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private async Task HandleAsync(MqttApplicationMessageReceivedEventArgs args, CancellationToken cancel)
    {
        try
        {
            await handle(MessageMapping.ToInbound(args.ApplicationMessage), cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // An unacknowledged message would silently stall the link at ReceiveMaximum.
            Interlocked.Increment(ref _failures);
            args.ReasonCode = MqttApplicationMessageReceivedReasonCode.ImplementationSpecificError;
            failed($"handling a message on {args.ApplicationMessage.Topic} failed: {e.Message}");
        }
    }
}
