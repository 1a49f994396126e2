using Optimizer.Cycle;
using Optimizer.Edge.Site;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Line;

/// <summary>What the worker says on the wire. <see cref="SetpointWrite"/> is the only thing it takes for a setpoint.</summary>
internal sealed class LinePublisher(MqttLink link, TopicTree topics, SiteLine site, long epoch, MessageSigner? signer)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private long _modelEvents;

    /// <summary>Sends setpoints to a gateway that does not speak our contract; null: it does.</summary>
    public Func<SetpointWrite, CancellationToken, Task>? Foreign { get; set; }

    public static OutboundMessage Online(TopicTree topics, bool online, long epoch, DateTimeOffset at, string? reason, bool demo) => new(
        topics.StateOnline, ModePayload.Encode(new OnlineMessage(online, "opt", at, typeof(LinePublisher).Assembly.GetName().Version?.ToString(3), epoch, reason) { Demo = demo }), 1, Retain: true);

    public Task HeartbeatAsync(Heartbeat beat, CancellationToken cancel) =>
        link.PublishAsync(new OutboundMessage(topics.Heartbeat(beat.Party), HeartbeatPayload.Encode(beat), 0, Expiry: TimeSpan.FromSeconds(3)), Deadline, cancel);

    public async Task PublishAsync(LineEvent e, LineLoop loop, CancellationToken cancel)
    {
        switch (e)
        {
            case SendWrite send:
                await (Foreign is { } foreign ? foreign(send.Write, cancel) : SetpointAsync(send.Write, cancel));
                break;
            case ModeChanged mode:
                await ModeAsync(mode.State, loop, cancel);
                break;
            case DecisionMade { Outcome.Recommendation: { } recommendation } decision when loop.Mode.Mode >= OperatingMode.Advisory:
                await RecommendationAsync(recommendation, decision.Outcome, loop, cancel);
                break;
            case AlarmChanged alarm:
                await AlarmAsync(alarm.Alarm.Kind, AlarmPayload.Encode(loop.Line.Unit.Name, alarm.Alarm), cancel);
                break;
        }

        if (ModelNews.Of(e, loop, site.Site.Name) is { } news)
        {
            await ModelAsync(news, cancel);
        }
    }

    /// <summary>Says which alarms stand and takes the others off the broker, which may remember them from an earlier life.</summary>
    public async Task AlarmsAsync(IReadOnlyCollection<Alarm> standing, CancellationToken cancel)
    {
        foreach (var kind in Enum.GetValues<AlarmKind>())
        {
            var alarm = standing.FirstOrDefault(a => a.Kind == kind);
            await AlarmAsync(kind, alarm is null ? [] : AlarmPayload.Encode(site.Line.Unit.Name, alarm), cancel);
        }
    }

    /// <param name="client">Who the client says it is: it gets answers below its own name only. Null: it did not say.</param>
    public async Task ReplyAsync(InboundMessage message, string? client, CommandReplyMessage reply, CancellationToken cancel)
    {
        if (TopicTree.IsReplyTopic(message.ResponseTopic, client))
        {
            await link.PublishAsync(new OutboundMessage(message.ResponseTopic!, ModePayload.Encode(reply), 1) { CorrelationData = message.CorrelationData }, Deadline, cancel);
        }
    }

    // Whether it arrived is the ledger's question: no answer within 3 s and the same command goes out again.
    private Task<PublishOutcome> SetpointAsync(SetpointWrite write, CancellationToken cancel) => link.PublishAsync(
        Signed(new OutboundMessage(topics.SetpointSet(site.Site.Gateway.Id), SetpointPayload.Encode(write.ToRequest()), 1, Retain: false, site.Site.Gateway.Expiry)
        {
            CorrelationData = new Guid(write.Id).ToByteArray(bigEndian: true),
            // The way down is open by any connection: a release that comes late releases nothing newer.
            IsCommand = write.Kind != RequestKind.Release,
            UserProperties = CloudEvent.Attributes(write.Id, topics.Location, "optimizer.setpoint." + write.Kind.ToString().ToLowerInvariant(), write.IssuedAt),
        }), Deadline, cancel);

    private OutboundMessage Signed(OutboundMessage message) => signer?.Sign(message) ?? message;

    private Task<PublishOutcome> ModeAsync(ModeState state, LineLoop loop, CancellationToken cancel)
    {
        var message = new ModeStateMessage(loop.Line.Unit.Name, state.Mode, state.Version, state.Since, state.Cause)
        {
            TargetMode = state.Target,
            By = state.By,
            Mvs = state.Participants,
        };
        return link.PublishAsync(new OutboundMessage(topics.StateMode, ModePayload.Encode(message), 1, Retain: true), Deadline, cancel);
    }

    private Task<PublishOutcome> AlarmAsync(AlarmKind kind, byte[] payload, CancellationToken cancel) =>
        link.PublishAsync(new OutboundMessage(topics.Alarm(AlarmPayload.Id(site.Line.Unit.Name, kind)), payload, 1, Retain: true), Deadline, cancel);

    private Task<PublishOutcome> ModelAsync(ModelEventMessage message, CancellationToken cancel)
    {
        string id = SetpointIds.Create(message.At, epoch, ++_modelEvents, "model_event");
        return link.PublishAsync(new OutboundMessage(topics.ModelEvent(site.Line.Unit.Name), ModelEventPayload.Encode(message), 1)
        {
            UserProperties = CloudEvent.Attributes(id, topics.Location, "optimizer.model." + message.Event.ToString().ToLowerInvariant(), message.At),
        }, Deadline, cancel);
    }

    private Task<PublishOutcome> RecommendationAsync(Recommendation recommendation, CycleOutcome outcome, LineLoop loop, CancellationToken cancel) => link.PublishAsync(
        new OutboundMessage(topics.Recommendation(loop.Line.Unit.Name), RecommendationPayload.Encode(RecommendationText.Message(recommendation, outcome, loop, site.Site.Name)), 1, Retain: false, Recommendation.Life)
        {
            UserProperties = CloudEvent.Attributes(recommendation.Id, topics.Location, "optimizer.recommendation", outcome.At),
        }, Deadline, cancel);
}
