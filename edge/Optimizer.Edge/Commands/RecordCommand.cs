using System.CommandLine;
using System.Diagnostics;
using Optimizer.Edge.Simulated;
using Optimizer.Replay.Recordings;

namespace Optimizer.Edge.Commands;

/// <summary><c>record</c>: a recording of the simulated plant, in virtual time, without a broker.</summary>
internal static class RecordCommand
{
    private const double HoursPerRoll = 2;

    private static readonly Option<string> Plant = CommonOptions.Plant();
    private static readonly Option<string> Scenario = CommonOptions.Scenario();
    private static readonly Option<string> GradeName = CommonOptions.Grade();
    private static readonly Option<int> Seed = CommonOptions.Seed();
    private static readonly Option<string> History = CommonOptions.History("operators");
    private static readonly Option<double?> Hours = new("--hours") { Description = "Hours to record.", HelpName = "H" };
    private static readonly Option<int?> Rolls = new("--rolls") { Description = "Rolls (2 h each) to record, in place of hours.", HelpName = "N" };
    private static readonly Option<double> Period = new("--telemetry-period") { Description = "Least seconds between two values of a continuous tag and between rows of csv-wide; 0: native periods.", DefaultValueFactory = _ => 60, HelpName = "S" };
    private static readonly Option<string> Format = new("--format") { Description = $"One of {string.Join(", ", RecordingFormat.All)}.", DefaultValueFactory = _ => RecordingFormat.CsvLong, HelpName = "FORMAT" };
    private static readonly Option<string> Out = new("--out") { Description = "Recording to write; FILE.manifest.json says what it is.", Required = true, HelpName = "FILE" };
    private static readonly Option<bool> Truth = new("--truth") { Description = "Also writes the hidden truth to FILE.truth.csv, for judges only." };

    public static Command Create()
    {
        var command = new Command("record",
            "Records the simulated plant as a history an engineer would get: telemetry, late results, setpoints, an imperfect operator log.\n"
            + "Example: optimizer record --plant copper-foil --scenario normal --rolls 300 --history operators --seed 7 --format csv-wide --out history.csv");
        foreach (var option in new Option[] { Plant, Scenario, GradeName, Seed, History, Hours, Rolls, Period, Format, Out, Truth })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            CommonOptions.KnownPlant(parsed.GetValue(Plant)!);
            string format = parsed.GetValue(Format)!;
            if (!RecordingFormat.All.Contains(format))
            {
                throw new UsageException($"--format: found \"{format}\", expected one of {string.Join(", ", RecordingFormat.All)}");
            }

            double period = CommonOptions.Within("--telemetry-period", parsed.GetValue(Period), 0, 3600);
            var lasts = TimeSpan.FromHours(Lasts(parsed));
            var plan = new FoilPlantPlan
            {
                Scenario = CommonOptions.ScenarioPlan(parsed.GetValue(Scenario)!),
                Seed = parsed.GetValue(Seed),
                Gateway = "gw-l01",
                Grade = CommonOptions.GradeNamed(parsed.GetValue(GradeName)!),
                History = CommonOptions.HistoryKind(parsed.GetValue(History)!),
                HistoryLasts = lasts,
                HomeLasts = TimeSpan.Zero,
                RunFrom = TimeSpan.Zero,
                TelemetryPeriod = TimeSpan.FromSeconds(period),
            };
            var recorder = new FoilRecorder(plan, format, CommonOptions.Writable(parsed.GetValue(Out))!, parsed.GetValue(Truth));
            long started = Stopwatch.GetTimestamp();
            var manifest = await recorder.RunAsync(cancel);
            double wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Console.WriteLine(FormattableString.Invariant(
                $"{manifest.Samples} values of {manifest.Tags.Count(t => t.Count > 0)} tags over {lasts.TotalHours:0.##} h in {parsed.GetValue(Out)}, {lasts.TotalSeconds / wall:F0} times real time; manifest {RecordingManifest.PathOf(parsed.GetValue(Out)!)}"));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static double Lasts(ParseResult parsed) => (parsed.GetValue(Hours), parsed.GetValue(Rolls)) switch
    {
        ({ } hours, null) => CommonOptions.Positive("--hours", hours, 100_000),
        (null, { } rolls) => HoursPerRoll * CommonOptions.Positive("--rolls", rolls, 50_000),
        (null, null) => throw new UsageException("found neither --hours nor --rolls, expected one of them"),
        _ => throw new UsageException("found both --hours and --rolls, expected one of them"),
    };
}
