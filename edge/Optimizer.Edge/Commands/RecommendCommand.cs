using System.CommandLine;
using System.Text.Json;
using Optimizer.Edge.Recorded;
using Optimizer.Edge.Site;
using Optimizer.Learning;

namespace Optimizer.Edge.Commands;

/// <summary><c>recommend</c>: one recommendation from a recording, made as the live loop would make it at the recording's end.</summary>
internal static class RecommendCommand
{
    public static Command Create()
    {
        var site = CommonOptions.Site();
        var recording = new Option<string>("--recording") { Description = "Recording to learn from and to decide at the end of: wide CSV, long CSV or Parquet.", Required = true, HelpName = "FILE" };
        var format = CommonOptions.Format();
        var report = CommonOptions.Report();
        var seed = new Option<int>("--seed") { Description = "Fixes the search.", DefaultValueFactory = _ => 7, HelpName = "S" };
        var quiet = new Option<bool>("--quiet") { Description = "Tells no progress." };
        var command = new Command("recommend",
            "Learns from a recording and makes one decision at its end, as the live loop in advisory mode would: recommended, held or refused, with the reason. "
            + $"Ends with 0 when recommended or held, with {ExitCodes.Refused} when the history supports no recommendation.\n"
            + "Example: optimizer recommend --site edge/sites/copper-foil.json --recording history.csv --report recommendation.json");
        foreach (var option in new Option[] { site, recording, format, report, seed, quiet })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            string? kind = CommonOptions.KnownFormat(parsed.GetValue(format));
            string? file = CommonOptions.Writable(parsed.GetValue(report));
            var line = SiteMapper.Load(parsed.GetValue(site)!);
            string name = parsed.GetValue(recording)!;
            bool silent = parsed.GetValue(quiet);
            var history = await TrainProgress.RunAsync(silent, p => RecordedHistory.LoadAsync(line, name, kind, cancel, share => p.Report("reading " + Path.GetFileName(name), share)));
            history.Tell();
            var advice = await TrainProgress.RunAsync(silent, p => Task.FromResult(new RecordedAdviser(history, new LearningOptions(), parsed.GetValue(seed), p.Watch).Advise()));
            Show(advice);
            if (file is not null)
            {
                await File.WriteAllTextAsync(file, JsonSerializer.Serialize(advice, ReportForm.Json) + "\n", cancel);
            }

            return advice.Status == Advice.Refused ? ExitCodes.Refused : ExitCodes.Ok;
        });
        return command;
    }

    private static void Show(Advice advice)
    {
        Console.WriteLine(FormattableString.Invariant($"{advice.Status} at {advice.At:yyyy-MM-dd HH:mm}: {advice.Reason}"));
        if (advice.Setpoints.Count > 0)
        {
            Console.WriteLine();
            Console.WriteLine($"{"setpoint",-26}{"from",10}{"to",10}{"target",10}  {"unit",-7} limited by");
            foreach (var s in advice.Setpoints)
            {
                Console.WriteLine(FormattableString.Invariant($"{s.Mv,-26}{s.From,10:G5}{s.To,10:G5}{s.Target,10:G5}  {s.Unit,-7} {s.LimitedBy}").TrimEnd());
            }
        }

        if (advice.Proof is { } proof)
        {
            Console.WriteLine();
            Console.WriteLine(proof.Gap is { } gap
                ? FormattableString.Invariant($"target: nothing in reach beats it by more than {gap:G2} ({proof.Boxes} boxes examined){(advice.Binding.Count == 0 ? "" : "; limited by " + string.Join(", ", advice.Binding))}")
                : "target: not proven to be the best in reach, " + proof.Reason);
        }

        if (advice.Objective is { } o)
        {
            Console.WriteLine();
            PredictionTable.Show(advice.Predicted, o);
        }
    }
}
