using Optimizer.Cycle;
using Optimizer.Edge.Site;
using Optimizer.Mqtt;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;

namespace Optimizer.Edge.Line;

/// <summary>
/// The Sparkplug sources of a site, on a connection of their own: a host's session must start clean, the one for commands must
/// not. The caller holds the worker's turn.
/// </summary>
internal sealed class SparkplugFeed : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly SampleIntake _intake;
    private readonly WorkerCounters _counters;
    private readonly TimeProvider _time;
    private readonly List<Sample> _samples = [];
    private int _isLost, _isUp;

    /// <param name="like">How the worker reaches the broker.</param>
    /// <param name="handle">Takes the worker's turn and calls <see cref="TakeAsync"/>.</param>
    private SparkplugFeed(
        SparkplugHost host, MqttLinkOptions like, SampleIntake intake, WorkerCounters counters, Func<InboundMessage, CancellationToken, ValueTask> handle, TimeProvider time)
    {
        (Host, _intake, _counters, _time) = (host, intake, counters, time);
        Link = new MqttLink(like with { ClientId = like.ClientId + "-spb", Filters = host.Filters, CommandFilters = [], Will = null, CleanSession = true }, handle, time)
        {
            Lost = _ => Interlocked.Exchange(ref _isLost, 1),
            Connected = _ =>
            {
                Interlocked.Exchange(ref _isUp, 1);
                return Task.CompletedTask;
            },
        };
    }

    public SparkplugHost Host { get; }

    public MqttLink Link { get; }

    /// <returns>Null: the site has no Sparkplug.</returns>
    public static SparkplugFeed? Of(
        SiteDefinition site, MqttLinkOptions like, SampleIntake intake, WorkerCounters counters, Func<InboundMessage, CancellationToken, ValueTask> handle, TimeProvider time)
    {
        var bindings = SiteBindings.Sparkplug(site);
        var target = SiteTranslation.Sparkplug(site);
        return bindings.Count == 0 && target is null
            ? null
            : new SparkplugFeed(new SparkplugHost(bindings, target?.Watched), like, intake, counters, handle, time);
    }

    /// <param name="now">Process time.</param>
    /// <param name="loop">Gives the loop, made when the first sample needs it.</param>
    public Task TakeAsync(InboundMessage message, DateTimeOffset now, Func<LineLoop> loop, CancellationToken cancel)
    {
        Connection(now, loop);
        var outcome = Host.Take(message.Topic, message.Payload.Span, _time.GetUtcNow(), message.Retained, _samples);
        if (outcome.Reason is { } reason)
        {
            _counters.Refuse(outcome.IsOurs ? "sparkplug_rejected" : "unknown_topic", $"{message.Topic}: {reason}");
        }

        if (outcome.Unbound > 0)
        {
            _counters.Count("unbound_values", outcome.Unbound);
        }

        return SettleAsync(now, loop, cancel);
    }

    /// <summary>Passes time.</summary>
    public Task TickAsync(DateTimeOffset now, Func<LineLoop> loop, CancellationToken cancel)
    {
        Connection(now, loop);
        if (Host.Advance(_time.GetUtcNow(), _samples).Reason is { } reason)
        {
            _counters.Refuse("sparkplug_rejected", reason);
        }

        return SettleAsync(now, loop, cancel);
    }

    public Task PublishAsync(OutboundMessage message, CancellationToken cancel) => Link.PublishAsync(message, Deadline, cancel);

    public ValueTask DisposeAsync() => Link.DisposeAsync();

    // The link tells of its ends from its own loop; what that means for the values is settled at the next turn, before anything else.
    private void Connection(DateTimeOffset now, Func<LineLoop> loop)
    {
        if (Interlocked.Exchange(ref _isLost, 0) == 1)
        {
            Host.LinkLost(_time.GetUtcNow(), _samples);
            Deliver(now, loop);
        }

        if (Interlocked.Exchange(ref _isUp, 0) == 1)
        {
            Host.LinkUp();
        }
    }

    private async Task SettleAsync(DateTimeOffset now, Func<LineLoop> loop, CancellationToken cancel)
    {
        Deliver(now, loop);
        foreach (var request in Host.Rebirths(_time.GetUtcNow()))
        {
            _counters.Count("rebirths_asked");
            await PublishAsync(request, cancel);
        }
    }

    private void Deliver(DateTimeOffset now, Func<LineLoop> loop)
    {
        _intake.Deliver(_samples, now, loop);
        _samples.Clear();
    }
}
