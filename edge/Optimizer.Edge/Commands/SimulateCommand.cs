using System.CommandLine;
using CopperFoilLine;
using Optimizer.Edge.Connection;
using Optimizer.Edge.Simulated;
using Optimizer.Mqtt;
using Optimizer.Simulation.Mqtt;

namespace Optimizer.Edge.Commands;

/// <summary><c>simulate</c>: the plant and its gateway alone on a broker, or a page of plots of it without one.</summary>
internal static class SimulateCommand
{
    private const double PlotHours = 15 * 24;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    private static readonly Option<string> Plant = CommonOptions.Plant();
    private static readonly ConnectionOptions Connection = new();
    private static readonly Option<string[]> TrustedKeys = new("--trusted-key") { Description = "PEM file of an EC P-256 public key; when given, setpoints must be signed by one of them. May be repeated.", HelpName = "FILE" };
    private static readonly Option<string> Location = new("--location") { Description = "Path below which every topic stands.", DefaultValueFactory = _ => "aurum/lz1/foil/l01", HelpName = "PATH" };
    private static readonly Option<string> Gateway = new("--gateway") { Description = "Gateway id.", DefaultValueFactory = _ => "gw-l01", HelpName = "ID" };
    private static readonly Option<string> Scenario = CommonOptions.Scenario();
    private static readonly Option<string> GradeName = CommonOptions.Grade();
    private static readonly Option<int> Seed = CommonOptions.Seed();
    private static readonly Option<string> Speed = CommonOptions.Speed("1");
    private static readonly Option<double> Hours = new("--hours") { Description = "Hours of process time; left out: until stopped, 360 with --plot.", DefaultValueFactory = _ => 0, HelpName = "H" };
    private static readonly Option<string> History = CommonOptions.History("excited");
    private static readonly Option<double> HistoryHours = new("--history-hours") { Description = "Hours at the start in which operators run the line by hand.", DefaultValueFactory = _ => 0, HelpName = "H" };
    private static readonly Option<double> Period = new("--telemetry-period") { Description = "Least seconds between two values of a continuous tag; 0: each at its native period.", DefaultValueFactory = _ => 60, HelpName = "S" };
    private static readonly Option<string?> TruthUser = new("--truth-user") { Description = "Publishes the hidden truth below _truth as this broker user.", HelpName = "NAME" };
    private static readonly Option<string?> TruthPassword = new("--truth-password-file") { Description = "File with that user's password.", HelpName = "FILE" };
    private static readonly Option<string?> TruthCertificate = new("--truth-cert") { Description = "Certificate of that user, PEM; with --tls.", HelpName = "FILE" };
    private static readonly Option<string?> TruthKey = new("--truth-key") { Description = "PEM file of its private key.", HelpName = "FILE" };
    private static readonly Option<string?> Plot = new("--plot") { Description = "Writes a page of plots (.png) of the simulated hours in virtual time, without a broker.", HelpName = "FILE" };
    private static readonly Option<bool> Console = CommonOptions.Console();

    public static Command Create()
    {
        var command = new Command("simulate",
            "Runs a simulated plant with its gateway on a broker. Faster than 1x, time waits for the optimizer's heartbeat echo.\n"
            + "Example: optimizer simulate --plant copper-foil --broker 127.0.0.1:1883 --speed 600 --hours 24 --scenario summer,sps-pump-stops@6");
        foreach (var option in new Option[] { Plant, Location, Gateway, Scenario, GradeName, Seed, Speed, Hours, History, HistoryHours, Period, TruthUser, TruthPassword, TruthCertificate, TruthKey, TrustedKeys, Plot, Console })
        {
            command.Options.Add(option);
        }

        Connection.AddTo(command);

        command.SetAction(async (parsed, cancel) =>
        {
            CommonOptions.KnownPlant(parsed.GetValue(Plant)!);
            double hours = CommonOptions.Within("--hours", parsed.GetValue(Hours), 0, 1_000_000);
            var foil = FoilPlant.Create(Plan(parsed));
            if (parsed.GetValue(Plot) is { } picture)
            {
                return Plots.PlotCommand.Run(foil, hours > 0 ? hours : PlotHours, picture, cancel);
            }

            return await RunAsync(foil, parsed, hours, cancel);
        });
        return command;
    }

    private static FoilPlantPlan Plan(ParseResult parsed)
    {
        double byHand = CommonOptions.Within("--history-hours", parsed.GetValue(HistoryHours), 0, 1_000_000);
        return new FoilPlantPlan
        {
            Scenario = CommonOptions.ScenarioPlan(parsed.GetValue(Scenario)!),
            Seed = parsed.GetValue(Seed),
            Gateway = parsed.GetValue(Gateway)!,
            Grade = CommonOptions.GradeNamed(parsed.GetValue(GradeName)!),
            History = CommonOptions.HistoryKind(parsed.GetValue(History)!),
            HistoryLasts = TimeSpan.FromHours(byHand),
            HomeLasts = TimeSpan.FromHours(Math.Min(24, byHand / 2)),
            TelemetryPeriod = TimeSpan.FromSeconds(CommonOptions.Within("--telemetry-period", parsed.GetValue(Period), 0, 3600)),
        };
    }

    private static async Task<int> RunAsync(FoilPlant foil, ParseResult parsed, double hours, CancellationToken cancel)
    {
        var (address, port) = Connection.Broker(parsed);
        var access = Connection.Access(parsed);
        access.Tls?.Check();
        using var trusted = parsed.GetValue(TrustedKeys) is { Length: > 0 } keys ? SignatureCheck.FromFiles(keys) : null;
        double? speed = CommonOptions.SpeedFactor(parsed.GetValue(Speed)!);
        var options = new PlantHostOptions
        {
            Host = address,
            Port = port,
            Tls = access.Tls,
            User = access.User,
            Password = access.Password,
            Trusted = trusted,
            Location = parsed.GetValue(Location)!,
            LabUnits = FoilTags.Results,
            Step = TimeSpan.FromSeconds(speed is <= 10 ? 1 : 10),
        };
        var start = foil.Now;
        var until = hours > 0 ? start + TimeSpan.FromHours(hours) : DateTimeOffset.MaxValue;
        await using var host = new PlantHost(options, foil, foil.Gateway, TimeProvider.System) { Speed = speed, ByHand = _ => foil.ByHand(), Orders = foil.Orders };
        await using var truth = Truth(foil, options, parsed);
        host.SteppedAsync = truth is null ? null : truth.SteppedAsync;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] links = truth is null ? [host.RunAsync(stop.Token)] : [host.RunAsync(stop.Token), truth.RunAsync(stop.Token)];
        try
        {
            await host.Link.WaitConnectedAsync(ConnectPatience, cancel);
            await (truth?.Link.WaitConnectedAsync(ConnectPatience, cancel) ?? Task.CompletedTask);
            System.Console.WriteLine($"{foil.Gateway.Name} at {options.Location} on {options.Host}:{options.Port}, process time {start:u}");
            if (parsed.GetValue(Console) || CommonOptions.AtTerminal)
            {
                ConsoleReader.Start(new OperatorConsole(foil, host), stop);
            }

            await host.AdvanceAsync(until, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(links);
        }

        System.Console.WriteLine($"process time {foil.Now:u}, {host.SamplesPublished} samples published, {host.MissedEchoes} heartbeats without an echo");
        return ExitCodes.Ok;
    }

    private static TruthPublisher? Truth(FoilPlant foil, PlantHostOptions options, ParseResult parsed)
    {
        if (parsed.GetValue(TruthUser) is not { } user)
        {
            return null;
        }

        string? file = parsed.GetValue(TruthPassword);
        if (file is not null && !File.Exists(file))
        {
            throw new UsageException($"--truth-password-file: \"{file}\" does not exist");
        }

        string? password = file is null ? null : File.ReadAllText(file).TrimEnd('\r', '\n');
        var own = options.Tls is { } tls ? tls with { CertificateFile = parsed.GetValue(TruthCertificate), KeyFile = parsed.GetValue(TruthKey), KeyPassword = null } : null;
        own?.Check();
        return new TruthPublisher(options with { Tls = own }, foil.Gateway.Name, user, password, () => foil.Line.Truth.Tags, TimeProvider.System);
    }
}
