using System.CommandLine;
using CopperFoilLine.Scenes;
using Optimizer.Cycle;
using Optimizer.Edge.Simulated;
using Optimizer.Edge.Site;
using Optimizer.Learning;
using Optimizer.Plant;
using Optimizer.Replay;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Commands;

/// <summary><c>trial</c>: the closed loop in virtual time over several seeds, judged on noise-free truth.</summary>
internal static class TrialCommand
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var site = CommonOptions.Site();
        var plant = CommonOptions.Plant();
        var scenario = CommonOptions.Scenario();
        var report = CommonOptions.Report();
        var first = CommonOptions.Seed("--first-seed", 1);
        var days = new Option<double>("--days") { Description = "Days in closed loop.", DefaultValueFactory = _ => 14, HelpName = "D" };
        var seeds = new Option<int>("--seeds") { Description = "Number of seeds.", DefaultValueFactory = _ => 5, HelpName = "N" };
        var rolls = new Option<int>("--history-rolls") { Description = "Rolls (2 h each) of operator history before.", DefaultValueFactory = _ => 300, HelpName = "N" };
        var history = CommonOptions.History("excited");
        var trace = new Option<bool>("--trace") { Description = "Prints every decision." };
        var command = new Command("trial",
            "Runs the closed loop in virtual time, without a network, and compares it with holding and with the true optimum.\n"
            + "Example: optimizer trial --site edge/sites/copper-foil.json --plant copper-foil --scenario normal --days 14 --seeds 5 --report trial.json");
        foreach (var option in new Option[] { site, plant, scenario, days, seeds, first, rolls, history, report, trace })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) =>
        {
            CommonOptions.KnownPlant(parsed.GetValue(plant)!);
            var plan = new TrialPlan(
                SiteMapper.Load(parsed.GetValue(site)!), CommonOptions.ScenarioPlan(parsed.GetValue(scenario)!), CommonOptions.HistoryKind(parsed.GetValue(history)!), CommonOptions.Within("--days", parsed.GetValue(days), 0.05, 365),
                (int)CommonOptions.Positive("--history-rolls", parsed.GetValue(rolls), 100_000), parsed.GetValue(trace));
            int count = (int)CommonOptions.Positive("--seeds", parsed.GetValue(seeds), 1000);
            return Task.FromResult(Run(plan, parsed.GetValue(plant)!, parsed.GetValue(first), count, parsed.GetValue(report), cancel));
        });
        return command;
    }

    private static int Run(TrialPlan plan, string plant, int first, int count, string? file, CancellationToken cancel)
    {
        CommonOptions.Writable(file);
        var runs = new TrialRun[count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel };
        Parallel.For(0, count, options, i =>
        {
            runs[i] = plan.Run(first + i, cancel);
            Console.WriteLine(FormattableString.Invariant($"seed {runs[i].Seed}: gain share {runs[i].GainShare:F2}, cost {runs[i].CostStart:F3} -> {runs[i].CostEnd:F3} (optimum {runs[i].CostOptimum:F3}), {runs[i].Moves} moves, hard-limit violations {runs[i].HardLimitViolations}, out of specification {runs[i].SpecViolationShare:P1} (hold {runs[i].SpecViolationShareHold:P1}), saved {runs[i].SavedShare:P1} over the whole run, worse than holding in {runs[i].WorseThanHoldShare:P1} of hours"));
        });
        var report = new TrialReport(plan.Site.Site.Name, plant, plan.Scenario.Text, plan.Days, runs);
        var s = report.Summary;
        Console.WriteLine(FormattableString.Invariant($"median gain share {s.MedianGainShare:F2}, worst {s.WorstGainShare:F2}, hard-limit violations {s.HardLimitViolations}, out of specification {s.SpecViolationShare:P1} (hold {s.SpecViolationShareHold:P1})"));
        if (file is not null)
        {
            File.WriteAllText(file, report.ToJson());
        }

        return ExitCodes.Ok;
    }

    private sealed record TrialPlan(SiteLine Site, ScenarioPlan Scenario, string History, double Days, int HistoryRolls, bool Trace)
    {
        public TrialRun Run(int seed, CancellationToken cancel)
        {
            var line = new FoilPlantPlan
            {
                Scenario = Scenario,
                Seed = seed,
                Gateway = Site.Line.Terms.Gateway,
                History = History,
                HistoryLasts = TimeSpan.FromHours(2 * HistoryRolls),
                TelemetryPeriod = Site.Site.Telemetry.Period,
            };
            var plant = FoilPlant.Create(line);
            var start = plant.Now;
            var closedFrom = plant.HistoryEnds;
            var trialLine = new FoilTrialLine(plant, Site.Site);
            var loop = new LineLoop(Site.Line, new SurrogateTrainer(Site.Line.Unit, Site.Designs, new LearningOptions()), new LineStart(1, OperatingMode.Off, start, seed, SourceClock: true));
            var trial = new ClosedLoopTrial(loop, trialLine, Step);
            if (Trace)
            {
                trial.Happened += e => EventPrinter.Print(e);
            }

            trial.Run(closedFrom, null, cancel);
            loop.Request(new ModeRequest(OperatingMode.Closed, "trial", "history recorded", loop.Mode.Version), trialLine.Now, out string? refusal);
            if (refusal is not null)
            {
                throw new InvalidOperationException($"the closed mode was refused: {refusal}");
            }

            var judge = new FoilJudge(plant, FoilPlant.Create(line));
            var handPoint = FoilJudge.Setpoints(plant);
            trial.Run(closedFrom + TimeSpan.FromDays(Days), judge.Look, cancel);
            for (int minute = 1; minute < 60 && loop.Ledger.HasOpen; minute++)
            {
                trial.Run(trialLine.Now + TimeSpan.FromMinutes(1), null, cancel);
            }

            if (Trace)
            {
                judge.Broken.ForEach(Console.WriteLine);
            }

            return judge.Report(loop, seed, Scenario.Text, Days * 24, handPoint, FoilJudge.Setpoints(plant));
        }
    }
}
