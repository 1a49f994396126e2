using System.CommandLine;
using System.Text.Json;
using Optimizer.Edge.Plots;
using Optimizer.Edge.Recorded;
using Optimizer.Edge.Site;
using Optimizer.Learning;
using Optimizer.Learning.Store;
using Optimizer.Replay.Recordings;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Commands;

/// <summary><c>train</c>: what a recording teaches about each controlled variable, and whether that may steer.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var site = CommonOptions.Site();
        var recording = new Option<string>("--recording") { Description = "Recording to learn from: wide CSV, long CSV or Parquet.", Required = true, HelpName = "FILE" };
        var format = CommonOptions.Format();
        var report = CommonOptions.Report();
        var plot = new Option<string?>("--plot") { Description = "Writes one page of plots per controlled variable, DIR/NAME.png.", HelpName = "DIR" };
        var data = new Option<string?>("--data") { Description = "Stores the model in this folder: as champion when there is none and every variable may steer, else as challenger.", HelpName = "DIR" };
        var quiet = new Option<bool>("--quiet") { Description = "Tells no progress." };
        var command = new Command("train",
            "Learns surrogates from a recording and judges them: rows used and dropped, error beside simple rules, coverage, gains, verdict. With --data it stores the model.\n"
            + "Example: optimizer train --site edge/sites/copper-foil.json --recording history.csv --report train.json");
        foreach (var option in new Option[] { site, recording, format, report, plot, data, quiet })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            string? kind = CommonOptions.KnownFormat(parsed.GetValue(format));
            string? pages = ModelPages.Writable(parsed.GetValue(plot));
            return await RunAsync(SiteMapper.Load(parsed.GetValue(site)!), parsed.GetValue(recording)!, kind, CommonOptions.Writable(parsed.GetValue(report)), pages, parsed.GetValue(data), parsed.GetValue(quiet), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(SiteLine site, string recording, string? format, string? report, string? pages, string? data, bool quiet, CancellationToken cancel)
    {
        var history = await TrainProgress.RunAsync(quiet, p => RecordedHistory.LoadAsync(site, recording, format, cancel, share => p.Report("reading " + Path.GetFileName(recording), share)));
        history.Tell();
        var unit = site.Line.Unit;
        var sets = history.TrainingSets();
        double[] reference = history.Reference();
        using var store = data is null ? null : ModelsCommand.Open(data, site);
        int version = (store?.LastVersion ?? 0) + 1;
        var options = new LearningOptions();
        var trainer = new SurrogateTrainer(unit, site.Designs, options);
        var final = await TrainProgress.RunAsync(quiet, p => Task.FromResult(p.Watch(trainer, "fitting").Train(sets, reference, version, history.Until) with { Grade = history.Memory.Grade(history.Until) }));
        var judge = new BackTest(unit, trainer, options);
        var targets = await TrainProgress.RunAsync(quiet, p => Task.FromResult(new BackTest(unit, p.Watch(trainer, "judging"), options).Run(sets, reference, final)));
        var excitation = judge.Excitations(sets[0]);
        Show(targets, excitation);
        if (store is not null)
        {
            Store(store, final, targets);
        }

        if (pages is not null)
        {
            ModelPages.Draw(unit, site.Designs, targets, pages);
        }

        if (report is not null)
        {
            await File.WriteAllTextAsync(report, JsonSerializer.Serialize(new { Recording = Path.GetFileName(recording), history.Until, ModelHash = final.Hash, Findings = history.Findings.All, Targets = targets, Excitation = excitation }, ReportForm.Json) + "\n", cancel);
        }

        return ExitCodes.Ok;
    }

    private static void Store(ModelStore store, SurrogateSet set, IReadOnlyList<TargetReport> targets)
    {
        // What judging on later results objects to must hold in the store too: nobody can promote it.
        set = set with
        {
            Surrogates = [.. set.Surrogates.Zip(targets, (s, t) => s with { Card = s.Card with { Unusable = s.Card.Unusable ?? t.Reason } })],
        };
        var now = TimeProvider.System.GetUtcNow();
        int version = store.Add(set, now);
        bool first = store.Champion is null && set.Objections.Count == 0;
        if (first)
        {
            store.Promote(version, now, "optimizer train", "the first that may steer");
        }

        Console.WriteLine($"stored as model {version}, {(first ? "champion" : set.Objections.Count > 0 ? "refused: " + string.Join("; ", set.Objections) : $"challenger of model {store.Champion}: optimizer models promote {version} puts it in force")}");
    }

    private static void Show(IReadOnlyList<TargetReport> targets, IReadOnlyList<Excitation> excitation)
    {
        foreach (var t in targets)
        {
            Console.WriteLine(FormattableString.Invariant($"{t.Cv}, {t.EngineeringUnit}: {t.Rows} results; left out {RecordedHistory.Text(t.Excluded)}"));
            Console.WriteLine(FormattableString.Invariant(
                $"  error {t.Rmse:G3} on the {t.Judged} latest (R2 {t.R2:F2}); mean {t.Baselines.Mean:G3}, last value {t.Baselines.LastValue:G3}, ridge {t.Baselines.Ridge:G3}; 90 % interval covers {100 * t.Coverage90:F0} %"));
            Console.WriteLine("  gains " + string.Join(", ", t.Gains.Select(g => FormattableString.Invariant($"{g.ManipulatedVariable} {g.Value:G2} ± {g.StandardError:G2}"))));
            Console.WriteLine(t.Usable ? "  usable" : "  not usable: " + t.Reason);
        }

        foreach (var e in excitation.Where(e => e.Verdict is not null))
        {
            Console.WriteLine(e.Verdict);
        }
    }
}
