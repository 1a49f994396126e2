using System.Text.Json.Nodes;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Contract;

/// <summary>The examples of the document are read by our decoders and written again as the schema says.</summary>
public class ExampleTests
{
    private static readonly ContractDocument Wire = ContractDocument.Wire;

    public static TheoryData<string, string> Examples
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var (message, _) in Wire.Root["components"]!["messages"]!.AsObject())
            {
                foreach (var (name, _) in Wire.Examples(message))
                {
                    all.Add(message, name);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_IsValidReadAndWrittenAgain(string message, string name)
    {
        string json = Wire.Examples(message).Single(e => e.Name == name).Json;

        Assert.Null(Wire.Objection(message, json));
        var (again, reason) = Decoders.Again(message, json);
        Assert.Null(reason);
        Assert.Null(Wire.Objection(message, again!));
        if (!message.StartsWith("Telemetry", StringComparison.Ordinal))
        {
            // Nothing of it was lost on the way: what is in the example is in what we wrote.
            Assert.Empty(Lost(JsonNode.Parse(json), JsonNode.Parse(again!), "$"));
        }
    }

    private static IEnumerable<string> Lost(JsonNode? from, JsonNode? to, string path) => (from, to) switch
    {
        (JsonObject a, JsonObject b) => a.Where(p => p.Value is not null).SelectMany(p => Lost(p.Value, b[p.Key], $"{path}.{p.Key}")),
        (JsonArray a, JsonArray b) => a.Count == b.Count ? a.SelectMany((v, i) => Lost(v, b[i], $"{path}[{i}]")) : [path],
        (JsonValue a, JsonValue b) => Same(a, b) ? [] : [path],
        (null, null) => [],
        // What an item of an acknowledgement is worth is told by the gateway and used by nobody here.
        _ when path.EndsWith(".quality", StringComparison.Ordinal) => [],
        _ => [path],
    };

    private static bool Same(JsonValue a, JsonValue b) => a.ToJsonString() == b.ToJsonString()
        || (a.TryGetValue(out double x) && b.TryGetValue(out double y) && x.Equals(y))
        || (DateTimeOffset.TryParse(a.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var t) && DateTimeOffset.TryParse(b.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var u) && t == u);
}
