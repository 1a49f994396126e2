using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Optimizer.Testing;

/// <summary>The AsyncAPI document of the wire, as JSON, with a validator for each of its schemas.</summary>
public sealed class ContractDocument
{
    private const string SchemaPlace = "#/components/schemas/";

    private static readonly Lazy<ContractDocument> Shared = new(() => new ContractDocument(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "asyncapi.yaml"))));

    private readonly Dictionary<string, JsonSchema> _schemas;

    private ContractDocument(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        Root = ToJson(stream.Documents[0].RootNode)!.AsObject();
        string definitions = Root["components"]!["schemas"]!.ToJsonString().Replace(SchemaPlace, "#/$defs/", StringComparison.Ordinal);
        _schemas = Root["components"]!["schemas"]!.AsObject().ToDictionary(
            s => s.Key, s => JsonSchema.FromText($"{{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$ref\":\"#/$defs/{s.Key}\",\"$defs\":{definitions}}}"), StringComparer.Ordinal);
    }

    public static ContractDocument Wire => Shared.Value;

    public JsonObject Root { get; }

    /// <summary>Why the payload is not what the schema says; null: it is.</summary>
    public string? Objection(string schema, string json)
    {
        using var document = JsonDocument.Parse(json);
        var result = _schemas[schema].Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        return result.IsValid ? null : string.Join("; ", (result.Details ?? []).Where(d => d.Errors is { Count: > 0 }).Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Values)}"));
    }

    /// <summary>Payloads of the examples of a message, by their names.</summary>
    public IEnumerable<(string Name, string Json)> Examples(string message) =>
        Root["components"]!["messages"]![message]!["examples"]!.AsArray().Select(e => (e!["name"]!.GetValue<string>(), e["payload"]!.ToJsonString()));

    /// <summary>What a reference leads to; null: nothing.</summary>
    public JsonNode? Resolve(string reference)
    {
        JsonNode? node = Root;
        foreach (string step in reference[2..].Split('/'))
        {
            node = (node as JsonObject)?[step];
        }

        return node;
    }

    /// <summary>The channel a topic belongs to; null: none.</summary>
    public string? Channel(string topic) => Root["channels"]!.AsObject()
        .Where(c => c.Value!["address"] is { } address && Pattern(address.GetValue<string>()).IsMatch(topic)).Select(c => c.Key).SingleOrDefault();

    /// <summary>The MQTT binding of the operation that sends (or receives) on a channel.</summary>
    public JsonObject Binding(string channel, string action = "send") => Root["operations"]!.AsObject()
        .Single(o => o.Value!["action"]!.GetValue<string>() == action && o.Value["channel"]!["$ref"]!.GetValue<string>() == "#/channels/" + channel).Value!["bindings"]!["mqtt"]!.AsObject();

    // Every parameter is one level, but the path of a tag.
    private static Regex Pattern(string address) => new(
        $"^{Regex.Escape(address).Replace("\\{tag}", ".+", StringComparison.Ordinal).Replace("\\{", "{", StringComparison.Ordinal)}$".Replace("{", "(?<p_", StringComparison.Ordinal).Replace("}", ">[^/]+)", StringComparison.Ordinal),
        RegexOptions.CultureInvariant);

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } text => JsonValue.Create(text.Value!),
        YamlScalarNode scalar => Plain(scalar.Value ?? ""),
        _ => throw new InvalidOperationException($"{node.NodeType} at {node.Start}"),
    };

    // The core schema of YAML 1.2: "off" is a word there.
    private static JsonNode? Plain(string text) => text switch
    {
        "" or "null" or "~" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? JsonValue.Create(whole)
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && char.IsAsciiDigit(text[^1]) ? JsonValue.Create(number)
            : JsonValue.Create(text),
    };
}
