using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Protocol;

namespace Optimizer.Mqtt;

/// <summary>
/// Takes messages off MQTTnet's receive loop, which must never wait or throw, and hands them on one by one in the order they
/// came. QoS 1 is acknowledged after it was handled, and only to the connection it came by.
/// </summary>
/// <param name="failed">Told of every message whose handler threw.</param>
internal sealed class InboundPump(int capacity, Func<InboundMessage, CancellationToken, ValueTask> handle, Action<string> failed)
{
    private readonly Channel<(MqttApplicationMessageReceivedEventArgs Args, long Epoch)> _inbound =
        Channel.CreateBounded<(MqttApplicationMessageReceivedEventArgs, long)>(new BoundedChannelOptions(capacity) { SingleReader = true });

    private long _received, _dropped, _failures;

    public long Received => Interlocked.Read(ref _received);

    public long Dropped => Interlocked.Read(ref _dropped);

    public long Failures => Interlocked.Read(ref _failures);

    public Task ReceiveAsync(MqttApplicationMessageReceivedEventArgs args, long epoch)
    {
        Interlocked.Increment(ref _received);
        args.AutoAcknowledge = false;
        if (_inbound.Writer.TryWrite((args, epoch)))
        {
            return Task.CompletedTask;
        }

        if (args.ApplicationMessage.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
        {
            Interlocked.Increment(ref _dropped);
            return Task.CompletedTask;
        }

        return _inbound.Writer.WriteAsync((args, epoch)).AsTask();
    }

    /// <param name="acknowledge">Acknowledges unless the connection is another by now.</param>
    public async Task RunAsync(Func<MqttApplicationMessageReceivedEventArgs, long, CancellationToken, Task> acknowledge, CancellationToken cancel)
    {
        try
        {
            await foreach (var (args, epoch) in _inbound.Reader.ReadAllAsync(cancel))
            {
                try
                {
                    await handle(MessageMapping.ToInbound(args.ApplicationMessage), cancel);
                }
                catch (Exception e) when (!cancel.IsCancellationRequested)
                {
                    // An unacknowledged message would silently stall the link at ReceiveMaximum.
                    Interlocked.Increment(ref _failures);
                    failed($"handling a message on {args.ApplicationMessage.Topic} failed: {e.Message}");
                    args.ReasonCode = MqttApplicationMessageReceivedReasonCode.ImplementationSpecificError;
                }

                if (args.ApplicationMessage.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce)
                {
                    await acknowledge(args, epoch, cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }
}
