using System.CommandLine;
using Optimizer.Edge.Connection;
using Optimizer.Edge.Line;
using Optimizer.Edge.Site;
using Optimizer.Historian;
using Optimizer.Mqtt;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Commands;

/// <summary><c>run</c>: the worker against an existing broker.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var site = CommonOptions.Site();
        var connection = new ConnectionOptions();
        var history = new HistoryOptions();
        var signingKey = new Option<string?>("--signing-key") { Description = "PEM file of an EC P-256 private key that signs every setpoint.", HelpName = "FILE" };
        var demo = new Option<bool>("--demo") { Description = "For a simulated plant on a broker of this machine: may write over plaintext, and says that it is a demo." };
        var data = CommonOptions.Data();
        var seed = CommonOptions.Seed(fallback: 1);
        var version = new Option<string>("--mqtt") { Description = "MQTT version: 5, 5-or-3 (3.1.1 where the broker knows no 5) or 3. Over 3.1.1 nothing is written.", DefaultValueFactory = _ => "5", HelpName = "VERSION" };
        version.AcceptOnlyFromAmong("5", "5-or-3", "3");
        var command = new Command("run",
            "Runs the worker against an existing broker until it is stopped. It starts in the site's start mode; a person raises it by a mode command.\n"
            + "Outside the demo it writes nothing over a connection that is plaintext or anonymous; see edge/mosquitto/README.md.\n"
            + "Example: optimizer run --site edge/sites/copper-foil.json --broker 127.0.0.1:1883 --data ./data");
        foreach (var option in new Option[] { site, data, seed, signingKey, demo, version })
        {
            command.Options.Add(option);
        }

        connection.AddTo(command);
        history.AddTo(command);

        command.SetAction(async (parsed, cancel) =>
        {
            var line = SiteMapper.Load(parsed.GetValue(site)!);
            var (host, port) = connection.Broker(parsed);
            using var signer = parsed.GetValue(signingKey) is { } key ? MessageSigner.FromFile(key) : null;
            var options = new WorkerOptions
            {
                Site = line,
                Host = host,
                Port = port,
                Access = connection.Access(parsed) with { Signer = signer, Demo = parsed.GetValue(demo) },
                StartMode = line.Site.StartMode,
                Seed = parsed.GetValue(seed),
                MqttVersion = Version(parsed.GetValue(version)!),
                SessionFile = Path.Combine(parsed.GetValue(data) ?? "data", "mqtt-session"),
            };
            options.Access.Require(host, port, options.StartMode);
            return await RunAsync(options, parsed.GetValue(data) ?? "data", history.Limits(parsed), cancel);
        });
        return command;
    }

    private static MqttVersion Version(string text) => text switch { "5" => MqttVersion.Five, "3" => MqttVersion.Three, _ => MqttVersion.FiveThenThree };

    private static async Task<int> RunAsync(WorkerOptions options, string data, HistoryLimits limits, CancellationToken cancel)
    {
        var (site, host, port) = (options.Site, options.Host, options.Port);
        // What cannot be used is said before anything is connected.
        using (var audit = AuditRecord.Open(data))
        using (var history = HistoryOptions.Open(data, site, limits, out string? aside))
        {
            await using var recorder = new HistoryRecorder(history, TimeProvider.System) { Warned = w => Console.WriteLine(OneLine.Of(w)) };
            foreach (string warning in new[] { audit.Objection is { } objection ? "audit: " + objection : null, aside }.OfType<string>())
            {
                Console.WriteLine(OneLine.Of(warning));
            }

            using var models = ModelsCommand.Open(data, site);
            await using var worker = new LineWorker(options with { Models = models, History = recorder }, audit, TimeProvider.System)
            {
                Happened = EventPrinter.Print,
                Warned = Console.WriteLine,
            };
            worker.Link.Lost = why => Console.WriteLine($"broker {host}:{port}: {OneLine.Of(why)}; reconnecting");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var run = worker.RunAsync(stop.Token);
            try
            {
                await worker.Link.WaitConnectedAsync(ConnectPatience, cancel);
                Console.WriteLine($"connected to {host}:{port}, unit {site.Line.Unit.Name}, mode {site.Site.StartMode.ToString().ToLowerInvariant()}, writer epoch {worker.Epoch}, data in {Path.GetFullPath(data)}");
                Console.WriteLine($"connection: {options.Access.Describe(host, port)}");
                var evaluator = EnsembleEvaluators.Choose([]);
                Console.WriteLine($"tree ensembles: evaluator {evaluator.Name} ({evaluator.Reason})");
                await run;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
            }
            finally
            {
                await stop.CancelAsync();
                await run;
            }

            foreach (var (name, count) in worker.Counters.All)
            {
                Console.WriteLine($"{name}: {count}{(worker.Counters.Reasons.TryGetValue(name, out string? reason) ? $" (last: {reason})" : "")}");
            }
        }

        return ExitCodes.Ok;
    }
}
