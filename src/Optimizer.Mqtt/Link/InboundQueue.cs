using System.Buffers;
using MQTTnet;
using MQTTnet.Protocol;

namespace Optimizer.Mqtt;

/// <summary>
/// Messages received and not yet handled, in the order they came. When it is full the oldest of QoS 0 gives way. QoS 1 never
/// does: the broker sends no more of it than we announced, and one that does all the same is refused. What a broker delivers
/// again while the first delivery still waits here takes its place, or every reconnect would add another copy of the backlog.
/// </summary>
internal sealed class InboundQueue(int capacity, long capacityBytes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _all = new();
    private readonly Queue<LinkedListNode<Entry>> _mayGo = new();
    private readonly Dictionary<ushort, LinkedListNode<Entry>> _mustStay = [];
    private readonly SemaphoreSlim _filled = new(0);
    private long _bytes, _dropped;

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Payload bytes waiting.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <returns>False: it is full of messages that must not be lost.</returns>
    public bool TryAdd(MqttApplicationMessageReceivedEventArgs args, BrokerConnection connection)
    {
        bool mayGo = args.ApplicationMessage.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce;
        var entry = new Entry(args, connection);
        lock (_gate)
        {
            if (!mayGo && args.ApplicationMessage.Dup && _mustStay.TryGetValue(args.PacketIdentifier, out var first) && entry.Repeats(first.Value))
            {
                Remove(first);
                _filled.Wait(0);
            }

            while (IsFull(entry) && _mayGo.TryDequeue(out var oldest))
            {
                Remove(oldest);
                _dropped++;
                // It is no longer there to be waited for.
                _filled.Wait(0);
            }

            if (IsFull(entry))
            {
                _dropped += mayGo ? 1 : 0;
                return mayGo;
            }

            var node = _all.AddLast(entry);
            _bytes += entry.Size;
            if (mayGo)
            {
                _mayGo.Enqueue(node);
            }
            else
            {
                _mustStay[args.PacketIdentifier] = node;
            }
        }

        _filled.Release();
        return true;
    }

    public async ValueTask<Entry> TakeAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _filled.WaitAsync(cancel);
            lock (_gate)
            {
                if (_all.First is { } first)
                {
                    if (_mayGo.TryPeek(out var next) && next == first)
                    {
                        _mayGo.Dequeue();
                    }

                    Remove(first);
                    return first.Value;
                }
            }
        }
    }

    private bool IsFull(Entry entry) => _all.Count >= capacity || (_all.Count > 0 && _bytes + entry.Size > capacityBytes);

    private void Remove(LinkedListNode<Entry> node)
    {
        _all.Remove(node);
        _bytes -= node.Value.Size;
        if (_mustStay.GetValueOrDefault(node.Value.Args.PacketIdentifier) == node)
        {
            _mustStay.Remove(node.Value.Args.PacketIdentifier);
        }
    }

    internal sealed record Entry(MqttApplicationMessageReceivedEventArgs Args, BrokerConnection Connection)
    {
        public long Size => Args.ApplicationMessage.Payload.Length;

        public bool Repeats(Entry first) =>
            first.Connection != Connection && first.Args.ApplicationMessage.Topic == Args.ApplicationMessage.Topic
            && first.Args.ApplicationMessage.Payload.ToArray().AsSpan().SequenceEqual(Args.ApplicationMessage.Payload.ToArray());
    }
}
