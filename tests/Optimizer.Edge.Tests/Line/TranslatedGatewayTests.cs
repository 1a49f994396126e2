using Optimizer.Edge.Line;
using Optimizer.Edge.Tests.Site;
using Optimizer.Mqtt;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;

namespace Optimizer.Edge.Tests.Line;

/// <summary>The site file's translated gateways as the worker drives them: requests in, acknowledgements out.</summary>
public sealed class TranslatedGatewayTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly SetpointRequest Request = new(
        "019cf2a0-0000-7000-8000-000000000001", RequestKind.Write, 1, 1, "gw-c2", Now, Now.AddSeconds(10), TimeSpan.FromMinutes(1),
        [new SetpointItem("FIC201.SP", 2010, "kg/h", 2000, 5, 1500, 3000, 10)]);

    [Fact]
    public async Task BareSparkplug_WritesTheMetricOfTheSiteAndIsVerifiedByIt()
    {
        var site = ForeignSites.Parse(ForeignSites.Sparkplug(handshake: false)).Site;
        var target = Edge.Site.SiteTranslation.Sparkplug(site)!;
        var host = new SparkplugHost(SiteBindings.Sparkplug(site), target.Watched);
        var gateway = TranslatedGateway.Of(site, "opt-c2", host, new WorkerCounters())!;
        var sent = new List<OutboundMessage>();
        gateway.Publish = (m, _) =>
        {
            sent.Add(m);
            return Task.CompletedTask;
        };
        Hear(host, "NBIRTH/C2", 0, [Metric("bdSeq", SparkplugType.Int64, 0)]);
        Hear(host, "DBIRTH/C2/column", 1, [.. target.Targets.Values.Select(m => Metric(m, SparkplugType.Double, 2000))]);
        gateway.Take(host.Changes, Now);
        Assert.Empty(host.Changes);

        await gateway.SendAsync(Request, Now, TestContext.Current.CancellationToken);
        Assert.False(gateway.TryNext(out _));
        var metric = Assert.Single(SparkplugPayload.Decode(Assert.Single(sent).Payload.Span).Value!.Metrics);
        Assert.Equal(("spBv1.0/North/DCMD/C2/column", "Opt/FIC201/SP"), (sent[0].Topic, metric.Name));

        Hear(host, "DDATA/C2/column", 2, [Metric("Opt/FIC201/SP", SparkplugType.Double, 2010)]);
        gateway.Take(host.Changes, Now.AddSeconds(1));
        Assert.True(gateway.TryNext(out var answer));
        Assert.Equal((Request.SetpointId, AcknowledgementState.Verified), (answer.SetpointId, answer.State));
    }

    [Fact]
    public async Task OpcPublisher_HearsItsReadbackFromTheTelemetry()
    {
        var site = ForeignSites.Parse(ForeignSites.OpcPublisher()).Site;
        var counters = new WorkerCounters();
        var gateway = TranslatedGateway.Of(site, "opt-c2", null, counters)!;
        OutboundMessage? sent = null;
        gateway.Publish = (m, _) => Task.FromResult(sent = m);
        gateway.Take(Sample.Online("FIC201.SP", 2000, Now), Now);

        await gateway.SendAsync(Request, Now, TestContext.Current.CancellationToken);
        gateway.Take(new InboundMessage(gateway.Translator.Filters[0], "{}"u8.ToArray(), 1, false, null, sent!.CorrelationData), Now);
        gateway.Take(Sample.Online("FIC201.SP", 2010, Now.AddSeconds(1)), Now.AddSeconds(1));

        Assert.True(gateway.TryNext(out var applied));
        Assert.True(gateway.TryNext(out var verified));
        Assert.Equal((AcknowledgementState.Applied, AcknowledgementState.Verified), (applied.State, verified.State));
        // Nothing can be released, and that is said.
        await gateway.SendAsync(Request with { Kind = RequestKind.Release }, Now, TestContext.Current.CancellationToken);
        Assert.Contains("setpoints stay where they are", counters.Reasons["gateway_warnings"], StringComparison.Ordinal);
    }

    [Fact]
    public void NativeGateway_NeedsNoTranslator() =>
        Assert.Null(TranslatedGateway.Of(ForeignSites.Parse(SiteText.Distillation()).Site, "opt-c2", null, new WorkerCounters()));

    private static void Hear(SparkplugHost host, string topic, ulong sequence, SparkplugMetric[] metrics)
    {
        string[] levels = topic.Split('/');
        byte[] payload = new SparkplugPayload((ulong)Now.ToUnixTimeMilliseconds(), sequence, metrics).Encode();
        host.Take($"spBv1.0/North/{levels[0]}/{string.Join('/', levels[1..])}", payload, Now, false, []);
    }

    private static SparkplugMetric Metric(string name, SparkplugType type, double value) => new() { Name = name, Type = type, Value = SparkplugValue.From(type, value)!.Value };
}
