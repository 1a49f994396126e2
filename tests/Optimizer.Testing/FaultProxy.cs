using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Optimizer.Testing;

/// <summary>A TCP proxy on loopback that can go deaf (half-open), refuse, cut and slow what passes through it.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly Task _accepting;
    private TaskCompletionSource _flows = Open();
    private volatile bool _refuses;

    /// <param name="target">Loopback port behind it.</param>
    public FaultProxy(int target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Connections taken so far.</summary>
    public int Accepted { get; private set; }

    /// <summary>Waits before each chunk is passed on.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>New connections are closed at once.</summary>
    public bool Refuses
    {
        get => _refuses;
        set => _refuses = value;
    }

    /// <summary>Connections stand, bytes go nowhere: a half-open link.</summary>
    public void GoDeaf()
    {
        if (Volatile.Read(ref _flows).Task.IsCompleted)
        {
            Volatile.Write(ref _flows, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    /// <summary>Bytes flow again, those held back included.</summary>
    public void Hear() => Volatile.Read(ref _flows).TrySetResult();

    /// <summary>Resets every connection that stands.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            Reset(socket);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Hear();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                Accepted++;
                if (_refuses)
                {
                    Reset(client);
                    continue;
                }

                _ = ServeAsync(client);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Closed while waiting.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sockets[client] = _sockets[server] = 0;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            await Task.WhenAny(PassAsync(client, server), PassAsync(server, client));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody behind, or the end of the test.
        }

        Reset(client);
        Reset(server);
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int n;
            while ((n = await from.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                await Volatile.Read(ref _flows).Task.WaitAsync(_stop.Token);
                if (Latency > TimeSpan.Zero)
                {
                    await Task.Delay(Latency, TimeProvider.System, _stop.Token);
                }

                for (int sent = 0; sent < n;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, n - sent), _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the other follows.
        }
    }

    private void Reset(Socket socket)
    {
        if (_sockets.TryRemove(socket, out _) || socket.Connected)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Gone already.
            }

            socket.Dispose();
        }
    }
}
