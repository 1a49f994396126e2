using Optimizer.Cycle;
using Optimizer.Edge.Site;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Line;

/// <summary>What the worker says on the wire. <see cref="SetpointWrite"/> is the only thing it takes for a setpoint.</summary>
internal sealed class LinePublisher(MqttLink link, TopicTree topics, SiteLine site, MessageSigner? signer)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RecommendationLife = TimeSpan.FromMinutes(15);

    private string? _lastRecommendation;

    public static OutboundMessage Online(TopicTree topics, bool online, long epoch, DateTimeOffset at, string? reason, bool demo) => new(
        topics.StateOnline, ModePayload.Encode(new OnlineMessage(online, "opt", at, typeof(LinePublisher).Assembly.GetName().Version?.ToString(3), epoch, reason) { Demo = demo }), 1, Retain: true);

    public Task HeartbeatAsync(Heartbeat beat, CancellationToken cancel) =>
        link.PublishAsync(new OutboundMessage(topics.Heartbeat(beat.Party), HeartbeatPayload.Encode(beat), 0, Expiry: TimeSpan.FromSeconds(3)), Deadline, cancel);

    public async Task PublishAsync(LineEvent e, LineLoop loop, CancellationToken cancel)
    {
        switch (e)
        {
            case SendWrite send:
                await SetpointAsync(send.Write, cancel);
                break;
            case ModeChanged mode:
                var state = new ModeStateMessage(loop.Line.Unit.Name, mode.State.Mode, mode.State.Version, mode.State.Since, mode.State.Cause);
                await link.PublishAsync(new OutboundMessage(topics.StateMode, ModePayload.Encode(state), 1, Retain: true), Deadline, cancel);
                break;
            case DecisionMade { Outcome: { Kind: not DecisionKind.Held } outcome }:
                await RecommendationAsync(outcome, loop, cancel);
                break;
        }
    }

    public async Task ReplyAsync(InboundMessage message, ModeCommandMessage command, string? refusal, ModeState mode, DateTimeOffset at, CancellationToken cancel)
    {
        if (!TopicTree.IsReplyTopic(message.ResponseTopic, command.Client))
        {
            return;
        }

        var reply = new CommandReplyMessage(command.CommandId, refusal is null, refusal is null ? null : "rejected", refusal, mode.Mode, mode.Version, at);
        await link.PublishAsync(new OutboundMessage(message.ResponseTopic!, ModePayload.Encode(reply), 1) { CorrelationData = message.CorrelationData }, Deadline, cancel);
    }

    // Whether it arrived is the ledger's question: no answer within 3 s and the same command goes out again.
    private Task<PublishOutcome> SetpointAsync(SetpointWrite write, CancellationToken cancel) => link.PublishAsync(
        Signed(new OutboundMessage(topics.SetpointSet(site.Site.Gateway.Id), SetpointPayload.Encode(write.ToRequest()), 1, Retain: false, site.Site.Gateway.Expiry)
        {
            CorrelationData = new Guid(write.Id).ToByteArray(bigEndian: true),
            UserProperties = CloudEvent(write.Id, "optimizer.setpoint." + write.Kind.ToString().ToLowerInvariant()),
        }), Deadline, cancel);

    private OutboundMessage Signed(OutboundMessage message) => signer?.Sign(message) ?? message;

    private async Task RecommendationAsync(CycleOutcome outcome, LineLoop loop, CancellationToken cancel)
    {
        string id = outcome.Write?.Id is { } setpoint ? setpoint : SetpointIds.Create(outcome.At, 0, loop.Ledger.Written, outcome.Sentence);
        var set = loop.Surrogates!;
        var evidence = outcome.Move!.Evidence;
        var stay = outcome.Stay!;
        var message = new RecommendationMessage(
            id, loop.Line.Unit.Name, outcome.At, outcome.At + RecommendationLife, loop.Mode.Mode,
            new ModelReference(site.Site.Name, set.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), set.Hash),
            new RecommendationBasis(outcome.At - loop.Line.Settings.Retention, outcome.At, Steady: true, InDomain: evidence.ModelDistance <= 0),
            [.. outcome.Move.Items.Select(i => new RecommendedMove(i.Variable.Name, i.From, i.To, i.Variable.EngineeringUnit, i.Target, RecommendationText.LimitedBy(outcome, i.Variable.Name)))],
            new PredictedBenefit(evidence.Benefit, evidence.BenefitDeviation, evidence.BenefitUnit,
                [.. outcome.Step!.Controlled.Select((c, k) => new PredictedVariable(c.Variable, stay.Controlled[k].Mean, c.Mean, c.Low, c.High))]),
            loop.Mode.Mode == OperatingMode.Supervised)
        {
            Supersedes = _lastRecommendation,
            Reasons = [outcome.Sentence.Length <= 200 ? outcome.Sentence : outcome.Sentence[..199] + "…"],
        };
        _lastRecommendation = id;
        await link.PublishAsync(new OutboundMessage(topics.Recommendation(loop.Line.Unit.Name), RecommendationPayload.Encode(message), 1, Retain: false, RecommendationLife)
        {
            UserProperties = CloudEvent(id, "optimizer.recommendation"),
        }, Deadline, cancel);
    }

    private (string, string)[] CloudEvent(string id, string type) =>
        [("specversion", "1.0"), ("id", id), ("source", topics.Location), ("type", type)];
}
