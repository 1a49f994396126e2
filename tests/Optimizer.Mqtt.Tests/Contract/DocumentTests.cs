using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Contract;

/// <summary>asyncapi.yaml is an AsyncAPI 3 document that holds together, and names the topics we use.</summary>
public class DocumentTests
{
    private static readonly ContractDocument Wire = ContractDocument.Wire;
    private static readonly TopicTree Topics = new("acme/p1/a2/line3");

    public static TheoryData<string, string> EveryTopic => new()
    {
        { "telemetry", Topics.Raw("f01/pv/current") },
        { "telemetryBatch", Topics.TelemetryBatch("plc-3") },
        { "lab", Topics.Lab("roll") },
        { "modeCommand", Topics.ModeCommand },
        { "decisionCommand", Topics.DecisionCommand },
        { "recommendation", Topics.Recommendation("U300") },
        { "setpoint", Topics.SetpointSet("gw-1") },
        { "acknowledgement", Topics.SetpointAck("gw-1") },
        { "heartbeat", Topics.Heartbeat("opt") },
        { "online", Topics.StateOnline },
        { "modeState", Topics.StateMode },
        { "modelEvent", Topics.ModelEvent("U300") },
        { "alarm", Topics.Alarm("U300.OPT_SHED") },
    };

    [Fact]
    public void EveryReference_LeadsSomewhere()
    {
        var references = All(Wire.Root).OfType<JsonObject>().Select(o => o["$ref"]).OfType<JsonNode>().Select(r => r.GetValue<string>()).ToList();

        Assert.True(references.Count > 150, $"{references.Count} references");
        Assert.All(references, r => Assert.True(r.StartsWith("#/", StringComparison.Ordinal) && Wire.Resolve(r) is not null, r));
    }

    [Fact]
    public void TheDocument_HasWhatAsyncApiAsksFor()
    {
        Assert.Equal("3.0.0", Wire.Root["asyncapi"]!.GetValue<string>());
        Assert.All(["title", "version"], k => Assert.False(string.IsNullOrEmpty(Wire.Root["info"]![k]!.GetValue<string>())));
        Assert.Empty(Wire.Root.Select(p => p.Key).Except(["asyncapi", "id", "info", "defaultContentType", "servers", "channels", "operations", "components"]));
        foreach (var (name, operation) in Wire.Root["operations"]!.AsObject())
        {
            Assert.Contains(operation!["action"]!.GetValue<string>(), (string[])["send", "receive"]);
            Assert.StartsWith(operation["action"]!.GetValue<string>(), name, StringComparison.Ordinal);
            Assert.InRange(operation["bindings"]!["mqtt"]!["qos"]!.GetValue<long>(), 0, 1);
            Assert.StartsWith("#/channels/", operation["channel"]!["$ref"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void EveryChannel_IsUsedAndDeclaresItsParameters()
    {
        var used = Wire.Root["operations"]!.AsObject().Select(o => o.Value!["channel"]!["$ref"]!.GetValue<string>()["#/channels/".Length..]).ToHashSet();
        foreach (var (name, channel) in Wire.Root["channels"]!.AsObject())
        {
            var inAddress = channel!["address"] is { } address ? Regex.Matches(address.GetValue<string>(), "{([^}]+)}").Select(m => m.Groups[1].Value).Order() : Enumerable.Empty<string>();
            var declared = channel["parameters"]?.AsObject().Select(p => p.Key).Order() ?? Enumerable.Empty<string>();
            Assert.Equal(inAddress, declared);
            Assert.Single(channel["messages"]!.AsObject());
            Assert.Contains(name, used);
        }
    }

    [Fact]
    public void EveryMessageAndSchema_IsUsedAndEveryMessageHasExamples()
    {
        var references = All(Wire.Root).OfType<JsonObject>().Select(o => o["$ref"]).OfType<JsonNode>().Select(r => r.GetValue<string>()).ToHashSet();
        foreach (string part in new[] { "messages", "schemas", "messageTraits", "parameters", "securitySchemes" })
        {
            Assert.All(Wire.Root["components"]![part]!.AsObject(), p => Assert.Contains($"#/components/{part}/{p.Key}", references));
        }

        foreach (var (name, message) in Wire.Root["components"]!["messages"]!.AsObject())
        {
            Assert.Equal(name, message!["name"]!.GetValue<string>());
            Assert.Equal($"#/components/schemas/{name}", message["payload"]!["$ref"]!.GetValue<string>());
            Assert.NotEmpty(Wire.Examples(name));
        }
    }

    [Fact]
    public void NothingStandsWhereTheSpecificationKnowsNoSuchKey()
    {
        OnlyKeys(Wire.Root["components"]!.AsObject(), "schemas", "messages", "messageTraits", "parameters", "securitySchemes");
        Each(Wire.Root["components"]!["parameters"], "description", "enum", "default", "examples", "location");
        Each(Wire.Root["channels"], "address", "summary", "description", "parameters", "messages");
        Each(Wire.Root["operations"], "action", "channel", "bindings", "reply", "summary");
        Each(Wire.Root["components"]!["messages"], "name", "title", "summary", "headers", "payload", "traits", "bindings", "examples");
        foreach (var (_, operation) in Wire.Root["operations"]!.AsObject())
        {
            OnlyKeys(operation!["bindings"]!["mqtt"]!.AsObject(), "qos", "retain", "messageExpiryInterval", "bindingVersion");
        }
    }

    [Theory]
    [MemberData(nameof(EveryTopic))]
    public void Topic_BelongsToItsChannelOnly(string channel, string topic) => Assert.Equal(channel, Wire.Channel(topic));

    [Fact]
    public void EveryTopicOfTheTree_IsAChannelAndEveryChannelATopic()
    {
        // Answers go where the command says; what a simulated plant really is stands outside the contract; filters are no topics.
        string[] elsewhere = [nameof(TopicTree.CommandReply), nameof(TopicTree.Truth), nameof(TopicTree.Location), nameof(TopicTree.SetpointsBelow), nameof(TopicTree.CommandsBelow)];
        var builders = typeof(TopicTree).GetMethods().Where(m => m.DeclaringType == typeof(TopicTree) && !m.IsSpecialName && m.ReturnType == typeof(string)).Select(m => m.Name)
            .Concat(typeof(TopicTree).GetProperties().Select(p => p.Name)).Distinct().Except(elsewhere).ToList();
        var channels = Wire.Root["channels"]!.AsObject().Where(c => c.Value!["address"] is not null).Select(c => c.Key).Order();

        Assert.Equal(builders.Count, EveryTopic.Count);
        Assert.Equal(channels, EveryTopic.Select(t => t.Data.Item1).Order());
    }

    [Theory]
    [InlineData("clients/hmi-3/opt/reply", true)]
    [InlineData("clients/hmi-3", false)]
    [InlineData("acme/p1/a2/line3/_opt_v1/sp/set/gw-1", false)]
    [InlineData("clients/+/x", false)]
    public void ReplyTopic_IsTakenAsTheDocumentSays(string topic, bool taken)
    {
        string pattern = Wire.Resolve("#/components/messages/ModeCommand/bindings/mqtt/responseTopic")!["pattern"]!.GetValue<string>();

        Assert.Equal(taken, TopicTree.IsReplyTopic(topic));
        Assert.Equal(taken, Regex.IsMatch(topic, pattern));
        Assert.Matches(pattern, TopicTree.CommandReply("hmi-3"));
    }

    [Fact]
    public void AnswersOfANamedClient_GoBelowItsNameOnly()
    {
        Assert.True(TopicTree.IsReplyTopic("clients/hmi-3/opt/reply", "hmi-3"));
        Assert.False(TopicTree.IsReplyTopic("clients/hmi-33/opt/reply", "hmi-3"));
        Assert.True(TopicTree.IsReplyTopic("clients/hmi-4/opt/reply", null));
    }

    private static void Each(JsonNode? map, params string[] known) => map!.AsObject().ToList().ForEach(p => OnlyKeys(p.Value!.AsObject(), known));

    private static void OnlyKeys(JsonObject map, params string[] known) => Assert.All(map, p => Assert.True(known.Contains(p.Key), $"{p.Key} in {map.GetPath()}"));

    private static IEnumerable<JsonNode?> All(JsonNode? node) => (node switch
    {
        JsonObject map => map.SelectMany(p => All(p.Value)),
        JsonArray list => list.SelectMany(All),
        _ => [],
    }).Prepend(node);
}
