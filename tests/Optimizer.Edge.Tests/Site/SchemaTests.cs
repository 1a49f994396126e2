using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using Optimizer.Edge.Site;

namespace Optimizer.Edge.Tests.Site;

/// <summary>The schema beside the site files says what the reader says.</summary>
public class SchemaTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "sites");

    public static TheoryData<string> Sites => [.. Directory.GetFiles(Folder, "*.json").Select(Path.GetFileName).OfType<string>().Where(f => !f.EndsWith("schema.json", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task ShippedSite_PassesReaderAndSchema(string file)
    {
        string text = await File.ReadAllTextAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);
        var schema = await SchemaAsync();

        Assert.NotNull(SiteMapper.Load(Path.Combine(Folder, file)));
        Assert.Empty(schema.Validate(SiteText.WithoutComments(text)));
    }

    [Fact]
    public async Task EveryObject_HasTheSamePropertiesInReaderAndSchema()
    {
        var root = SiteText.CopperFoil();
        foreach (var place in SiteText.Objects(root))
        {
            place["zz_unknown"] = 1;
        }

        var errors = new List<SiteError>();
        SiteMapper.Parse(root.ToJsonString(), errors);
        var unknown = errors.Where(e => e.Found.Contains("zz_unknown", StringComparison.Ordinal)).ToList();
        Assert.True(unknown.Count > 80, $"{unknown.Count} objects reported");

        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "site.schema.json"), TestContext.Current.CancellationToken))!;
        foreach (var error in unknown)
        {
            var known = error.Expected["one of ".Length..].Split(", ").Order(StringComparer.Ordinal);
            var declared = SiteText.SchemaAt(schema, error.Path[..error.Path.LastIndexOf('.')])["properties"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal);
            Assert.Equal(declared, known);
        }
    }

    [Theory]
    [InlineData("$.gateway.lease", "\"soon\"")]
    [InlineData("$.tags[0].range", "[1]")]
    [InlineData("$.clock", "\"moon\"")]
    [InlineData("$.decision.movedAtOnce", "9")]
    [InlineData("$.manipulated[0].lag", "5")]
    [InlineData("$.constraints[0].class", "\"wish\"")]
    public async Task WrongValue_IsRefusedByBoth(string path, string json)
    {
        var root = SiteText.CopperFoil();
        SiteText.Set(root, path, JsonNode.Parse(json));
        var errors = new List<SiteError>();

        Assert.Null(SiteMapper.Parse(root.ToJsonString(), errors));
        Assert.Contains(errors, e => e.Path == path);
        Assert.NotEmpty((await SchemaAsync()).Validate(root.ToJsonString()));
    }

    private static Task<JsonSchema> SchemaAsync() => JsonSchema.FromFileAsync(Path.Combine(Folder, "site.schema.json"), TestContext.Current.CancellationToken);
}
