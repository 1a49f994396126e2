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
    private readonly WorkerOptions _options;
    private readonly bool _ownFolder;
    private readonly long _reserve;
    private AuditRecord _audit;
    private HistoryStore? _history;
    private HistoryRecorder? _recorder;
    private CancellationTokenSource _stopWorker = new();
    private Task _workerRuns = Task.CompletedTask;

    private Bench(ITestBroker broker, SiteLine site, MqttVersion version, BrokerAccess? access, Func<PlantHostOptions, PlantHostOptions> host, bool history, string? folder, long reserve)
    {
        (_folder, _ownFolder, _reserve) = (folder ?? Directory.CreateTempSubdirectory("optimizer-bench-").FullName, folder is null, reserve);
        _audit = AuditRecord.Open(_folder, reserve);
        (Broker, Site) = (broker, site);
        Topics = new TopicTree(site.Site.Location);
        Plant = FoilPlant.Create(new FoilPlantPlan { Scenario = ScenarioPlan.Parse("normal"), Seed = 7, Gateway = site.Site.Gateway.Id });
        Host = new PlantHost(
            host(new PlantHostOptions { Host = "127.0.0.1", Port = broker.Port, Location = site.Site.Location, LabUnits = FoilTags.Results }), Plant.Line, Plant.Gateway, TimeProvider.System);
        _options = new WorkerOptions
        {
            Site = site,
            Host = "127.0.0.1",
            Port = broker.Port,
            Access = access ?? BrokerAccess.ForDemo,
            StartMode = OperatingMode.Off,
            Seed = 7,
            MqttVersion = version,
            SessionFile = history ? Path.Combine(_folder, "mqtt-session") : null,
        };
        Worker = NewWorker(history);
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

    public LineWorker Worker { get; private set; }

    public MqttLink Console { get; }

    public List<LineEvent> Events { get; } = [];

    public List<InboundMessage> Replies { get; } = [];

    public AuditRecord Audit => _audit;

    public HistoryRecorder? Recorder => _recorder;

    public string Folder => _folder;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Bench> StartAsync(TimeSpan? watchdog = null, MqttVersion version = MqttVersion.Five, BrokerAccess? access = null, Func<PlantHostOptions, PlantHostOptions>? host = null,
        Func<ITestBroker, Task>? before = null, Action<string>? warned = null, BrokerKind kind = BrokerKind.Embedded, bool history = false, string? folder = null, long reserve = 0)
    {
        var site = SiteMapper.Load(SiteText.CopperFoilFile);
        if (watchdog is { } limit)
        {
            site = site with { Line = site.Line with { Guardrails = site.Line.Guardrails with { Watchdog = limit } } };
        }

        var broker = await BenchBroker.StartAsync(kind);
        await (before?.Invoke(broker) ?? Task.CompletedTask);
        var bench = new Bench(broker, site, version, access, host ?? (o => o), history, folder, reserve);
        bench.Worker.Warned = warned;
        bench._workerRuns = bench.Worker.RunAsync(bench._stopWorker.Token);
        bench._running.AddRange([bench.Host.RunAsync(bench._stop.Token), bench.Console.RunAsync(bench._stop.Token)]);
        foreach (var link in new[] { bench.Worker.Link, bench.Host.Link, bench.Console })
        {
            await link.WaitConnectedAsync(Patience, Cancel);
        }

        return bench;
    }

    /// <summary>The worker's process ends in order and another begins on the same folder.</summary>
    public async Task RestartAsync(Func<Task>? meanwhile = null)
    {
        await StopWorkerAsync();
        _audit.Dispose();
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        _audit = AuditRecord.Open(_folder, _reserve);
        Worker = NewWorker(_history is not null);
        _stopWorker = new CancellationTokenSource();
        _workerRuns = Worker.RunAsync(_stopWorker.Token);
        await Worker.Link.WaitConnectedAsync(Patience, Cancel);
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
        await StopWorkerAsync();
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await Host.DisposeAsync();
        await Console.DisposeAsync();
        await Broker.DisposeAsync();
        _audit.Dispose();
        _stop.Dispose();
        if (_ownFolder)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private LineWorker NewWorker(bool history)
    {
        if (history)
        {
            _history = HistoryStore.Open(_folder, Site.Line.Unit.Tags, Site.Line.Unit.Campaign?.Tag, new HistoryLimits { LeastFree = 0 }, TimeProvider.System.GetUtcNow());
            _recorder = new HistoryRecorder(_history, TimeProvider.System);
        }

        return new LineWorker(_options with { History = _recorder }, _audit, TimeProvider.System)
        {
            Happened = e =>
            {
                lock (Events)
                {
                    Events.Add(e);
                }
            },
        };
    }

    private async Task StopWorkerAsync()
    {
        await _stopWorker.CancelAsync();
        await _workerRuns;
        await Worker.DisposeAsync();
        await (_recorder?.DisposeAsync() ?? default);
        _history?.Dispose();
        _stopWorker.Dispose();
    }

    private static int Count(List<InboundMessage> messages)
    {
        lock (messages)
        {
            return messages.Count;
        }
    }
}
