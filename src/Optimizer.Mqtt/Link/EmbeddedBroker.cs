using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Optimizer.Mqtt;

/// <summary>
/// An MQTT broker inside this process, on loopback, for the demo and the tests only: it expires no messages, keeps no
/// session over a restart and checks no password. Its one rule: what stands below <c>_truth</c> is published by the user
/// <c>truth</c> only, and reaches the user <c>judge</c> only. A plant uses a real broker.
/// </summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    /// <summary>The user that may publish the truth of a simulated plant.</summary>
    public const string TruthUser = "truth";

    /// <summary>The user that may read it.</summary>
    public const string JudgeUser = "judge";

    private static readonly string Wall = $"/{TopicTree.TruthSegment}/";

    private readonly ConcurrentDictionary<string, string?> _users = new(StringComparer.Ordinal);
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
        _server.InterceptingPublishAsync += e =>
        {
            if (e.ApplicationMessage.Topic.Contains(Wall, StringComparison.Ordinal) && e.UserName != TruthUser)
            {
                e.ProcessPublish = false;
                e.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
            }

            return Task.CompletedTask;
        };
        _server.ClientConnectedAsync += e =>
        {
            _users[e.ClientId] = e.UserName;
            return Task.CompletedTask;
        };
        _server.InterceptingClientEnqueueAsync += e =>
        {
            e.AcceptEnqueue = !e.ApplicationMessage.Topic.Contains(Wall, StringComparison.Ordinal) || _users.GetValueOrDefault(e.ReceiverClientId) == JudgeUser;
            return Task.CompletedTask;
        };
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
