using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Contract;

/// <summary>README.md beside the document shows the document's examples and explains every reason code.</summary>
public class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "wire.md"));

    [Fact]
    public void EveryPayloadShown_IsAnExampleOfTheDocument()
    {
        var examples = ContractDocument.Wire.Root["components"]!["messages"]!.AsObject().SelectMany(m => ContractDocument.Wire.Examples(m.Key)).Select(e => JsonNode.Parse(e.Json)).ToList();
        var shown = Regex.Matches(Text, "^```json\\n(.*?)\\n```", RegexOptions.Multiline | RegexOptions.Singleline).Select(m => JsonNode.Parse(m.Groups[1].Value)).ToList();

        Assert.Equal(5, shown.Count);
        Assert.All(shown, s => Assert.Contains(examples, e => JsonNode.DeepEquals(e, s)));
    }

    [Theory]
    [InlineData("#/components/schemas/reasonCode/enum")]
    [InlineData("#/components/schemas/CommandReply/properties/reason_code/enum")]
    [InlineData("#/components/schemas/SetpointAck/properties/state/enum")]
    public void EveryWordOfAClosedList_IsExplained(string list) =>
        Assert.All(ContractDocument.Wire.Resolve(list)!.AsArray(), word => Assert.Matches($"[`> ]{word}[` ,]", Text));
}
