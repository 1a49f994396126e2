using System.Text.Json.Nodes;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Contract;

/// <summary>What the schema of a command refuses, our decoder refuses as well.</summary>
public class RefusalTests
{
    private static readonly ContractDocument Wire = ContractDocument.Wire;
    private static readonly string[] Strict = ["LabResult", "ModeCommand", "RecommendationDecision", "SetpointWrite", "SetpointAck", "Heartbeat"];

    public static TheoryData<string, string, string> Spoilt => new()
    {
        { "SetpointWrite", "setpoint_id", "\"019a3f1c-7c10-4abc-8def-0123456789ad\"" },
        { "SetpointWrite", "setpoint_id", "\"019A3F1C-7C10-7ABC-8DEF-0123456789AD\"" },
        { "SetpointWrite", "recommendation_id", "\"x\"" },
        { "SetpointWrite", "kind", "\"WRITE\"" },
        { "SetpointWrite", "kind", "\"write, renew\"" },
        { "SetpointWrite", "kind", "1" },
        { "SetpointWrite", "writer_epoch", "0" },
        { "SetpointWrite", "seq", "\"1\"" },
        { "SetpointWrite", "lease_s", "4" },
        { "SetpointWrite", "lease_s", "3601" },
        { "SetpointWrite", "atomic", "false" },
        { "SetpointWrite", "mode", "\"Closed\"" },
        { "SetpointWrite", "issued_at", "\"2026-11-23 10:06:02Z\"" },
        { "SetpointWrite", "issued_at", "\"2026-11-23T10:06Z\"" },
        { "SetpointWrite", "issued_at", "\"2026-11-23T10:06:02+01:00\"" },
        { "SetpointWrite", "issued_at", "\"2026-13-23T10:06:02Z\"" },
        { "SetpointWrite", "approved_by", "{\"user\":\"\",\"role\":\"operator\"}" },
        { "SetpointWrite", "approved_by", "{\"user\":\"a\",\"role\":\"boss\"}" },
        { "SetpointWrite", "approved_by", "{\"user\":\"a\"}" },
        { "SetpointWrite", "writes", "[]" },
        { "SetpointWrite", "writes", "[null]" },
        { "SetpointWrite", "writes[0].tag", "\"../x\"" },
        { "SetpointWrite", "writes[0].value", "null" },
        { "SetpointWrite", "writes[0].expect", "{\"value\":1,\"tol\":-1}" },
        { "SetpointWrite", "writes[0].expect", "null" },
        { "SetpointWrite", "writes[0].limits", "{\"lo\":1}" },
        { "SetpointWrite", "writes[0].ramp_per_min", "0" },
        { "SetpointWrite", "writes[0].readback", "{\"tag\":\"a\",\"tol\":-1,\"timeout_s\":1}" },
        { "SetpointWrite", "writes[0].readback", "{\"tag\":\"a\",\"tol\":1,\"timeout_s\":0}" },
        { "SetpointAck", "setpoint_id", "\"1\"" },
        { "SetpointAck", "state", "\"done\"" },
        { "SetpointAck", "state", "\"Verified\"" },
        { "SetpointAck", "reason_code", "\"none\"" },
        { "SetpointAck", "reason_code", "\"because\"" },
        { "SetpointAck", "gateway", "\"gw/1\"" },
        { "SetpointAck", "writes", "[null]" },
        { "SetpointAck", "writes[0].tag", "\"a b\"" },
        { "SetpointAck", "writes[0].quality", "\"fine\"" },
        { "SetpointAck", "controller", "{\"mode\":\"hand\"}" },
        { "ModeCommand", "command_id", "\"1\"" },
        { "ModeCommand", "requested_mode", "\"auto\"" },
        { "ModeCommand", "requested_mode", "\"SUPERVISED\"" },
        { "ModeCommand", "scope", "{}" },
        { "ModeCommand", "scope", "{\"unit\":\"a/b\"}" },
        { "ModeCommand", "scope", "{\"unit\":\"a\",\"mvs\":[null]}" },
        { "ModeCommand", "scope", "{\"unit\":\"a\",\"mvs\":[\"#\"]}" },
        { "ModeCommand", "expected_version", "1.5" },
        { "ModeCommand", "by", "{\"user\":\"a\",\"role\":\"operator\",\"client\":\"+\"}" },
        { "RecommendationDecision", "decision", "\"maybe\"" },
        { "RecommendationDecision", "decision", "\"modify\"" },
        { "RecommendationDecision", "decision", "\"reject\"" },
        { "RecommendationDecision", "recommendation_id", "\"1\"" },
        { "RecommendationDecision", "moves", "[{\"mv\":\"x\",\"to\":1}]" },
        { "LabResult", "sample_id", "\"\"" },
        { "LabResult", "revision", "-1" },
        { "LabResult", "status", "\"done\"" },
        { "LabResult", "results", "[]" },
        { "LabResult", "results", "[null]" },
        { "LabResult", "results[0].value", "\"0.1\"" },
        { "LabResult", "results[0].qualifier", "\"about\"" },
        { "LabResult", "results[0].u95", "-0.1" },
        { "Heartbeat", "party", "\"a/b\"" },
        { "Heartbeat", "n", "1.5" },
        { "Heartbeat", "mode", "\"on\"" },
    };

    public static TheoryData<string, string> Required
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string message in Strict)
            {
                Wire.Resolve($"#/components/schemas/{message}/required")!.AsArray().ToList().ForEach(k => all.Add(message, k!.GetValue<string>()));
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void SpoiltValue_IsRefusedByBoth(string message, string place, string json) => RefusedByBoth(message, root => Set(root, place, JsonNode.Parse(json)));

    [Theory]
    [MemberData(nameof(Required))]
    public void MissingKey_IsRefusedByBoth(string message, string key) => RefusedByBoth(message, root => root.Remove(key));

    [Theory]
    [MemberData(nameof(Required))]
    public void NullForAKeyThatMustBeThere_IsRefusedByBoth(string message, string key) => RefusedByBoth(message, root => root[key] = null);

    [Theory]
    [InlineData("LabResult")]
    [InlineData("ModeCommand")]
    [InlineData("RecommendationDecision")]
    [InlineData("SetpointWrite")]
    [InlineData("SetpointAck")]
    [InlineData("Heartbeat")]
    public void UnknownKeyAnywhere_IsRefusedByBoth(string message)
    {
        int objects = Objects(Example(message)).Count();
        for (int n = 0; n < objects; n++)
        {
            int at = n;
            RefusedByBoth(message, root => Objects(root).ElementAt(at)["zz_unknown"] = 1);
        }
    }

    [Fact]
    public void MoreThanSixtyFourWrites_AreRefusedByBoth()
    {
        RefusedByBoth("SetpointWrite", root => Repeat(root, "writes", 65, (item, n) => item["tag"] = $"t{n}"));
        RefusedByBoth("SetpointAck", root => Repeat(root, "writes", 65, (item, n) => item["tag"] = $"t{n}"));
        RefusedByBoth("LabResult", root => Repeat(root, "results", 201, (item, n) => item["analyte"] = $"a{n}"));
    }

    [Fact]
    public void TooLongText_IsRefusedByBoth()
    {
        RefusedByBoth("ModeCommand", root => root["reason"] = new string('x', 501));
        RefusedByBoth("RecommendationDecision", root => root["comment"] = new string('x', 501));
        RefusedByBoth("SetpointAck", root => root["reason"] = new string('x', 301));
        RefusedByBoth("LabResult", root => root["sample_id"] = new string('x', 65));
        RefusedByBoth("ModeCommand", root => root["by"]!["user"] = new string('x', 129));
    }

    private static void RefusedByBoth(string message, Action<JsonObject> spoil)
    {
        var root = Example(message);
        spoil(root);
        string json = root.ToJsonString();

        Assert.NotNull(Wire.Objection(message, json));
        string? reason = Decoders.Again(message, json).Reason;
        Assert.False(string.IsNullOrWhiteSpace(reason), $"taken: {json}");
    }

    // The first example has everything a message can have, or nearly.
    private static JsonObject Example(string message) => JsonNode.Parse(Wire.Examples(message).First().Json)!.AsObject();

    private static void Set(JsonObject root, string place, JsonNode? value)
    {
        JsonNode parent = root;
        string key = place;
        if (place.Split("[0].") is [var list, var inner])
        {
            (parent, key) = (root[list]![0]!, inner);
        }

        parent[key] = value;
    }

    private static void Repeat(JsonObject root, string list, int count, Action<JsonNode, int> each)
    {
        var first = root[list]![0]!;
        root[list] = new JsonArray([.. Enumerable.Range(0, count).Select(n =>
        {
            var copy = first.DeepClone();
            each(copy, n);
            return copy;
        })]);
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => Objects(p.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };
}
