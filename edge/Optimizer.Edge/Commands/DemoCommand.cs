using System.CommandLine;
using Optimizer.Edge.Demo;
using Optimizer.Edge.Site;

namespace Optimizer.Edge.Commands;

/// <summary><c>demo</c>: broker, simulated line, gateway and the worker in closed loop, in one process over real MQTT.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var speed = CommonOptions.Speed("max");
        var hours = new Option<double>("--hours") { Description = "Hours in closed loop.", DefaultValueFactory = _ => 96, HelpName = "H" };
        var seed = CommonOptions.Seed();
        var scenario = CommonOptions.Scenario();
        var data = CommonOptions.Data();
        var report = CommonOptions.Report();
        var port = new Option<int>("--broker-port") { Description = "Port of the embedded broker; 0: a free one.", DefaultValueFactory = _ => 0, HelpName = "P" };
        var rolls = new Option<int>("--history-rolls") { Description = "Rolls (2 h each) of operator history before.", DefaultValueFactory = _ => 300, HelpName = "N" };
        var console = CommonOptions.Console();
        var command = new Command("demo",
            "Runs a simulated copper-foil line, learns it from operator history and moves its setpoints, over an embedded broker on loopback.\n"
            + "Example: optimizer demo --hours 96 --speed max --seed 7 --report report.json");
        foreach (var option in new Option[] { speed, hours, seed, scenario, data, report, port, rolls, console })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            int at = parsed.GetValue(port);
            var plan = new DemoPlan
            {
                Site = SiteMapper.Load(Path.Combine(AppContext.BaseDirectory, "sites", "copper-foil.json")),
                Speed = CommonOptions.SpeedFactor(parsed.GetValue(speed)!),
                Hours = CommonOptions.Within("--hours", parsed.GetValue(hours), 1, 10_000),
                Seed = parsed.GetValue(seed),
                Scenario = CommonOptions.ScenarioPlan(parsed.GetValue(scenario)!),
                HistoryRolls = (int)CommonOptions.Positive("--history-rolls", parsed.GetValue(rolls), 100_000),
                BrokerPort = at is >= 0 and <= 65535 ? at : throw new UsageException($"--broker-port: found {at}, expected 0 to 65535"),
                Data = parsed.GetValue(data),
                Console = parsed.GetValue(console),
            };
            return await DemoRun.RunAsync(plan, CommonOptions.Writable(parsed.GetValue(report)), cancel);
        });
        return command;
    }
}
