using CopperFoilLine;
using CopperFoilLine.Operators;
using CopperFoilLine.Scenes;
using Optimizer.Cycle;
using Optimizer.Edge.Connection;
using Optimizer.Edge.Line;
using Optimizer.Edge.Simulated;
using Optimizer.Edge.Site;
using Optimizer.Edge.Tests.Site;
using Optimizer.Historian;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Simulation.Mqtt;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Line;

/// <summary>Broker, simulated plant and worker in this process, over real MQTT on loopback, with an operator's console.</summary>
internal sealed class Bench : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly string _folder;
    private readonly AuditRecord _audit;

    private Bench(ITestBroker broker, SiteLine site, MqttVersion version, BrokerAccess? access, Func<PlantHostOptions, PlantHostOptions> host)
    {
        _folder = Directory.CreateTempSubdirectory("optimizer-bench-").FullName;
        _audit = AuditRecord.Open(_folder);
        (Broker, Site) = (broker, site);
        Topics = new TopicTree(site.Site.Location);
        Plant = FoilPlant.Create(new FoilPlantPlan { Scenario = ScenarioPlan.Parse("normal"), Seed = 7, Gateway = site.Site.Gateway.Id });
        Host = new PlantHost(
            host(new PlantHostOptions { Host = "127.0.0.1", Port = broker.Port, Location = site.Site.Location, LabUnits = FoilTags.Results }), Plant.Line, Plant.Gateway, TimeProvider.System);
        Worker = new LineWorker(
            new WorkerOptions { Site = site, Host = "127.0.0.1", Port = broker.Port, Access = access ?? BrokerAccess.ForDemo, StartMode = OperatingMode.Off, Seed = 7, MqttVersion = version }, _audit, TimeProvider.System)
        {
            Happened = e =>
            {
                lock (Events)
                {
                    Events.Add(e);
                }
            },
        };
        Console = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "console", Filters = ["clients/console/#", Topics.StateMode], LongestRetry = TimeSpan.FromMilliseconds(300) },
            (m, _) =>
            {
                lock (Replies)
                {
                    Replies.Add(m);
                }

                return default;
            }, TimeProvider.System);
    }

    public ITestBroker Broker { get; }

    public SiteLine Site { get; }

    public TopicTree Topics { get; }

    public FoilPlant Plant { get; }

    public PlantHost Host { get; }

    public LineWorker Worker { get; }

    public MqttLink Console { get; }

    public List<LineEvent> Events { get; } = [];

    public List<InboundMessage> Replies { get; } = [];

    public AuditRecord Audit => _audit;

    public string Folder => _folder;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Bench> StartAsync(TimeSpan? watchdog = null, MqttVersion version = MqttVersion.Five, BrokerAccess? access = null, Func<PlantHostOptions, PlantHostOptions>? host = null,
        Func<ITestBroker, Task>? before = null, Action<string>? warned = null, BrokerKind kind = BrokerKind.Embedded)
    {
        var site = SiteMapper.Load(SiteText.CopperFoilFile);
        if (watchdog is { } limit)
        {
            site = site with { Line = site.Line with { Guardrails = site.Line.Guardrails with { Watchdog = limit } } };
        }

        var broker = await BenchBroker.StartAsync(kind);
        await (before?.Invoke(broker) ?? Task.CompletedTask);
        var bench = new Bench(broker, site, version, access, host ?? (o => o));
        bench.Worker.Warned = warned;
        bench._running.AddRange([bench.Worker.RunAsync(bench._stop.Token), bench.Host.RunAsync(bench._stop.Token), bench.Console.RunAsync(bench._stop.Token)]);
        foreach (var link in new[] { bench.Worker.Link, bench.Host.Link, bench.Console })
        {
            await link.WaitConnectedAsync(Patience, Cancel);
        }

        return bench;
    }

    /// <summary>Operators run the line for a while; nobody decides.</summary>
    public async Task HistoryAsync(int rolls)
    {
        var start = Plant.Line.Now;
        var ends = start + TimeSpan.FromHours(2 * rolls);
        var operators = LineOperators.Create("excited", Plant.Line.Grade, 7, start, ends - TimeSpan.FromHours(12));
        Host.ByHand = now => now < ends ? operators.At(now) : null;
        Plant.Line.TelemetryPeriod = TimeSpan.FromMinutes(5);
        Host.BeatEvery = TimeSpan.FromMinutes(10);
        await Host.AdvanceAsync(ends, Cancel);
        Plant.Line.TelemetryPeriod = TimeSpan.FromMinutes(1);
        Host.BeatEvery = TimeSpan.FromSeconds(10);
    }

    public Task RunAsync(double hours) => Host.AdvanceAsync(Plant.Line.Now + TimeSpan.FromHours(hours), Cancel);

    /// <summary>An operator's mode command; returns the worker's answer, or null when none came.</summary>
    public async Task<CommandReplyMessage?> ModeAsync(OperatingMode mode, Func<ModeCommandMessage, ModeCommandMessage>? change = null, string? replyTo = "clients/console/opt/reply", bool retain = false)
    {
        int before = Count(Replies);
        long refused = Worker.Counters["mode_command_rejected"];
        int version = Worker.Loop!.Mode.Version;
        var now = Worker.Now;
        var command = new ModeCommandMessage(
            Setpoints.SetpointIds.Create(now, before, (int)mode, "console"), mode, Site.Line.Unit.Name, "anna", now, now + TimeSpan.FromMinutes(5), version, "test");
        var sent = change?.Invoke(command) ?? command;
        byte[] payload = ModePayload.Encode(sent);
        await Console.PublishAsync(new OutboundMessage(Topics.ModeCommand, payload, 1, retain) { ResponseTopic = replyTo }, Patience, Cancel);
        await UntilAsync(() => Worker.Counters["mode_command_rejected"] > refused || Worker.Loop.Mode.Version > version);
        if (replyTo is null || !TopicTree.IsReplyTopic(replyTo))
        {
            return null;
        }

        InboundMessage? reply = null;
        await UntilAsync(() =>
        {
            lock (Replies)
            {
                // Answers to earlier commands may still be on their way.
                return (reply = Replies.FirstOrDefault(m => m.Topic == replyTo && ModePayload.DecodeReply(m.Payload.Span).Value?.CommandId == sent.CommandId)) is not null;
            }
        });
        return ModePayload.DecodeReply(reply!.Payload.Span).Value;
    }

    public List<T> Seen<T>()
        where T : LineEvent
    {
        lock (Events)
        {
            return [.. Events.OfType<T>()];
        }
    }

    public static Task UntilAsync(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string what = "") =>
        Eventually.TrueAsync(condition, Patience, Cancel, what);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await Worker.DisposeAsync();
        await Host.DisposeAsync();
        await Console.DisposeAsync();
        await Broker.DisposeAsync();
        _audit.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int Count(List<InboundMessage> messages)
    {
        lock (messages)
        {
            return messages.Count;
        }
    }
}
