using CopperFoilLine;
using CopperFoilLine.Scenes;
using Optimizer.Cycle;
using Optimizer.Edge.Commands;
using Optimizer.Edge.Connection;
using Optimizer.Edge.Line;
using Optimizer.Edge.Simulated;
using Optimizer.Edge.Site;
using Optimizer.Historian;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Replay;
using Optimizer.Setpoints;
using Optimizer.Simulation.Mqtt;

namespace Optimizer.Edge.Demo;

internal sealed record DemoPlan
{
    public required SiteLine Site { get; init; }

    /// <summary>Process time over wall time in closed loop; null: as fast as the machine can.</summary>
    public required double? Speed { get; init; }

    public required double Hours { get; init; }

    public required int Seed { get; init; }

    public required ScenarioPlan Scenario { get; init; }

    public required int HistoryRolls { get; init; }

    public required int BrokerPort { get; init; }

    public required string? Data { get; init; }

    /// <summary>Take operator commands from standard input even where that is no terminal.</summary>
    public bool Console { get; init; }
}

/// <summary>
/// The whole loop in one process: embedded broker, plant with gateway, worker, and an operator who switches it on. Everything
/// between plant and worker goes over MQTT; only the judge looks behind the plant.
/// </summary>
internal sealed class DemoRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly DemoPlan _plan;
    private readonly FoilPlant _plant;
    private readonly EmbeddedBroker _broker;
    private readonly PlantHost _host;
    private readonly LineWorker _worker;
    private readonly DemoView _view;
    private readonly FoilJudge _judge;
    private readonly OperatorConsole _console;
    private readonly CancellationTokenSource _stop = new();
    private int _commands;

    private DemoRun(DemoPlan plan, EmbeddedBroker broker, AuditRecord audit)
    {
        (_plan, _broker) = (plan, broker);
        var site = plan.Site.Site;
        var line = new FoilPlantPlan { Scenario = plan.Scenario, Seed = plan.Seed, Gateway = site.Gateway.Id, HistoryLasts = TimeSpan.FromHours(2 * plan.HistoryRolls) };
        _plant = FoilPlant.Create(line);
        _host = new PlantHost(
            new PlantHostOptions { Host = "127.0.0.1", Port = broker.Port, Location = site.Location, LabUnits = FoilTags.Results },
            _plant, _plant.Gateway, TimeProvider.System)
        {
            ByHand = _ => _plant.ByHand(),
            Orders = _plant.Orders,
        };
        _worker = new LineWorker(
            new WorkerOptions { Site = plan.Site, Host = "127.0.0.1", Port = broker.Port, StartMode = OperatingMode.Off, Seed = plan.Seed, Access = BrokerAccess.ForDemo }, audit, TimeProvider.System);
        _judge = new FoilJudge(_plant, FoilPlant.Create(line));
        _console = new OperatorConsole(_plant, _host) { SendMode = SendModeAsync, Happened = _judge.Happened };
        _view = new DemoView(plan, broker.Port);
        _worker.Happened = _view.Take;
    }

    public static async Task<int> RunAsync(DemoPlan plan, string? report, CancellationToken cancel)
    {
        string data = plan.Data ?? Directory.CreateTempSubdirectory("optimizer-demo-").FullName;
        try
        {
            using var audit = AuditRecord.Open(data);
            await using var broker = await EmbeddedBroker.StartAsync(plan.BrokerPort);
            await using var run = new DemoRun(plan, broker, audit);
            var result = await run.RunAsync(cancel);
            if (report is not null && result is not null)
            {
                await File.WriteAllTextAsync(report, TrialReport.ToJson(result), CancellationToken.None);
            }

            return ExitCodes.Ok;
        }
        finally
        {
            if (plan.Data is null)
            {
                Directory.Delete(data, recursive: true);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _worker.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<TrialRun?> RunAsync(CancellationToken cancel)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
        Task worker = _worker.RunAsync(both.Token), link = _host.RunAsync(_stop.Token);
        try
        {
            await _worker.Link.WaitConnectedAsync(Patience, cancel);
            await _host.Link.WaitConnectedAsync(Patience, cancel);
            var closedFrom = await HistoryAsync(cancel);
            var start = FoilJudge.Setpoints(_plant);
            await SwitchAsync(OperatingMode.Closed, "demo", cancel);
            await ClosedLoopAsync(closedFrom, cancel);
            if (_judge.Last is null)
            {
                _view.NothingToJudge();
                return null;
            }

            double hours = Math.Min(_plan.Hours, (_plant.Now - closedFrom).TotalHours);
            var run = _judge.Report(_worker.Loop!, _plan.Seed, _plan.Scenario.Text, Math.Round(hours, 2), start, FoilJudge.Setpoints(_plant));
            _view.Finish(run, _worker.Counters);
            return run;
        }
        finally
        {
            await both.CancelAsync();
            await worker;
            await _stop.CancelAsync();
            await link;
        }
    }

    private async Task<DateTimeOffset> HistoryAsync(CancellationToken cancel)
    {
        var start = _plant.Line.Now;
        var ends = _plant.HistoryEnds;
        // Nobody decides yet: coarser telemetry and a beat every ten minutes make history pass quickly.
        _plant.Line.TelemetryPeriod = TimeSpan.FromMinutes(5);
        _host.BeatEvery = TimeSpan.FromMinutes(10);
        await _view.HistoryAsync(progress =>
        {
            _host.Stepped = now => progress((now - start) / (ends - start));
            return _host.AdvanceAsync(ends, cancel);
        });
        _plant.Line.TelemetryPeriod = _plan.Site.Site.Telemetry.Period;
        _host.BeatEvery = TimeSpan.FromSeconds(10);
        return ends;
    }

    private async Task<string> SendModeAsync(OperatingMode mode, CancellationToken cancel)
    {
        await SwitchAsync(mode, "console", cancel);
        return $"asked for mode {mode.ToString().ToLowerInvariant()}";
    }

    // The demo's operator uses the same command as any other.
    private async Task SwitchAsync(OperatingMode mode, string reason, CancellationToken cancel)
    {
        var topics = new TopicTree(_plan.Site.Site.Location);
        var now = _plant.Line.Now;
        var command = new ModeCommandMessage(
            SetpointIds.Create(now, _commands++, _plan.Seed, "demo-operator"), mode, _plan.Site.Line.Unit.Name, "demo-operator", now, now + TimeSpan.FromHours(1),
            _worker.Loop?.Mode.Version ?? 1, reason);
        var outcome = await _host.Link.PublishAsync(new OutboundMessage(topics.ModeCommand, ModePayload.Encode(command), 1), Patience, cancel);
        if (outcome != PublishOutcome.Sent)
        {
            throw new InvalidOperationException($"the mode command was not delivered: {outcome}");
        }
    }

    private async Task ClosedLoopAsync(DateTimeOffset from, CancellationToken cancel)
    {
        var until = from + TimeSpan.FromHours(_plan.Hours);
        var nextLook = from + TimeSpan.FromHours(1);
        _host.Stepped = now =>
        {
            if (now >= nextLook)
            {
                nextLook += TimeSpan.FromHours(1);
                _judge.Look(now);
            }
        };
        _host.Speed = _plan.Speed;
        using var quit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (_plan.Console)
        {
            ConsoleReader.Start(_console, quit);
        }

        await _view.ClosedLoopAsync(
            () => new DemoScene(_plant.Line.Now, (_plant.Line.Now - from) / (until - from), _worker.Loop!, _judge.Last),
            async () =>
            {
                try
                {
                    await _host.AdvanceAsync(until, quit.Token);
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    // The person at the terminal has seen enough.
                }

                await LastWriteAsync(cancel);
            },
            _console, quit);
    }

    // A ramp can take most of an hour: the last write is followed to its end, before the next decision is due.
    private async Task LastWriteAsync(CancellationToken cancel)
    {
        for (int minute = 1; minute < 60 && (_plan.Speed is null or >= 60) && _worker.Loop!.Ledger.HasOpen; minute++)
        {
            await _host.AdvanceAsync(_plant.Line.Now + TimeSpan.FromMinutes(1), cancel);
        }
    }
}
