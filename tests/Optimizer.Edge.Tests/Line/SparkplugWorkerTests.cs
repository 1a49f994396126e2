using System.Collections.Concurrent;
using Optimizer.Edge.Line;
using Optimizer.Edge.Tests.Site;
using Optimizer.Historian;
using Optimizer.Mqtt;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Line;

/// <summary>The worker on a site whose values and setpoints go by Sparkplug, through a real broker, with a hand-made edge node.</summary>
public sealed class SparkplugWorkerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ActiveHost_IsNeverDeafAfterTheBrokerWasKilled()
    {
        await using var scene = await Scene.StartAsync("active");
        await scene.UntilAsync("steam_flow", 2000, Quality.Good);
        await scene.SayAsync("fi201", 2100);
        await scene.UntilAsync("steam_flow", 2100, Quality.Good);

        await scene.Broker.KillAsync();
        // Our own connection is gone: the value of a moment ago is no longer known.
        await scene.UntilAsync("steam_flow", 2100, Quality.Bad);
        await scene.Broker.StartAsync();
        await scene.UntilAsync("steam_flow", 2100, Quality.Good);
        await scene.SayAsync("fi201", 2200);

        await scene.UntilAsync("steam_flow", 2200, Quality.Good);
        Assert.True(scene.Worker.Counters["rebirths_asked"] >= 1);
        Assert.Equal(0, scene.Worker.Counters["failures"]);
    }

    [Fact]
    public async Task DeathOfTheNode_IsAGapOfEveryDecision()
    {
        await using var scene = await Scene.StartAsync("active");
        await scene.UntilAsync("steam_flow", 2000, Quality.Good);
        await scene.UntilAsync("FIC201.SP", 2000, Quality.Good);

        await scene.DieAsync();
        await scene.UntilAsync("steam_flow", 2000, Quality.Bad);
        await scene.UntilAsync("FIC201.SP", 2000, Quality.Bad);
        Assert.False(scene.Worker.Sparkplug!.Host.IsAlive(new SparkplugSource("North", "C2", "column")));
    }

    [Fact]
    public async Task PassiveHost_AsksNobodyAndSaysWhatItWaitsFor()
    {
        await using var scene = await Scene.StartAsync("passive", born: false);
        await scene.SayAsync("fi201", 2100);

        await Eventually.TrueAsync(() => scene.Worker.Counters["sparkplug_rejected"] > 0, Patience, Cancel);
        Assert.Contains("in the role active we would ask for one", scene.Worker.Counters.Reasons["sparkplug_rejected"], StringComparison.Ordinal);
        await scene.BirthAsync();
        await scene.UntilAsync("steam_flow", 2100, Quality.Good);
        Assert.Equal((0L, 0), (scene.Worker.Counters["rebirths_asked"], scene.Commands.Count));
    }

    [Fact]
    public async Task ForeignGateway_IsAliveWithItsNodeAndItsLimitsAreTold()
    {
        await using var scene = await Scene.StartAsync("active");
        await scene.UntilAsync("steam_flow", 2000, Quality.Good);

        Assert.Contains(scene.Warnings, w => w.Contains("supervised at most", StringComparison.Ordinal));
        // Somebody else's acknowledgements and heartbeats are not even subscribed to.
        await scene.Edge.PublishAsync(new OutboundMessage(scene.Topics.SetpointAck("gw-c2"), "x"u8.ToArray(), 1), Patience, Cancel);
        await scene.Edge.PublishAsync(new OutboundMessage(scene.Topics.Heartbeat("gw-c2"), "x"u8.ToArray(), 1), Patience, Cancel);
        await scene.SayAsync("fi201", 2300);
        await scene.UntilAsync("steam_flow", 2300, Quality.Good);
        Assert.Equal((0L, 0L), (scene.Worker.Counters["ack_rejected"], scene.Worker.Counters["heartbeat_rejected"]));
        await Eventually.TrueAsync(() => scene.Beats.Count >= 2, Patience, Cancel);
    }

    private sealed class Scene : IAsyncDisposable
    {
        private static readonly string[] Floats = ["fi201", "pi210", "ti204", "fi101", "ai203", "xs200"];
        private static readonly string[] Parts = ["SP_REQ", "SP_SEQ", "SP_EXP", "LEASE", "SP_ACK_SEQ", "SP_STATE", "SP"];

        private readonly CancellationTokenSource _stop = new();
        private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-spb-").FullName;
        private readonly AuditRecord _audit;
        private readonly List<Task> _running;
        private ulong _sequence;
        private double _steam = 2000;

        private Scene(MosquittoBroker broker, string role)
        {
            var site = ForeignSites.Parse(ForeignSites.Sparkplug(role: role));
            (Broker, Topics, _audit) = (broker, new TopicTree(site.Site.Location), AuditRecord.Open(_folder));
            Edge = new MqttLink(
                new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "edge", Filters = ["spBv1.0/North/NCMD/C2", Topics.Heartbeat("opt")], LongestRetry = TimeSpan.FromMilliseconds(300) },
                HandleAsync, TimeProvider.System);
            Worker = new LineWorker(new WorkerOptions { Site = site, Host = "127.0.0.1", Port = broker.Port, StartMode = OperatingMode.Shadow }, _audit, TimeProvider.System) { Warned = Warnings.Enqueue };
            _running = [Worker.RunAsync(_stop.Token), Edge.RunAsync(_stop.Token)];
        }

        public MosquittoBroker Broker { get; }

        public TopicTree Topics { get; }

        public MqttLink Edge { get; }

        public LineWorker Worker { get; }

        public ConcurrentQueue<string> Warnings { get; } = new();

        public ConcurrentQueue<InboundMessage> Commands { get; } = new();

        public ConcurrentQueue<InboundMessage> Beats { get; } = new();

        public static async Task<Scene> StartAsync(string role, bool born = true)
        {
            var scene = new Scene(await MosquittoBroker.StartAsync(), role);
            await scene.Edge.WaitConnectedAsync(Patience, Cancel);
            await scene.Worker.Link.WaitConnectedAsync(Patience, Cancel);
            await scene.Worker.Sparkplug!.Link.WaitConnectedAsync(Patience, Cancel);
            if (born)
            {
                await scene.BirthAsync();
            }

            return scene;
        }

        public async Task BirthAsync()
        {
            _sequence = 0;
            await PublishAsync("NBIRTH/C2", 0, [Metric("bdSeq", SparkplugType.Int64, 1), Metric("Node Control/Rebirth", SparkplugType.Boolean, 0)]);
            await PublishAsync("DBIRTH/C2/column", ++_sequence,
            [
                .. Floats.Select(f => Metric(f, SparkplugType.Double, f == "fi201" ? _steam : f == "xs200" ? 1 : 100)),
                .. new[] { ("FFC211", 1.2), ("FIC201", 2000), ("PIC210", 110) }.SelectMany(l => Parts.Select(p => Metric($"Opt/{l.Item1}/{p}", p == "SP_EXP" ? SparkplugType.DateTime : SparkplugType.Double, p is "SP" or "SP_REQ" ? l.Item2 : 0))),
            ]);
        }

        public Task SayAsync(string metric, double value)
        {
            _steam = value;
            return PublishAsync("DDATA/C2/column", ++_sequence, [Metric(metric, SparkplugType.Double, value)]);
        }

        public Task DieAsync() => PublishAsync("NDEATH/C2", null, [Metric("bdSeq", SparkplugType.Int64, 1)]);

        public Task UntilAsync(string tag, double value, Quality quality) => Eventually.TrueAsync(
            () => Worker.Loop?.Historian[tag].Latest(DateTimeOffset.MaxValue.AddYears(-1), DateTimeOffset.MaxValue) is { } s && s.Value.Equals(value) && s.Quality == quality, Patience, Cancel, $"{tag} {value} {quality}");

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_running);
            await Worker.DisposeAsync();
            await Edge.DisposeAsync();
            await Broker.DisposeAsync();
            _audit.Dispose();
            _stop.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private async ValueTask HandleAsync(InboundMessage message, CancellationToken cancel)
        {
            if (message.Topic.Contains("/NCMD/", StringComparison.Ordinal))
            {
                Commands.Enqueue(message);
                await BirthAsync();
            }
            else
            {
                Beats.Enqueue(message);
            }
        }

        private async Task PublishAsync(string topic, ulong? sequence, SparkplugMetric[] metrics)
        {
            string[] levels = topic.Split('/');
            ulong at = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            await Eventually.TrueAsync(() => Edge.IsUp, Patience, Cancel);
            Assert.Equal(PublishOutcome.Sent, await Edge.PublishAsync(
                new OutboundMessage($"spBv1.0/North/{levels[0]}/{string.Join('/', levels[1..])}", new SparkplugPayload(at, sequence, metrics).Encode(), 0) { IsBinary = true }, Patience, Cancel));
        }

        private static SparkplugMetric Metric(string name, SparkplugType type, double value) => new() { Name = name, Type = type, Value = SparkplugValue.From(type, value)!.Value };
    }
}
