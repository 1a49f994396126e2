using System.CommandLine;
using CopperFoilLine;
using Optimizer.Edge.Simulated;
using Optimizer.Plant;
using Optimizer.Simulation.Mqtt;

namespace Optimizer.Edge.Commands;

/// <summary><c>simulate</c>: the plant and its gateway alone on a broker.</summary>
internal static class SimulateCommand
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var plant = CommonOptions.Plant();
        var broker = new Option<string>("--broker") { Description = "Broker to connect to.", DefaultValueFactory = _ => "127.0.0.1:1883", HelpName = "HOST:PORT" };
        var location = new Option<string>("--location") { Description = "Path below which every topic stands.", DefaultValueFactory = _ => "aurum/lz1/foil/l01", HelpName = "PATH" };
        var gateway = new Option<string>("--gateway") { Description = "Gateway id.", DefaultValueFactory = _ => "gw-l01", HelpName = "ID" };
        var scenario = CommonOptions.Scenario();
        var seed = CommonOptions.Seed();
        var speed = CommonOptions.Speed("1");
        var hours = new Option<double>("--hours") { Description = "Hours of process time; left out: until stopped.", DefaultValueFactory = _ => 0, HelpName = "H" };
        var history = new Option<double>("--history-hours") { Description = "Hours at the start in which operators walk the setpoints.", DefaultValueFactory = _ => 0, HelpName = "H" };
        var period = new Option<double>("--telemetry-period") { Description = "Seconds between two values of a continuous tag.", DefaultValueFactory = _ => 60, HelpName = "S" };
        var command = new Command("simulate",
            "Runs a simulated plant with its gateway on a broker. Faster than 1x, time waits for the optimizer's heartbeat echo.\n"
            + "Example: optimizer simulate --plant copper-foil --broker 127.0.0.1:1883 --speed 600 --hours 24");
        foreach (var option in new Option[] { plant, broker, location, gateway, scenario, seed, speed, hours, history, period })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            CommonOptions.KnownPlant(parsed.GetValue(plant)!);
            TrialCommand.CheckScenario(parsed.GetValue(scenario)!);
            var (host, port) = CommonOptions.Broker(parsed.GetValue(broker)!);
            double? factor = CommonOptions.SpeedFactor(parsed.GetValue(speed)!);
            var foil = FoilPlant.Create(parsed.GetValue(scenario)!, parsed.GetValue(seed), parsed.GetValue(gateway)!);
            foil.Line.TelemetryPeriod = TimeSpan.FromSeconds(CommonOptions.Positive("--telemetry-period", parsed.GetValue(period), 3600));
            var options = new PlantHostOptions
            {
                Host = host,
                Port = port,
                Location = parsed.GetValue(location)!,
                LabUnits = FoilLine.LabUnits,
                Step = TimeSpan.FromSeconds(factor is <= 10 ? 1 : 10),
            };
            double last = CommonOptions.Within("--hours", parsed.GetValue(hours), 0, 1_000_000);
            double byHand = CommonOptions.Within("--history-hours", parsed.GetValue(history), 0, 1_000_000);
            return await RunAsync(foil, options, factor, parsed.GetValue(seed), last, byHand, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(FoilPlant foil, PlantHostOptions options, double? speed, int seed, double hours, double historyHours, CancellationToken cancel)
    {
        var start = foil.Line.Now;
        var until = hours > 0 ? start + TimeSpan.FromHours(hours) : DateTimeOffset.MaxValue;
        await using var host = new PlantHost(options, foil.Line, foil.Gateway, TimeProvider.System) { Speed = speed };
        if (historyHours > 0)
        {
            var ends = start + TimeSpan.FromHours(historyHours);
            var operators = new OperatorHistory(foil.Line.Grade, seed, start, ends - TimeSpan.FromHours(Math.Min(24, historyHours / 2)));
            host.ByHand = now => now < ends ? operators.At(now) : null;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var link = host.RunAsync(stop.Token);
        try
        {
            await host.Link.WaitConnectedAsync(ConnectPatience, cancel);
            Console.WriteLine($"{foil.Gateway.Name} at {options.Location} on {options.Host}:{options.Port}, process time {start:u}");
            await host.AdvanceAsync(until, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
        finally
        {
            await stop.CancelAsync();
            await link;
        }

        Console.WriteLine($"process time {foil.Line.Now:u}, {host.SamplesPublished} samples published, {host.MissedEchoes} heartbeats without an echo");
        return ExitCodes.Ok;
    }
}
