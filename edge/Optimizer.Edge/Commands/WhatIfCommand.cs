using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Optimizer.Edge.Recorded;
using Optimizer.Edge.Site;
using Optimizer.Learning;
using Optimizer.Plant;
using Optimizer.Replay.Recordings;

namespace Optimizer.Edge.Commands;

/// <summary><c>what-if</c>: what the models of a recording predict for setpoints a person asks about.</summary>
internal static class WhatIfCommand
{
    public static Command Create()
    {
        var site = CommonOptions.Site();
        var recording = new Option<string>("--recording") { Description = "Recording to learn from and to ask at the end of: wide CSV, long CSV or Parquet.", Required = true, HelpName = "FILE" };
        var format = CommonOptions.Format();
        var set = new Option<string[]>("--set") { Description = "New setpoint of a manipulated variable, by its name or its tag; may be given more than once.", Required = true, HelpName = "NAME=VALUE" };
        var report = CommonOptions.Report();
        var quiet = new Option<bool>("--quiet") { Description = "Tells no progress." };
        var command = new Command("what-if",
            "Learns from a recording and predicts, for setpoints of your choice at its end, every result with a 90 % interval, every limit, the money, and how far this is from what the models know. "
            + "A prediction: nothing is decided and nothing written.\n"
            + "Example: optimizer what-if --site edge/sites/copper-foil.json --recording history.csv --set gelatin=10 --set copper=92");
        foreach (var option in new Option[] { site, recording, format, set, report, quiet })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            string? kind = CommonOptions.KnownFormat(parsed.GetValue(format));
            string? file = CommonOptions.Writable(parsed.GetValue(report));
            var line = SiteMapper.Load(parsed.GetValue(site)!);
            var asked = Asked(parsed.GetValue(set)!, line.Line.Unit);
            string name = parsed.GetValue(recording)!;
            bool silent = parsed.GetValue(quiet);
            var history = await TrainProgress.RunAsync(silent, p => RecordedHistory.LoadAsync(line, name, kind, cancel, share => p.Report("reading " + Path.GetFileName(name), share)));
            history.Tell();
            var answer = await TrainProgress.RunAsync(silent, p => Task.FromResult(WhatIf.Ask(LearnedLine.Learn(history, new LearningOptions(), p.Watch), asked)));
            Show(answer);
            if (file is not null)
            {
                await File.WriteAllTextAsync(file, JsonSerializer.Serialize(answer, ReportForm.Json) + "\n", cancel);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Dictionary<string, double> Asked(string[] words, ProcessUnit unit)
    {
        var asked = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string word in words)
        {
            string[] parts = word.Split('=');
            var variable = unit.ManipulatedVariables.FirstOrDefault(v => v.Name == parts[0] || v.SetpointTag == parts[0])
                ?? throw new UsageException($"--set: found \"{word}\", expected NAME=VALUE with a name out of {string.Join(", ", unit.ManipulatedVariables.Select(v => v.Name))}");
            if (parts.Length != 2 || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                || !(value >= variable.EngineeringLow && value <= variable.EngineeringHigh))
            {
                throw new UsageException(FormattableString.Invariant(
                    $"--set: found \"{word}\", expected {variable.Name}=VALUE with a value from {variable.EngineeringLow} to {variable.EngineeringHigh} {variable.EngineeringUnit}, its engineering limits"));
            }

            if (!asked.TryAdd(variable.Name, value))
            {
                throw new UsageException($"--set: found {variable.Name} twice, expected it once");
            }
        }

        return asked;
    }

    private static void Show(WhatIf answer)
    {
        Console.WriteLine(FormattableString.Invariant($"at {answer.At:yyyy-MM-dd HH:mm}: {answer.Answer}"));
        foreach (string doubt in answer.Doubts)
        {
            Console.WriteLine("doubt: " + doubt);
        }

        Console.WriteLine();
        Console.WriteLine($"{"setpoint",-26}{"from",10}{"to",10}{"known from",12}{"to",10}  unit");
        foreach (var s in answer.Setpoints.Where(s => !s.To.Equals(s.From)))
        {
            Console.WriteLine(FormattableString.Invariant($"{s.Mv,-26}{s.From,10:G5}{s.To,10:G5}{s.KnownLow,12:G5}{s.KnownHigh,10:G5}  {s.Unit}"));
        }

        Console.WriteLine();
        PredictionTable.Show(answer.Predicted, answer.Objective);
        Console.WriteLine();
        Console.WriteLine($"{"limit",-26}{"predicted",10}{"limit",10}{"room",10}  in sigma after its margin");
        foreach (var l in answer.Limits)
        {
            Console.WriteLine(FormattableString.Invariant($"{l.Constraint,-26}{l.Value,10:G4}{l.Limit,10:G4}{(l.Room > 100 ? ">100" : FormattableString.Invariant($"{l.Room:F1}")),10}{(l.Room < 0 ? "  short" : "")}"));
        }
    }
}
