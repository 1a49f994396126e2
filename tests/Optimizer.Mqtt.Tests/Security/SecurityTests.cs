using System.IO.Compression;
using System.Text;
using Optimizer.Plant;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Security;

/// <summary>
/// The rows of the attack table that end at the wire. Where the others are:
/// <list type="table">
/// <item><term>foreign identity, spoofed ack, client-id theft, oversize at the broker</term><description><see cref="BrokerAccessListTests"/></description></item>
/// <item><term>broker of another, revoked, expired, plaintext, anonymous</term><description><see cref="TlsTests"/></description></item>
/// <item><term>signatures, replay on another topic</term><description><see cref="SignatureTests"/></description></item>
/// <item><term>unmatched ack, replay, retained poison, confused deputy, clock, log injection, secrets</term><description>SecurityTests of Optimizer.Edge.Tests</description></item>
/// </list>
/// </summary>
public sealed class SecurityTests
{
    private const string Topic = "l/_raw/t";
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Row "topic injection through ids".
    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("+")]
    [InlineData("#")]
    [InlineData("%2f")]
    [InlineData("a\0b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("аlias")]
    [InlineData(null)]
    public void Id_ThatCouldLeaveItsTopic_IsRefused(string? id)
    {
        id ??= new string('a', 129);
        var topics = new TopicTree("acme/l1");

        Assert.False(TopicTree.IsIdentifier(id));
        Assert.All(
            new Func<string, string>[] { topics.SetpointSet, topics.SetpointAck, topics.Heartbeat, topics.Lab, topics.Recommendation, TopicTree.CommandReply },
            build => Assert.Throws<ArgumentException>(() => build(id)));
        Assert.Throws<ArgumentException>(() => new TopicTree($"acme/{id}/"));
        Assert.NotNull(SetpointPayload.Decode(Setpoint(gateway: id)).Reason);
        Assert.NotNull(SetpointPayload.Decode(Setpoint(tag: id)).Reason);
        Assert.False(TopicTree.IsReplyTopic($"clients/{id}/opt/reply", "console"));
    }

    // Row "confused deputy via Response Topic".
    [Theory]
    [InlineData("clients/hmi-1/opt/reply", "hmi-1", true)]
    [InlineData("clients/hmi-1/opt/reply", null, true)]
    [InlineData("clients/hmi-2/opt/reply", "hmi-1", false)]
    [InlineData("clients/hmi-10/opt/reply", "hmi-1", false)]
    [InlineData("clients/hmi-1", "hmi-1", false)]
    [InlineData("aurum/lz1/foil/l01/_opt_v1/sp/set/gw-l01", "hmi-1", false)]
    [InlineData("aurum/lz1/foil/l01/_opt_v1/sp/set/gw-l01", null, false)]
    [InlineData("clients/hmi-1/../x", "hmi-1", false)]
    [InlineData("clients/hmi-1/#", "hmi-1", false)]
    [InlineData("$SYS/x", null, false)]
    public void ReplyTopic_IsTheClientsOwn(string topic, string? client, bool allowed) => Assert.Equal(allowed, TopicTree.IsReplyTopic(topic, client));

    // Row "JSON bomb".
    public static TheoryData<string, string> Bombs => new()
    {
        { "depth", new string('[', 100_000) + new string(']', 100_000) },
        { "depth in an object", string.Concat(Enumerable.Repeat("{\"a\":", 20_000)) + "1" + new string('}', 20_000) },
        { "10^6 elements", "[" + string.Join(',', Enumerable.Repeat("1", 1_000_000)) + "]" },
        { "10^6 values of one batch", "{\"values\":[" + string.Join(',', Enumerable.Repeat("{\"id\":\"a\",\"v\":1,\"t\":1}", 45_000)) + "]}" },
        { "huge number", "{\"timestamp_ms\":1772438400000,\"value\":1e999}" },
        { "number of 100 000 digits", "{\"timestamp_ms\":1772438400000,\"value\":" + new string('9', 100_000) + "}" },
        { "time of 100 000 digits", "{\"timestamp_ms\":" + new string('9', 100_000) + ",\"value\":1}" },
        { "duplicate keys", "{\"timestamp_ms\":1772438400000,\"value\":1,\"value\":2}" },
        { "string of 200 000 characters", "{\"timestamp_ms\":1772438400000,\"value\":\"" + new string('a', 200_000) + "\"}" },
    };

    [Theory]
    [MemberData(nameof(Bombs), DisableDiscoveryEnumeration = true)]
    public void JsonBomb_GivesNoGoodValueAndCostsNoMemory(string what, string json)
    {
        byte[] payload = Encoding.UTF8.GetBytes(json);
        foreach (var decoder in Decoders())
        {
            var samples = new List<Sample>();
            decoder.Decode(Topic, payload, Now, false, samples);
            samples.Clear();
            long before = GC.GetAllocatedBytesForCurrentThread();
            var outcome = decoder.Decode(Topic, payload, Now, false, samples);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.True(outcome.Reason is { Length: > 0 and < 2000 } || outcome is { Samples: 0, Unbound: > 0 }, $"{what}: {outcome}");
            Assert.DoesNotContain(samples, s => s.Quality == Quality.Good);
            // The work, not the wall clock: a parse that went on would keep what it read.
            Assert.True(allocated < 2 * 1024 * 1024, $"{what}: {allocated} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(Bombs), DisableDiscoveryEnumeration = true)]
    public void JsonBomb_IsNoCommandEither(string what, string json)
    {
        byte[] payload = Encoding.UTF8.GetBytes(json);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string?[] reasons =
        [
            SetpointPayload.Decode(payload).Reason, ModePayload.Decode(payload).Reason, AcknowledgementPayload.Decode(payload).Reason, HeartbeatPayload.Decode(payload).Reason,
            LabPayload.Decode(payload).Reason,
        ];
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.All(reasons, r => Assert.True(r is { Length: > 0 }, what));
        Assert.True(allocated < 2 * 1024 * 1024, $"{what}: {allocated} bytes");
    }

    // Row "gzip bomb".
    [Theory]
    [InlineData(50_000_000)]
    [InlineData(1_100_000)]
    public void GzipBomb_IsRefusedAtTheCap(int size)
    {
        byte[] bomb = Zip(Encoding.UTF8.GetBytes(new string(' ', size)));
        var decoder = new TelemetryDecoder([Binding() with { Gzip = true }], sourceClock: false);
        var samples = new List<Sample>();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = decoder.Decode(Topic, bomb, Now, false, samples);

        Assert.Contains("unzip to more than", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(samples);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 * 1024 * 1024);
    }

    // Ratio above 100 though far below the cap.
    [Fact]
    public void GzipThatSwellsMoreThanAHundredfold_IsRefused()
    {
        byte[] bomb = Zip(Encoding.UTF8.GetBytes("{\"timestamp_ms\":1772438400000,\"value\":1" + new string(' ', 200_000) + "}"));
        Assert.True(bomb.Length < 2000);
        var decoder = new TelemetryDecoder([Binding() with { Gzip = true }], sourceClock: false);

        Assert.Contains("unzip to more than", decoder.Decode(Topic, bomb, Now, false, []).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void GzipOfAPlainMessage_IsTaken()
    {
        var samples = new List<Sample>();
        var decoder = new TelemetryDecoder([Binding() with { Gzip = true }], sourceClock: false);

        Assert.Equal(1, decoder.Decode(Topic, Zip(TelemetryEncoder.Encode(Now, 1)), Now, false, samples).Samples);
    }

    // Row "oversize payload": what is too large is not even parsed.
    [Fact]
    public void OversizePayload_IsRefusedBeforeItIsRead()
    {
        byte[] huge = new byte[10 * 1024 * 1024];
        var outcome = Decoders()[0].Decode(Topic, huge, Now, false, []);

        Assert.Equal("10485760 bytes, at most 262144 are taken", outcome.Reason);
        Assert.Equal("10485760 bytes, at most 16384 are taken", SetpointPayload.Decode(huge).Reason);
    }

    // Rows "poison message" and "flood": nothing wedges, memory stays flat, what is dropped is counted, an ack never is.
    [Fact]
    public async Task FloodWithPoison_DropsTelemetryOnlyAndCountsIt()
    {
        const int capacity = 64, telemetry = 3000, acks = 60;
        await using var broker = await EmbeddedBroker.StartAsync(0);
        var gate = new TaskCompletionSource();
        int heardAcks = 0, heardTelemetry = 0;
        await using var link = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "opt", Filters = ["t/#", "ack"], InboundCapacity = capacity },
            async (m, cancel) =>
            {
                await gate.Task.WaitAsync(cancel);
                _ = m.Topic == "ack" ? Interlocked.Increment(ref heardAcks) : Interlocked.Increment(ref heardTelemetry);
                if (m.Payload.Span[0] == 'p')
                {
                    throw new InvalidOperationException("poison");
                }
            }, TimeProvider.System);
        await using var sender = new MqttLink(new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "gw", Filters = [] }, (_, _) => default, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task[] running = [link.RunAsync(stop.Token), sender.RunAsync(stop.Token)];
        await link.WaitConnectedAsync(Patience, Cancel);
        await sender.WaitConnectedAsync(Patience, Cancel);

        for (int n = 0; n < telemetry; n++)
        {
            await sender.PublishAsync(new OutboundMessage($"t/{n % 7}", n % 100 == 0 ? "p"u8.ToArray() : "x"u8.ToArray(), 0), Patience, Cancel);
            if (n % (telemetry / acks) == 0)
            {
                await sender.PublishAsync(new OutboundMessage("ack", n % 500 == 0 ? "p"u8.ToArray() : "x"u8.ToArray(), 1), Patience, Cancel);
            }
        }

        await Eventually.TrueAsync(() => link.Dropped > 0, Patience, Cancel);
        gate.SetResult();
        await Eventually.TrueAsync(() => heardAcks == acks && heardTelemetry + link.Dropped == telemetry, Patience, Cancel);

        Assert.True(link.HandlerFailures > 0);
        Assert.Equal(1, link.Connections);
        await stop.CancelAsync();
        await Task.WhenAll(running);
    }

    private static TagBinding Binding() => new() { Tag = "t", Topic = Topic, EngineeringUnit = "", Low = -1e308, High = 1e308 };

    private static TelemetryDecoder[] Decoders() =>
    [
        new([Binding()], sourceClock: false),
        new([Binding() with { Dialect = TelemetryDialect.Items, Key = "a", Items = ItemsForm.Kepware }], sourceClock: false),
        new([Binding() with { Dialect = TelemetryDialect.UmhClassic, Key = "a" }], sourceClock: false),
        new([Binding() with { Dialect = TelemetryDialect.SiteWise, Key = "a" }], sourceClock: false),
        new([Binding() with { Dialect = TelemetryDialect.OpcUaPubSub, Key = "a" }], sourceClock: false),
    ];

    private static byte[] Zip(byte[] plain)
    {
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal))
        {
            gzip.Write(plain);
        }

        return zipped.ToArray();
    }

    private static byte[] Setpoint(string gateway = "gw", string tag = "a.SP") => SetpointPayload.Encode(new SetpointRequest(
        "019a3f1c-7c10-7abc-8def-0123456789ad", RequestKind.Write, 1, 1, gateway, Now, Now.AddSeconds(10), TimeSpan.FromSeconds(60), [new SetpointItem(tag, 1, "m3/h", 1, 0.1, 0, 2, null)]));
}
