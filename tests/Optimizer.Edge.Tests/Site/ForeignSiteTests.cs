using System.Text.Json.Nodes;
using NJsonSchema;
using Optimizer.Edge.Line;
using Optimizer.Edge.Site;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;

namespace Optimizer.Edge.Tests.Site;

/// <summary>Sites with Sparkplug sources and translated gateways: what they become, and every mistake that is special to them.</summary>
public class ForeignSiteTests
{
    public static TheoryData<string> Kinds => ["sparkplug", "bare sparkplug", "opc publisher"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ForeignSite_PassesReaderAndSchema(string kind)
    {
        var root = Of(kind);

        var site = ForeignSites.Parse(root);

        var schema = await JsonSchema.FromFileAsync(Path.Combine(AppContext.BaseDirectory, "sites", "site.schema.json"), TestContext.Current.CancellationToken);
        Assert.Empty(schema.Validate(root.ToJsonString()));
        Assert.Equal(OperatingMode.Supervised, site.Line.Ceiling);
    }

    [Fact]
    public void SparkplugSource_BindsTagsByMetricNameAndHasNoAgeLimit()
    {
        var root = ForeignSites.Sparkplug();
        root["tags"]![1]!["period"] = "00:00:10";
        var site = ForeignSites.Parse(root);

        var bindings = SiteBindings.Sparkplug(site.Site);
        var steam = Assert.Single(bindings, b => b.Tag.Tag == "steam_flow");
        Assert.Equal(("fi201", new SparkplugSource("North", "C2", "column") { Role = SparkplugRole.Active }), (steam.Tag.Key, steam.Source));
        Assert.Equal("Opt/FIC201/SP", Assert.Single(bindings, b => b.Tag.Tag == "FIC201.SP").Tag.Key);
        // Lab results stay where they were; nothing else is left for the other decoder.
        Assert.Equal(["water_in_top"], SiteBindings.Of(site.Site).Select(b => b.Tag));
        Assert.Null(site.Line.Unit.Tag("steam_flow").Period);
        Assert.Null(site.Line.Unit.Tag("FIC201.SP").Period);
        Assert.Equal(TimeSpan.FromSeconds(10), site.Line.Unit.Tag("top_pressure").Period);
    }

    [Fact]
    public void SparkplugBesideOtherDialects_IsASource()
    {
        var root = SiteText.Distillation();
        root["sources"] = new JsonObject { ["spb"] = new JsonObject { ["dialect"] = "sparkplug-b", ["group"] = "North", ["node"] = "C2", ["reorderTimeout"] = "00:00:05" } };
        root["tags"]![0]!["via"] = "spb";
        root["tags"]![0]!["source"] = "Inlet/Steam";

        var site = ForeignSites.Parse(root);

        var binding = Assert.Single(SiteBindings.Sparkplug(site.Site));
        Assert.Equal(("steam_flow", "Inlet/Steam", (string?)null, TimeSpan.FromSeconds(5)), (binding.Tag.Tag, binding.Tag.Key, binding.Source.Device, binding.Source.ReorderTimeout));
        Assert.Equal(TimeSpan.FromSeconds(30), site.Line.Unit.Tag("top_pressure").Period);
    }

    [Fact]
    public void Targets_AreWhereTheSetpointsComeBackUnlessSaidOtherwise()
    {
        Assert.Equal("Opt/FIC201", SiteTranslation.Sparkplug(ForeignSites.Parse(Of("sparkplug")).Site)!.Targets["FIC201.SP"]);
        Assert.Equal("Opt/FIC201/SP", SiteTranslation.Sparkplug(ForeignSites.Parse(Of("bare sparkplug")).Site)!.Targets["FIC201.SP"]);
        var opc = SiteTranslation.OpcPublisher(ForeignSites.Parse(Of("opc publisher")).Site, "opt-c2")!;
        Assert.Equal(("ns=2;s=FIC201.SP", "clients/opt-c2/opcua/reply", "publisher/methods/ValueWrite_V2", "Double"), (opc.Nodes["FIC201.SP"], opc.ReplyTopic, opc.Topic, opc.DataType));
    }

    [Theory]
    [InlineData("sparkplug", "$.mode.ceiling", "\"closed\"", "$.mode.ceiling", "closed", "supervised at most")]
    [InlineData("opc publisher", "$.mode.ceiling", "\"closed\"", "$.mode.ceiling", "closed", "supervised at most")]
    [InlineData("sparkplug", "$.clock", "\"source\"", "$.gateway.dialect", "a foreign gateway", "clock\" is wall")]
    [InlineData("sparkplug", "$.gateway.via", "\"plc\"", "$.gateway.via", "\"plc\"", "a source of the dialect sparkplug-b")]
    [InlineData("sparkplug", "$.manipulated[1].source", "\"FIC201\"", "$.manipulated[1].writeTo", "nothing", "does not end in /SP")]
    [InlineData("sparkplug", "$.gateway.endpoint", "\"opc.tcp://x\"", "$.gateway.endpoint", "a value", "belongs to the dialect opc-publisher")]
    [InlineData("opc publisher", "$.gateway.endpoint", null, "$.gateway.endpoint", "nothing", "a text")]
    [InlineData("opc publisher", "$.manipulated[2].writeTo", null, "$.manipulated[2].writeTo", "nothing", "the node id")]
    [InlineData("opc publisher", "$.decision.movedAtOnce", "2", "$.decision.movedAtOnce", "2", "one setpoint per call")]
    public void Mistake_IsNamedWithPathFoundAndExpected(string kind, string path, string? json, string errorPath, string found, string expected)
    {
        var root = Of(kind);
        SiteText.Set(root, path, json is null ? null : JsonNode.Parse(json));
        var errors = new List<SiteError>();

        Assert.Null(SiteMapper.Parse(root.ToJsonString(), errors));

        var error = Assert.Single(errors, e => e.Path == errorPath);
        Assert.Contains(found, error.Found, StringComparison.Ordinal);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void SetpointThatComesBackFromElsewhere_IsAMistake()
    {
        var root = ForeignSites.Sparkplug();
        root["sources"] = new JsonObject { ["other"] = new JsonObject { ["dialect"] = "sparkplug-b", ["group"] = "North", ["node"] = "C2", ["device"] = "Column" } };
        root["manipulated"]![0]!["via"] = "other";
        var errors = new List<SiteError>();

        Assert.Null(SiteMapper.Parse(root.ToJsonString(), errors));

        Assert.Contains(errors, e => e.Path == "$.manipulated[0].via" && e.Expected.Contains("must come back from there", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Path == "$.sources.other" && e.Expected.Contains("upper and lower case", StringComparison.Ordinal));
    }

    private static JsonObject Of(string kind) => kind switch
    {
        "sparkplug" => ForeignSites.Sparkplug(),
        "bare sparkplug" => ForeignSites.Sparkplug(handshake: false),
        _ => ForeignSites.OpcPublisher(),
    };
}
