using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Optimizer.Edge.Tests.Site;

/// <summary>The shipped site file as a tree that tests may spoil.</summary>
internal static partial class SiteText
{
    private static readonly JsonDocumentOptions Form = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static string CopperFoilFile => Path.Combine(AppContext.BaseDirectory, "sites", "copper-foil.json");

    public static JsonObject CopperFoil() => JsonNode.Parse(File.ReadAllText(CopperFoilFile), documentOptions: Form)!.AsObject();

    public static JsonObject Distillation() => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sites", "distillation.json")), documentOptions: Form)!.AsObject();

    public static string WithoutComments(string text) => JsonNode.Parse(text, documentOptions: Form)!.ToJsonString();

    public static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        // Free names stand below these two: an unknown one is a new entry, not a mistake.
        JsonObject o => (o.Parent is JsonObject && o.GetPropertyName() is "prices" or "gains" && o.Parent is not null && o.GetPath().EndsWith(o.GetPropertyName(), StringComparison.Ordinal)
            ? Enumerable.Empty<JsonObject>() : [o]).Concat(o.ToList().SelectMany(p => Objects(p.Value))),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    public static void Set(JsonNode root, string path, JsonNode? value)
    {
        var steps = Steps(path);
        var parent = steps.SkipLast(1).Aggregate(root, (n, s) => int.TryParse(s, out int i) ? n[i]! : n[s]!);
        if (int.TryParse(steps[^1], out int at))
        {
            parent.AsArray()[at] = value;
        }
        else if (value is null)
        {
            parent.AsObject().Remove(steps[^1]);
        }
        else
        {
            parent[steps[^1]] = value;
        }
    }

    /// <summary>The part of the schema that describes the object at a path.</summary>
    public static JsonNode SchemaAt(JsonNode schema, string path) => Steps(path).Aggregate(schema, (n, s) =>
        Written(int.TryParse(s, out _) ? n["items"]! : n["properties"]?[s] ?? n["additionalProperties"]!));

    // What may be written short, as a text, or as an object: the object has the properties.
    private static JsonNode Written(JsonNode schema) => schema["anyOf"]?.AsArray().FirstOrDefault(a => a!["properties"] is not null) ?? schema;

    private static List<string> Steps(string path) => [.. StepPattern().Matches(path[1..]).Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value)];

    [GeneratedRegex(@"\.([^.\[]+)|\[(\d+)\]")]
    private static partial Regex StepPattern();
}
