using System.Text;
using MQTTnet;
using MQTTnet.Protocol;
using Optimizer.Cycle;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Line;

/// <summary>Supervised over a broker: recommendation out, decision in, setpoint out, verified, answered; and what each message carries.</summary>
public abstract class ApprovalOnBroker(BrokerKind kind) : IAsyncLifetime
{
    private const string ReplyTopic = "clients/console/opt/reply";

    private Bench _bench = null!;
    private RawListener _listener = null!;
    private long _commands;

    private LineLoop Loop => _bench.Worker.Loop!;

    public async ValueTask InitializeAsync()
    {
        // Silence is judged by the wall clock, and a busy machine may let the plant wait for longer than the site allows.
        _bench = await Bench.StartAsync(watchdog: TimeSpan.FromMinutes(5), kind: kind);
        _listener = await RawListener.StartAsync(_bench.Broker.Port, _bench.Topics.Location + "/_opt_v1/#", "clients/#");
        await _bench.HistoryAsync(150);
        await _bench.RunAsync(0.1);
    }

    public async ValueTask DisposeAsync()
    {
        // Skipped before it began, where there is no such broker.
        if (_bench is not null)
        {
            await _listener.DisposeAsync();
            await _bench.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task AcceptedRecommendation_IsWrittenVerifiedAnsweredAndRecorded()
    {
        var open = await RecommendedAsync();
        Assert.Equal(0, Loop.Ledger.Written);
        var message = RecommendationPayload.Decode((await _listener.OnAsync(_bench.Topics.Recommendation(Loop.Line.Unit.Name))).Payload.FirstSpan).Value!;
        Assert.Equal((open.Id, true, OperatingMode.Supervised), (message.RecommendationId, message.RequiresApproval, message.Mode));

        var accept = Command(OperatorChoice.Accept, open.Id);
        var reply = await SendAsync(accept);

        Assert.True(reply.Done, reply.Reason);
        Assert.StartsWith("anna accepted: ", reply.Reason, StringComparison.Ordinal);
        var write = SetpointPayload.Decode((await _listener.OnAsync(_bench.Topics.SetpointSet("gw-l01"))).Payload.FirstSpan).Value!;
        Assert.Equal((reply.SetpointId, open.Id, new Actor("anna", ActorRole.Operator, "console")), (write.SetpointId, write.RecommendationId, write.ApprovedBy));
        Assert.Equal(message.Moves.Select(m => m.To), write.Items.Select(i => i.Value));

        // The same command delivered twice: the same answer, nothing written twice.
        var again = await SendAsync(accept);
        Assert.Equal(reply, again);
        // Some variables of this line walk for an hour.
        for (int tries = 0; tries < 12 && _bench.Seen<WriteEnded>().Count == 0; tries++)
        {
            await _bench.RunAsync(0.5);
            await Bench.UntilAsync(() => _bench.Worker.Now == _bench.Plant.Line.Now);
        }

        Assert.NotEmpty(_bench.Seen<WriteEnded>());
        var ended = _bench.Seen<WriteEnded>()[0].Account;
        Assert.True(ended.Fate == WriteFate.Verified, $"{ended.Fate}: {ended.Reason}; {Loop.Mode.Cause}");
        Assert.Equal(1, Loop.Ledger.Written);
        Assert.All(write.Items, i => Assert.Contains(i.Value, _bench.Plant.Gateway.Setpoints));

        var rows = _bench.Audit.Read().ToList();
        Assert.Contains(rows, r => r.Kind == "operator" && r.Body.Contains("\"anna\"", StringComparison.Ordinal) && r.Body.Contains("\"accept\"", StringComparison.Ordinal));
        Assert.Contains(rows, r => r.Kind == "write" && r.Body.Contains(open.Id, StringComparison.Ordinal) && r.Body.Contains("\"approved_by\"", StringComparison.Ordinal));
        Assert.Null(_bench.Audit.FirstBroken());
    }

    [Fact]
    public async Task WhatMustNotAct_IsAnsweredWithTheReasonAndRecorded()
    {
        var open = await RecommendedAsync();
        var now = _bench.Worker.Now;
        var accept = Command(OperatorChoice.Accept, open.Id);

        Assert.Equal("expired", (await SendAsync(accept with { Decision = Fresh(accept), ExpiresAt = now.AddSeconds(-1) })).ReasonCode);
        Assert.Equal("expired", (await SendAsync(accept with { Decision = Fresh(accept), IssuedAt = now.AddMinutes(2) })).ReasonCode);
        Assert.Equal("retained", (await SendAsync(accept with { Decision = Fresh(accept) }, retain: true)).ReasonCode);
        Assert.Equal("role", (await SendAsync(accept with { Decision = Fresh(accept) with { By = new Actor("eve", ActorRole.Viewer, "console") } })).ReasonCode);
        Assert.Equal("unknown_recommendation", (await SendAsync(accept with { Decision = Fresh(accept) with { RecommendationId = Fresh(accept).CommandId } })).ReasonCode);
        Assert.Equal("unknown_mv", (await SendAsync(accept with { Decision = Fresh(accept) with { Choice = OperatorChoice.Modify, Moves = [new("zz", 1)] } })).ReasonCode);
        Assert.Equal("bad_schema", (await SendAsync(Encoding.UTF8.GetBytes("{\"decision\":\"accept\"}"), Fresh(accept).CommandId)).ReasonCode);

        // Lowering the mode needs no version; with it nothing can be accepted any more.
        Assert.True((await _bench.ModeAsync(OperatingMode.Advisory, c => c with { ExpectedVersion = 0 }))!.Done);
        var reply = await SendAsync(accept);
        Assert.Equal(("mode", "advisory: nothing is written; ask for supervised first"), (reply.ReasonCode, reply.Reason));
        Assert.Equal(0, Loop.Ledger.Written);
        Assert.Equal(7, _bench.Audit.Read().Count(r => r.Kind == "operator"));

        // A used id with other content is no repeat.
        Assert.Equal("duplicate", (await SendAsync(accept with { Decision = accept.Decision with { Comment = "other" } })).ReasonCode);
        var alarm = await _listener.OnAsync(_bench.Topics.Alarm("F01.OPT_SECURITY"), m => m.Payload.Length > 0);
        Assert.Equal(AlarmState.UnackActive, AlarmPayload.Decode(alarm.Payload.FirstSpan).Value!.State);
    }

    [Fact]
    public async Task AnswerOfANamedClient_GoesNowhereElse()
    {
        var open = await RecommendedAsync();
        var defer = Command(OperatorChoice.Defer, open.Id);
        await PublishAsync(DecisionPayload.Encode(defer), defer.Decision.CommandId, "clients/other/opt/reply", retain: false);
        var reject = Command(OperatorChoice.Reject, open.Id) with { };
        var reply = await SendAsync(reject with { Decision = reject.Decision with { ReasonCode = "grade_change" } });

        Assert.True(reply.Done, reply.Reason);
        Assert.Contains("is closed until", reply.Reason, StringComparison.Ordinal);
        Assert.Equal(2, _bench.Seen<OperatorDecided>().Count);
        Assert.DoesNotContain(_listener.Heard, m => m.Topic.StartsWith("clients/other/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryMessage_IsSentAsTheDocumentSays()
    {
        var open = await RecommendedAsync();
        await SendAsync(Command(OperatorChoice.Accept, open.Id));
        await _bench.Console.PublishAsync(new OutboundMessage(_bench.Topics.SetpointAck("gw-l01"), AcknowledgementPayload.Encode(new Acknowledgement(
            SetpointIds.Create(_bench.Worker.Now, 9, 9, "stranger"), Loop.Ledger.NextTurn.Epoch, 1, "gw-l01", AcknowledgementState.Verified, ReasonCode.None, null, _bench.Worker.Now, [])), 1), Bench.Patience, Bench.Cancel);
        await Bench.UntilAsync(() => Loop.Alarms.Any(a => a.Kind == AlarmKind.OptSecurity));
        string unit = Loop.Line.Unit.Name;
        (string Channel, string Topic, string Schema)[] sent =
        [
            ("recommendation", _bench.Topics.Recommendation(unit), "Recommendation"), ("setpoint", _bench.Topics.SetpointSet("gw-l01"), "SetpointWrite"),
            ("heartbeat", _bench.Topics.Heartbeat("opt"), "Heartbeat"), ("online", _bench.Topics.StateOnline, "Status"), ("modeState", _bench.Topics.StateMode, "ModeState"),
            ("modelEvent", _bench.Topics.ModelEvent(unit), "ModelEvent"), ("alarm", _bench.Topics.Alarm(unit + ".OPT_SECURITY"), "Alarm"), ("commandReply", ReplyTopic, "CommandReply"),
        ];
        // Nothing that we send is left out of the list.
        var operations = ContractDocument.Wire.Root["operations"]!.AsObject().Where(o => o.Key.StartsWith("send", StringComparison.Ordinal)).Select(o => o.Value!["channel"]!["$ref"]!.GetValue<string>()["#/channels/".Length..]);
        Assert.Equal(operations.Order(), sent.Select(s => s.Channel).Order());

        // Retained ones were published before anybody listened: ask for them anew.
        await using var late = await RawListener.StartAsync(_bench.Broker.Port, _bench.Topics.Location + "/_opt_v1/state/#", _bench.Topics.Location + "/_opt_v1/alarm/#");
        foreach (var (channel, topic, schema) in sent)
        {
            bool retained = channel is "online" or "modeState" or "alarm";
            var message = await (retained ? late : _listener).OnAsync(topic, m => m.Payload.Length > 0);
            var binding = ContractDocument.Wire.Binding(channel);
            Assert.Null(ContractDocument.Wire.Objection(schema, Encoding.UTF8.GetString(message.Payload.FirstSpan)));
            Assert.Equal(binding["retain"]!.GetValue<bool>(), message.Retain);
            Assert.Equal(binding["qos"]!.GetValue<long>(), (long)message.QualityOfServiceLevel);
            Assert.Equal(binding["messageExpiryInterval"]?.GetValue<long>() ?? 0, message.MessageExpiryInterval);
            Assert.Equal(("application/json", MqttPayloadFormatIndicator.CharacterData), (message.ContentType, message.PayloadFormatIndicator));
            Traits(schema, message);
        }

        var write = await _listener.OnAsync(_bench.Topics.SetpointSet("gw-l01"), m => Encoding.UTF8.GetString(m.Payload.FirstSpan).Contains("\"write\"", StringComparison.Ordinal));
        Assert.Equal(SetpointPayload.Decode(write.Payload.FirstSpan).Value!.SetpointId, new Guid(write.CorrelationData, bigEndian: true).ToString());
        Assert.DoesNotContain(await RetainedBelowAsync("sp/#"), m => m.Payload.Length > 0);
    }

    private static void Traits(string message, MqttApplicationMessage sent)
    {
        var properties = (sent.UserProperties ?? []).ToDictionary(p => p.Name, p => Encoding.UTF8.GetString(p.ValueBuffer.Span), StringComparer.Ordinal);
        if (ContractDocument.Wire.Resolve($"#/components/messages/{message}/traits") is null)
        {
            Assert.Empty(properties);
            return;
        }

        Assert.Superset(new HashSet<string> { "specversion", "id", "source", "type", "time" }, properties.Keys.ToHashSet());
        Assert.Equal("1.0", properties["specversion"]);
        Assert.StartsWith("optimizer.", properties["type"], StringComparison.Ordinal);
        Assert.EndsWith("Z", properties["time"], StringComparison.Ordinal);
        Assert.True(Guid.TryParse(properties["id"], out _));
    }

    private async Task<IReadOnlyCollection<MqttApplicationMessage>> RetainedBelowAsync(string filter)
    {
        // What is retained arrives before the answer to a later subscription's own retained message.
        await using var listener = await RawListener.StartAsync(_bench.Broker.Port, $"{_bench.Topics.Location}/_opt_v1/{filter}", _bench.Topics.StateOnline);
        await listener.OnAsync(_bench.Topics.StateOnline);
        return [.. listener.Heard.Where(m => m.Retain && m.Topic != _bench.Topics.StateOnline)];
    }

    private async Task<Recommendation> RecommendedAsync()
    {
        if (Loop.Mode.Mode != OperatingMode.Supervised)
        {
            Assert.True((await _bench.ModeAsync(OperatingMode.Supervised))!.Done);
        }

        for (int tries = 0; tries < 40 && (Loop.OpenRecommendation is not { } open || _bench.Worker.Now > open.CreatedAt.AddMinutes(10)); tries++)
        {
            await _bench.RunAsync(0.25);
            await Bench.UntilAsync(() => _bench.Worker.Now == _bench.Plant.Line.Now);
        }

        Assert.True(Loop.OpenRecommendation is not null, Loop.LastOutcome?.Sentence);
        return Loop.OpenRecommendation!;
    }

    private DecisionCommandMessage Command(OperatorChoice choice, string id)
    {
        var now = _bench.Worker.Now;
        return new DecisionCommandMessage(new OperatorDecision(SetpointIds.Create(now, 1, ++_commands, "console"), id, choice, new Actor("anna", ActorRole.Operator, "console")), now, now.AddMinutes(1));
    }

    private OperatorDecision Fresh(DecisionCommandMessage command) => command.Decision with { CommandId = SetpointIds.Create(_bench.Worker.Now, 1, ++_commands, "console") };

    private Task<CommandReplyMessage> SendAsync(DecisionCommandMessage command, bool retain = false) => SendAsync(DecisionPayload.Encode(command), command.Decision.CommandId, retain);

    private async Task<CommandReplyMessage> SendAsync(byte[] payload, string commandId, bool retain = false)
    {
        int before = _listener.Heard.Count(m => m.Topic == ReplyTopic);
        await PublishAsync(payload, commandId, ReplyTopic, retain);
        await Bench.UntilAsync(() => _listener.Heard.Count(m => m.Topic == ReplyTopic) > before);
        var reply = _listener.Heard.Last(m => m.Topic == ReplyTopic);
        Assert.Equal(commandId, new Guid(reply.CorrelationData, bigEndian: true).ToString());
        return ModePayload.DecodeReply(reply.Payload.FirstSpan).Value!;
    }

    private Task PublishAsync(byte[] payload, string commandId, string replyTopic, bool retain) => _bench.Console.PublishAsync(
        new OutboundMessage(_bench.Topics.DecisionCommand, payload, 1, retain, TimeSpan.FromSeconds(60))
        {
            ResponseTopic = replyTopic,
            CorrelationData = new Guid(commandId).ToByteArray(bigEndian: true),
        }, Bench.Patience, Bench.Cancel);
}

public sealed class ApprovalOnEmbeddedBrokerTests() : ApprovalOnBroker(BrokerKind.Embedded);

public sealed class ApprovalOnMosquittoTests() : ApprovalOnBroker(BrokerKind.Mosquitto);
