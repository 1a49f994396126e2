using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CopperFoilLine;
using CopperFoilLine.Operators;
using CopperFoilLine.Scenes;
using Optimizer.Edge.Simulated;
using Optimizer.Edge.Site;
using Optimizer.Edge.Tests.Line;
using Optimizer.Edge.Tests.Site;
using Optimizer.Historian;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Simulation.Mqtt;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Commands;

/// <summary>
/// kill -9 of <c>optimizer run</c> in closed loop, under load, at random moments, against Mosquitto with QoS 1 and a persistent session. What the
/// broker was told is received must be in the history, what the gateway accepted must be in the record. OPTIMIZER_KILLS sets how often.
/// </summary>
[Trait("Category", "slow")]
public sealed partial class KilledRunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-killed-run-").FullName;

    private string Data => Path.Combine(_folder, "data");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task KilledAgainAndAgain_LosesNothingAndWritesNothingTwice()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("OPTIMIZER_SLOW") == "1", "minutes long: set OPTIMIZER_SLOW=1 to run it, as .ci/run does");
        int kills = int.Parse(Environment.GetEnvironmentVariable("OPTIMIZER_KILLS") ?? "15", CultureInfo.InvariantCulture);
        var random = new Random(23);
        var site = SiteMapper.Load(SiteText.CopperFoilFile);
        await using var broker = await BenchBroker.StartAsync(BrokerKind.Mosquitto);
        await using var plant = await Scene.StartAsync(broker.Port, site);
        var firstDecisions = new List<double>();
        using (var first = Life.Start(broker.Port, Data))
        {
            await first.Until(l => l.StartsWith("connected to", StringComparison.Ordinal));
            await plant.HistoryAsync(150);
            await first.Until(l => l.Contains(" model 1:", StringComparison.Ordinal), plant.HoursAsync(12));
            first.Kill();
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var load = plant.LoadAsync(stop.Token);
        for (int kill = 1; kill < kills; kill++)
        {
            using var life = Life.Start(broker.Port, Data);
            await life.Until(l => Decision().IsMatch(l));
            firstDecisions.Add(life.Seconds);
            await plant.CloseAsync();
            if (kill % 2 == 0)
            {
                // A decision of the closed loop, and then amid what follows from it.
                await life.Until(l => Decision().IsMatch(l));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50, 2500)), TimeProvider.System, Cancel);
            life.Kill();
            Assert.True(AuditCheck.Of(Data) is { IsWhole: true }, $"life {kill}: {AuditCheck.Of(Data)}");
        }

        await stop.CancelAsync();
        await load;
        using (var last = Life.Start(broker.Port, Data))
        {
            await last.Until(l => l.StartsWith("connected to", StringComparison.Ordinal));
            await plant.HoursAsync(1.1);
            await Eventually.TrueAsync(() => Stored(site).IsSupersetOf(plant.Published), Patience, Cancel);
            last.Kill();
        }

        var rows = Rows();
        var epochs = rows.Where(r => r.Kind == "start").Select(r => r.Body.GetProperty("epoch").GetInt64()).ToList();
        Assert.Equal(epochs.Distinct().Order(), epochs);
        Assert.Equal(kills + 1, epochs.Count);
        var stored = Results(site);
        Assert.Equal(stored.Count, stored.Distinct().Count());
        var recorded = rows.Where(r => r.Kind == "write").Select(r => r.Body.GetProperty("setpoint_id").GetString()!).ToHashSet(StringComparer.Ordinal);
        Assert.All(plant.Writes, w => Assert.Contains(w, recorded));
        var turns = plant.Accepted.Where(a => recorded.Contains(a.SetpointId)).DistinctBy(a => a.SetpointId).Select(a => (a.WriterEpoch, a.Sequence)).ToList();
        Assert.Equal(turns.Distinct().Order(), turns);
        firstDecisions.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{kills + 1} lives; {plant.Published.Count} results published at QoS 1, all stored once; {turns.Count} writes accepted, all recorded, none twice; {rows.Count} audit records hold; start to first decision median {firstDecisions[firstDecisions.Count / 2]:F1} s, worst {firstDecisions[^1]:F1} s"));
    }

    [GeneratedRegex("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d [A-Z]")]
    private static partial Regex Decision();

    private HashSet<double> Stored(SiteLine site) => [.. Results(site)];

    // A running worker does not mind a reader: it is a copy that is looked at.
    private List<double> Results(SiteLine site)
    {
        string copy = Path.Combine(_folder, "copy-" + Stopwatch.GetTimestamp());
        Backups.Make(Data, copy, DateTimeOffset.UnixEpoch);
        using var history = HistoryStore.Open(copy, site.Line.Unit.Tags, null, new HistoryLimits { LeastFree = 0 }, DateTimeOffset.UnixEpoch);
        var results = history.Read("lab_hec", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue).Select(s => s.Value).Where(v => v < 1).ToList();
        return results;
    }

    private List<(string Kind, JsonElement Body)> Rows()
    {
        using var text = new StringWriter();
        AuditExport.Write(Data, text);
        return [.. text.ToString().TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).Select(e => (e.GetProperty("kind").GetString()!, e.GetProperty("body")))];
    }

    /// <summary>One life of the worker's process.</summary>
    private sealed class Life : IDisposable
    {
        private readonly Process _process;
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly BlockingCollection<string> _lines = [];
        private readonly List<string> _all = [];

        private Life(Process process)
        {
            _process = process;
            process.OutputDataReceived += (_, e) => Take(e.Data);
            process.ErrorDataReceived += (_, e) => Take(e.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public double Seconds { get; private set; }

        public static Life Start(int port, string data) => new(Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "optimizer.dll"), "run", "--site", SiteText.CopperFoilFile, "--broker", $"127.0.0.1:{port}", "--data", data, "--demo", "--least-free", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

        public async Task Until(Func<string, bool> wanted, Task? meanwhile = null)
        {
            await Task.Run(() =>
            {
                var until = Stopwatch.StartNew();
                while (until.Elapsed < Patience)
                {
                    if (_lines.TryTake(out string? line, 200, Cancel) && wanted(line))
                    {
                        Seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
                        return;
                    }
                }

                throw new TimeoutException("it never said so:\n" + string.Join('\n', _all.TakeLast(30)));
            }, Cancel);
            await (meanwhile ?? Task.CompletedTask);
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                Kill();
            }

            _process.Dispose();
            _lines.Dispose();
        }

        private void Take(string? line)
        {
            if (line is not null && !_lines.IsAddingCompleted)
            {
                _all.Add(line);
                _lines.Add(line, CancellationToken.None);
            }
        }
    }

    /// <summary>The plant behind its gateway, a laboratory that sends many results, and a person who closes the loop.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly FoilPlant _plant;
        private readonly PlantHost _host;
        private readonly MqttLink _lab;
        private readonly TopicTree _topics;
        private readonly SiteLine _site;
        private readonly Task _running;
        private int _commands;

        private Scene(int port, SiteLine site)
        {
            (_site, _topics) = (site, new TopicTree(site.Site.Location));
            _plant = FoilPlant.Create(new FoilPlantPlan { Scenario = ScenarioPlan.Parse("normal"), Seed = 7, Gateway = site.Site.Gateway.Id });
            _host = new PlantHost(
                new PlantHostOptions { Host = "127.0.0.1", Port = port, Location = site.Site.Location, LabUnits = FoilTags.Results, EchoPatience = TimeSpan.FromMilliseconds(500) }, _plant.Line, _plant.Gateway, TimeProvider.System);
            _lab = new MqttLink(new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = "lims", Filters = [_topics.SetpointAck(site.Site.Gateway.Id), _topics.SetpointSet(site.Site.Gateway.Id)] }, (m, _) =>
            {
                if (m.Topic == _topics.SetpointSet(site.Site.Gateway.Id))
                {
                    if (SetpointPayload.Decode(m.Payload.Span).Value is { Kind: RequestKind.Write } write)
                    {
                        Writes.Enqueue(write.SetpointId);
                    }
                }
                else if (AcknowledgementPayload.Decode(m.Payload.Span).Value is { State: AcknowledgementState.Accepted } ack)
                {
                    Accepted.Enqueue(ack);
                }

                return default;
            }, TimeProvider.System);
            _running = Task.WhenAll(_host.RunAsync(_stop.Token), _lab.RunAsync(_stop.Token));
        }

        public HashSet<double> Published { get; } = [];

        public ConcurrentQueue<Acknowledgement> Accepted { get; } = new();

        /// <summary>Ids of the writes on the wire; renewals and releases are accepted as well and have none here.</summary>
        public ConcurrentQueue<string> Writes { get; } = new();

        public static async Task<Scene> StartAsync(int port, SiteLine site)
        {
            var scene = new Scene(port, site);
            await scene._host.Link.WaitConnectedAsync(Patience, Cancel);
            await scene._lab.WaitConnectedAsync(Patience, Cancel);
            return scene;
        }

        public async Task HistoryAsync(int rolls)
        {
            var ends = _plant.Now + TimeSpan.FromHours(2 * rolls);
            var operators = LineOperators.Create("excited", _plant.Line.Grade, 7, _plant.Now, ends - TimeSpan.FromHours(12));
            _host.ByHand = now => now < ends ? operators.At(now) : null;
            _plant.Line.TelemetryPeriod = TimeSpan.FromMinutes(5);
            _host.BeatEvery = TimeSpan.FromMinutes(10);
            await _host.AdvanceAsync(ends, Cancel);
            _plant.Line.TelemetryPeriod = TimeSpan.FromMinutes(1);
            _host.BeatEvery = TimeSpan.FromSeconds(10);
        }

        public Task HoursAsync(double hours) => _host.AdvanceAsync(_plant.Now + TimeSpan.FromHours(hours), Cancel);

        /// <summary>Time passes, and hundreds of results a second come in, each with a value of its own.</summary>
        public Task LoadAsync(CancellationToken cancel)
        {
            var from = _plant.Now.AddDays(-30);
            async Task ResultsAsync()
            {
                for (int i = 0; !cancel.IsCancellationRequested; i++)
                {
                    double value = i / 10_000_000.0;
                    var result = new LabResultMessage($"kill-{i}", 0, LabStatus.Final, from.AddSeconds(i), from.AddSeconds(i + 60), [new LabValue("hec", value, "mg/L")]);
                    if (await _lab.PublishAsync(new OutboundMessage(_topics.Lab("lab"), LabPayload.Encode(result), 1), Patience, CancellationToken.None) == PublishOutcome.Sent)
                    {
                        Published.Add(value);
                    }

                    await Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System, CancellationToken.None);
                }
            }

            async Task TimeAsync()
            {
                try
                {
                    await _host.AdvanceAsync(DateTimeOffset.MaxValue, cancel);
                }
                catch (OperationCanceledException)
                {
                }
            }

            return Task.WhenAll(Task.Run(ResultsAsync, CancellationToken.None), Task.Run(TimeAsync, CancellationToken.None));
        }

        public Task CloseAsync()
        {
            var now = _plant.Now;
            var command = new ModeCommandMessage(
                Setpoints.SetpointIds.Create(now, ++_commands, 1, "console"), OperatingMode.Closed, _site.Line.Unit.Name, "anna", now, now + TimeSpan.FromHours(1), 1, "kill test");
            return _lab.PublishAsync(new OutboundMessage(_topics.ModeCommand, ModePayload.Encode(command), 1), Patience, Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            await _host.DisposeAsync();
            await _lab.DisposeAsync();
            _stop.Dispose();
        }
    }
}
