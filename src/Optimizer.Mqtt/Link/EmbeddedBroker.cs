using System.Net;
using System.Net.Sockets;
using MQTTnet.Server;

namespace Optimizer.Mqtt;

/// <summary>
/// An MQTT broker inside this process, on loopback, for the demo and the tests only: it expires no messages, keeps no
/// session over a restart and has no access control. A plant uses a real broker.
/// </summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    private MqttServer? _server;

    private EmbeddedBroker(int port) => Port = port;

    public int Port { get; }

    /// <param name="port">0: a free one is chosen.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<EmbeddedBroker> StartAsync(int port)
    {
        var broker = new EmbeddedBroker(port == 0 ? FreePort() : port);
        await broker.StartAsync();
        return broker;
    }

    /// <summary>Starts again on the same port after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync()
    {
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint().WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointBoundIPV6Address(IPAddress.None).WithDefaultEndpointPort(Port)
            // Loopback at full speed: the default of 250 would silently drop telemetry in bursts.
            .WithMaxPendingMessagesPerClient(1_000_000)
            .Build();
        _server = new MqttServerFactory().CreateMqttServer(options);
        try
        {
            await _server.StartAsync();
        }
        catch (SocketException e)
        {
            throw new IOException($"the embedded broker cannot listen on 127.0.0.1:{Port}: {e.Message}", e);
        }
    }

    public async Task StopAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.StopAsync();
            server.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
