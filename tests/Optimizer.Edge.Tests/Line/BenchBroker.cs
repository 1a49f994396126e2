using Optimizer.Mqtt;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Line;

/// <summary>The brokers a bench can stand on: the embedded one passes tests that a real one fails.</summary>
public enum BrokerKind
{
    Embedded,
    Mosquitto,
}

internal static class BenchBroker
{
    public static async Task<ITestBroker> StartAsync(BrokerKind kind) => kind == BrokerKind.Mosquitto
        ? await MosquittoBroker.StartAsync("""
            listener {port} 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location {folder}/
            max_queued_messages 0
            set_tcp_nodelay true
            """)
        : new Embedded(await EmbeddedBroker.StartAsync(0));

    private sealed class Embedded(EmbeddedBroker broker) : ITestBroker
    {
        public int Port => broker.Port;

        public Task StopAsync() => broker.StopAsync();

        public Task StartAsync() => broker.StartAsync();

        public ValueTask DisposeAsync() => broker.DisposeAsync();
    }
}
