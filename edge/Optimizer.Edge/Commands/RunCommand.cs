using System.CommandLine;
using Optimizer.Edge.Line;
using Optimizer.Edge.Site;
using Optimizer.Historian;
using Optimizer.Mqtt;

namespace Optimizer.Edge.Commands;

/// <summary><c>run</c>: the worker against an existing broker.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var site = CommonOptions.Site();
        var broker = new Option<string>("--broker") { Description = "Broker to connect to.", DefaultValueFactory = _ => "127.0.0.1:1883", HelpName = "HOST:PORT" };
        var data = CommonOptions.Data();
        var seed = CommonOptions.Seed(fallback: 1);
        var version = new Option<string>("--mqtt") { Description = "MQTT version: 5, 5-or-3 (3.1.1 where the broker knows no 5) or 3. Over 3.1.1 nothing is written.", DefaultValueFactory = _ => "5", HelpName = "VERSION" };
        version.AcceptOnlyFromAmong("5", "5-or-3", "3");
        var command = new Command("run",
            "Runs the worker against an existing broker until it is stopped. It starts in the site's start mode; a person raises it by a mode command.\n"
            + "Example: optimizer run --site edge/sites/copper-foil.json --broker 127.0.0.1:1883 --data ./data");
        foreach (var option in new Option[] { site, broker, data, seed, version })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            var line = SiteMapper.Load(parsed.GetValue(site)!);
            var (host, port) = CommonOptions.Broker(parsed.GetValue(broker)!);
            return await RunAsync(line, host, port, parsed.GetValue(data) ?? "data", parsed.GetValue(seed), Version(parsed.GetValue(version)!), cancel);
        });
        return command;
    }

    private static MqttVersion Version(string text) => text switch { "5" => MqttVersion.Five, "3" => MqttVersion.Three, _ => MqttVersion.FiveThenThree };

    private static async Task<int> RunAsync(SiteLine site, string host, int port, string data, int seed, MqttVersion version, CancellationToken cancel)
    {
        AuditRecord audit;
        try
        {
            audit = AuditRecord.Open(data);
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCodes.Configuration;
        }

        using (audit)
        {
            await using var worker = new LineWorker(
                new WorkerOptions { Site = site, Host = host, Port = port, StartMode = site.Site.StartMode, Seed = seed, MqttVersion = version, SessionFile = Path.Combine(data, "mqtt-session") }, audit, TimeProvider.System)
            {
                Happened = EventPrinter.Print,
                Warned = Console.WriteLine,
            };
            worker.Link.Lost = why => Console.WriteLine($"broker {host}:{port}: {why}; reconnecting");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var run = worker.RunAsync(stop.Token);
            try
            {
                await worker.Link.WaitConnectedAsync(ConnectPatience, cancel);
                Console.WriteLine($"connected to {host}:{port}, unit {site.Line.Unit.Name}, mode {site.Site.StartMode.ToString().ToLowerInvariant()}, writer epoch {worker.Epoch}, data in {Path.GetFullPath(data)}");
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
