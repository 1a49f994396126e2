using Optimizer.Mqtt;

namespace Optimizer.Simulation.Mqtt;

/// <summary>
/// Publishes what a simulated plant really is below <c>_truth</c>, over a connection and under a user of its own, so that a
/// broker can keep it from the optimizer.
/// </summary>
public sealed class TruthPublisher : IAsyncDisposable
{
    private static readonly TimeSpan PublishDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Func<IReadOnlyList<(string Tag, double Value, string EngineeringUnit)>> _truth;
    private readonly TopicTree _topics;
    private DateTimeOffset _next;

    /// <param name="options">Host, port, location and so on of the plant; the user is that of the truth.</param>
    public TruthPublisher(PlantHostOptions options, string gateway, string user, string? password, Func<IReadOnlyList<(string Tag, double Value, string EngineeringUnit)>> truth, TimeProvider time)
    {
        _truth = truth;
        _topics = new TopicTree(options.Location);
        Link = new MqttLink(
            new MqttLinkOptions { Host = options.Host, Port = options.Port, ClientId = gateway + "-truth", Tls = options.Tls, UserName = user, Password = password, Filters = [] }, (_, _) => default, time);
    }

    public MqttLink Link { get; }

    /// <summary>Keeps the connection.</summary>
    public Task RunAsync(CancellationToken cancel) => Link.RunAsync(cancel);

    /// <summary>Publishes once per minute of process time; call after each step.</summary>
    public async Task SteppedAsync(DateTimeOffset now, CancellationToken cancel)
    {
        if (now < _next)
        {
            return;
        }

        _next = now + Period;
        foreach (var (tag, value, _) in _truth())
        {
            await Link.PublishAsync(new OutboundMessage(_topics.Truth(tag), TelemetryEncoder.Encode(now, value), 0), PublishDeadline, cancel);
        }
    }

    public ValueTask DisposeAsync() => Link.DisposeAsync();
}
