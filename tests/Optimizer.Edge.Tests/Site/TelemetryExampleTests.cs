using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Optimizer.Edge.Line;
using Optimizer.Edge.Site;
using Optimizer.Mqtt;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Site;

/// <summary>Every example of <c>edge/sites/telemetry.md</c>, run as it stands there against a real broker.</summary>
public partial class TelemetryExampleTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly string Document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sites", "telemetry.md"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Headings => new(Examples().Select(m => m.Groups["heading"].Value));

    [Theory]
    [MemberData(nameof(Headings))]
    public async Task Example_GivesWhatItPromises(string heading)
    {
        MosquittoBroker.RequireClients();
        await using var broker = await MosquittoBroker.StartAsync();
        var example = Examples().Single(m => m.Groups["heading"].Value == heading);
        var expected = Promises().Matches(example.Groups["gives"].Value)
            .Select(m => (m.Groups["tag"].Value, double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture), Enum.Parse<Quality>(m.Groups["quality"].Value, true))).ToList();
        Assert.NotEmpty(expected);
        var site = Site(example.Groups["json"].Value);
        var decoder = new TelemetryDecoder(SiteBindings.Of(site), sourceClock: false);
        var sparkplug = new SparkplugHost(SiteBindings.Sparkplug(site));
        sparkplug.LinkUp();
        var samples = new ConcurrentQueue<Sample>();
        using var stop = new CancellationTokenSource();
        await using var link = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "opt", Filters = [.. decoder.Topics, .. sparkplug.Filters] },
            (m, _) =>
            {
                var into = new List<Sample>();
                var now = TimeProvider.System.GetUtcNow();
                var outcome = m.Topic.StartsWith("spBv1.0/", StringComparison.Ordinal) ? sparkplug.Take(m.Topic, m.Payload.Span, now, m.Retained, into) : decoder.Decode(m.Topic, m.Payload, now, m.Retained, into);
                Assert.True(outcome.Reason is null, outcome.Reason);
                into.ForEach(samples.Enqueue);
                return default;
            }, TimeProvider.System);
        var run = link.RunAsync(stop.Token);
        await link.WaitConnectedAsync(Patience, Cancel);

        await RunAsync(example.Groups["bash"].Value, broker.Port);

        await Eventually.TrueAsync(() => samples.Count >= expected.Count || link.HandlerFailures > 0, Patience, Cancel);
        Assert.Equal(expected, samples.Select(s => (s.Tag, s.Value, s.Quality)));
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public void EveryDialectOfTheSchema_HasAnExample()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sites", "site.schema.json")))!;
        var dialects = schema["properties"]!["telemetry"]!["properties"]!["dialect"]!["enum"]!.AsArray().Select(d => d!.GetValue<string>());

        // "json" is what is spoken where no dialect is named.
        Assert.All(dialects.Where(d => d != "json"), d => Assert.Contains($"\"dialect\": \"{d}\"", Document, StringComparison.Ordinal));
    }

    // The shipped site with the example's sources, and its tags added.
    private static SiteDefinition Site(string json)
    {
        var example = JsonNode.Parse(json)!.AsObject();
        var site = SiteText.CopperFoil();
        site["clock"] = "wall";
        foreach (string part in new[] { "telemetry", "sources" })
        {
            if (example[part] is { } declared)
            {
                site[part] = declared.DeepClone();
            }
        }

        foreach (var tag in example["tags"]!.AsArray())
        {
            site["tags"]!.AsArray().Add(tag!.DeepClone());
        }

        var errors = new List<SiteError>();
        var line = SiteMapper.Parse(site.ToJsonString(), errors);
        Assert.Empty(errors);
        return line!.Site;
    }

    private static async Task RunAsync(string commands, int port)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash") { ArgumentList = { "-euc", commands }, Environment = { ["PORT"] = $"{port}" }, RedirectStandardError = true })!;
        string errors = await shell.StandardError.ReadToEndAsync(Cancel);
        await shell.WaitForExitAsync(Cancel);
        Assert.True(shell.ExitCode == 0, errors);
    }

    private static MatchCollection Examples() => Blocks().Matches(Document);

    [GeneratedRegex(@"^## (?<heading>[^\n]+)\n(?:(?!^## ).*\n)*?```json\n(?<json>(?:.*\n)*?)```\n```bash\n(?<bash>(?:.*\n)*?)```\ngives (?<gives>.+)$", RegexOptions.Multiline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"`(?<tag>\w+)` (?<value>[0-9.]+) (?<quality>good|uncertain|bad)")]
    private static partial Regex Promises();
}
