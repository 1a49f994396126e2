using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>A broker that says what a test makes it say: announcements no real one here makes, refusals, silence.</summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _accepting;

    public ScriptedBroker()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The whole answer to the n-th CONNECT, from 1; empty: hangs up.</summary>
    public Func<int, byte[]> Answer { get; set; } = _ => Accept();

    /// <summary>Called with every packet but CONNECT; true: the usual answer follows.</summary>
    public Func<Peer, Packet, Task<bool>> Heard { get; set; } = (_, _) => Task.FromResult(true);

    /// <summary>Called once a connection is accepted and subscribed to, or accepted where nothing is subscribed.</summary>
    public Func<Peer, Task>? Subscribed { get; set; }

    /// <summary>Every connection, in order.</summary>
    public ConcurrentQueue<Peer> Peers { get; } = new();

    /// <summary>A positive CONNACK of MQTT 5.</summary>
    public static byte[] Accept(params byte[] properties) => [0x20, (byte)(3 + properties.Length), 0, 0, (byte)properties.Length, .. properties];

    /// <summary>A positive CONNACK that says it kept the session.</summary>
    public static byte[] AcceptAgain() => [0x20, 3, 1, 0, 0];

    /// <summary>A negative one.</summary>
    public static byte[] Refuse(byte code, string reason) =>
        [0x20, (byte)(6 + reason.Length), 0, code, (byte)(3 + reason.Length), 0x1F, 0, (byte)reason.Length, .. Encoding.UTF8.GetBytes(reason)];

    public static byte[] ReceiveMaximum(ushort most) => [0x21, (byte)(most >> 8), (byte)most];

    public static byte[] MaximumPacketSize(uint most) => [0x27, (byte)(most >> 24), (byte)(most >> 16), (byte)(most >> 8), (byte)most];

    public static byte[] ServerKeepAlive(ushort seconds) => [0x13, (byte)(seconds >> 8), (byte)seconds];

    public static byte[] MaximumQoS(byte most) => [0x24, most];

    public static byte[] RetainAvailable(byte flag) => [0x25, flag];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var peer in Peers)
        {
            peer.Close();
        }

        await _accepting;
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (int n = 1; !_stop.IsCancellationRequested; n++)
            {
                var peer = new Peer(n, await _listener.AcceptTcpClientAsync(_stop.Token));
                Peers.Enqueue(peer);
                _serving.Add(ServeAsync(peer));
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(Peer peer)
    {
        try
        {
            while (await peer.ReadAsync(_stop.Token) is { } packet)
            {
                if (packet.Kind == 1)
                {
                    byte[] answer = Answer(peer.Number);
                    await peer.SendAsync(answer, _stop.Token);
                    if (answer.Length == 0 || answer[3] != 0)
                    {
                        peer.Close();
                    }

                    continue;
                }

                if (await Heard(peer, packet))
                {
                    await UsualAsync(peer, packet);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either side hung up.
        }

        peer.Close();
    }

    private async Task UsualAsync(Peer peer, Packet packet)
    {
        switch (packet.Kind)
        {
            case 3 when packet.QualityOfService == 1:
                await peer.AcknowledgeAsync(packet.Identifier, _stop.Token);
                break;
            case 8:
                await peer.SendAsync([0x90, (byte)(3 + packet.Filters.Count), (byte)(packet.Identifier >> 8), (byte)packet.Identifier, 0, .. packet.Filters.Select(_ => (byte)1)], _stop.Token);
                await (Subscribed?.Invoke(peer) ?? Task.CompletedTask);
                break;
            case 10:
                await peer.SendAsync([0xB0, 4, (byte)(packet.Identifier >> 8), (byte)packet.Identifier, 0, 0], _stop.Token);
                break;
            case 12:
                await peer.SendAsync([0xD0, 0], _stop.Token);
                break;
            case 14:
                peer.Close();
                break;
        }
    }

    /// <summary>A packet of a client.</summary>
    internal sealed record Packet(byte First, byte[] Body, int Size)
    {
        public int Kind => First >> 4;

        public int QualityOfService => (First >> 1) & 3;

        public string Topic => Encoding.UTF8.GetString(Body, 2, BinaryPrimitives.ReadUInt16BigEndian(Body));

        /// <summary>Of a PUBLISH of QoS 1, a PUBACK, a SUBSCRIBE or an UNSUBSCRIBE.</summary>
        public ushort Identifier => BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(Kind == 3 ? 2 + BinaryPrimitives.ReadUInt16BigEndian(Body) : 0));

        /// <summary>Of a SUBSCRIBE without properties.</summary>
        public List<string> Filters
        {
            get
            {
                var filters = new List<string>();
                for (int at = 3; at < Body.Length;)
                {
                    int length = BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(at));
                    filters.Add(Encoding.UTF8.GetString(Body, at + 2, length));
                    at += 2 + length + (Kind == 8 ? 1 : 0);
                }

                return filters;
            }
        }
    }

    /// <summary>One connection of a client.</summary>
    internal sealed class Peer(int number, TcpClient client)
    {
        private readonly SemaphoreSlim _sending = new(1, 1);

        public int Number => number;

        /// <summary>What came, but for CONNECT.</summary>
        public ConcurrentQueue<Packet> Packets { get; } = new();

        /// <summary>The CONNECT.</summary>
        public Packet? Connect { get; private set; }

        public int Count(int kind) => Packets.Count(p => p.Kind == kind);

        public void Close() => client.Dispose();

        public Task AcknowledgeAsync(ushort identifier, CancellationToken cancel) => SendAsync([0x40, 2, (byte)(identifier >> 8), (byte)identifier], cancel);

        /// <summary>A PUBLISH of QoS 1 without properties.</summary>
        public Task PublishAsync(string topic, ushort identifier, string payload, CancellationToken cancel, bool again = false) =>
            SendAsync([(byte)(again ? 0x3A : 0x32), (byte)(5 + topic.Length + payload.Length), 0, (byte)topic.Length, .. Encoding.UTF8.GetBytes(topic), (byte)(identifier >> 8), (byte)identifier, 0, .. Encoding.UTF8.GetBytes(payload)], cancel);

        /// <summary>DISCONNECT with a reason code.</summary>
        public Task DisconnectAsync(byte code, CancellationToken cancel) => SendAsync([0xE0, 2, code, 0], cancel);

        public async Task SendAsync(byte[] bytes, CancellationToken cancel)
        {
            await _sending.WaitAsync(cancel);
            try
            {
                await client.GetStream().WriteAsync(bytes, cancel);
            }
            finally
            {
                _sending.Release();
            }
        }

        public async Task<Packet?> ReadAsync(CancellationToken cancel)
        {
            byte[] one = new byte[1];
            if (await client.GetStream().ReadAsync(one, cancel) == 0)
            {
                return null;
            }

            byte first = one[0];
            int length = 0, size = 1;
            for (int shift = 0; ; shift += 7)
            {
                await client.GetStream().ReadExactlyAsync(one, cancel);
                size++;
                length |= (one[0] & 127) << shift;
                if (one[0] < 128)
                {
                    break;
                }
            }

            byte[] body = new byte[length];
            await client.GetStream().ReadExactlyAsync(body, cancel);
            var packet = new Packet(first, body, size + length);
            if (packet.Kind == 1)
            {
                Connect = packet;
            }
            else
            {
                Packets.Enqueue(packet);
            }

            return packet;
        }
    }
}
