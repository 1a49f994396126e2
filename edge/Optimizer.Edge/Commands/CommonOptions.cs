using System.CommandLine;
using System.Globalization;
using CopperFoilLine;
using CopperFoilLine.Operators;
using CopperFoilLine.Scenes;
using Optimizer.Replay.Recordings;

namespace Optimizer.Edge.Commands;

/// <summary>Options that several verbs share.</summary>
internal static class CommonOptions
{
    public static Option<string> Site() => new("--site") { Description = "Site file.", Required = true, HelpName = "FILE" };

    public static Option<string?> Data() => new("--data") { Description = "Folder for the audit record, the history and the models.", HelpName = "DIR" };

    public static Option<string> ExistingData() => new("--data") { Description = "Data folder of a worker.", Required = true, HelpName = "DIR" };

    public static Option<string?> Report() => new("--report") { Description = "Writes the result as JSON.", HelpName = "FILE" };

    public static Option<string?> Format() => new("--format") { Description = $"One of {string.Join(", ", RecordingFormat.All)}; left out: by name and header.", HelpName = "FORMAT" };

    public static string? KnownFormat(string? format) => format is null || RecordingFormat.All.Contains(format)
        ? format
        : throw new UsageException($"--format: found \"{format}\", expected one of {string.Join(", ", RecordingFormat.All)}");

    public static Option<int> Seed(string name = "--seed", int fallback = 7) =>
        new(name) { Description = "Fixes noise, disturbances and search.", DefaultValueFactory = _ => fallback, HelpName = "S" };

    public static Option<string> Scenario() => new("--scenario")
    {
        Description = "What the plant goes through: names with commas between, each with @H for hours after the start of the run; fault:TAG:KIND[:SIZE] is a sensor fault. Names: "
            + string.Join(", ", Scenarios.All.Select(s => s.Name)) + ".",
        DefaultValueFactory = _ => "normal",
        HelpName = "NAME[@H],…",
    };

    public static Option<string> Grade() => new("--grade")
    {
        Description = $"Foil grade: {string.Join(", ", CopperFoilLine.Grade.All.Select(g => g.Name))}.",
        DefaultValueFactory = _ => "LB-6",
        HelpName = "NAME",
    };

    public static Option<string> History(string fallback) => new("--history")
    {
        Description = "How operators run the line: operators (they react to quality), excited (a campaign of moves), passive (the hand point, held).",
        DefaultValueFactory = _ => fallback,
        HelpName = "KIND",
    };

    public static Option<bool> Console() => new("--console") { Description = "Takes operator commands from standard input even where that is no terminal; type help." };

    /// <summary>A person can type.</summary>
    public static bool AtTerminal => !System.Console.IsInputRedirected && !System.Console.IsOutputRedirected;

    public static Option<string> Plant() => new("--plant") { Description = "Simulated plant: copper-foil.", DefaultValueFactory = _ => "copper-foil", HelpName = "NAME" };

    public static Option<string> Speed(string fallback) =>
        new("--speed") { Description = "Process time over wall time, or max.", DefaultValueFactory = _ => fallback, HelpName = "N|max" };

    public static ScenarioPlan ScenarioPlan(string text) => Known("--scenario", () => CopperFoilLine.Scenes.ScenarioPlan.Parse(text));

    public static Grade GradeNamed(string name) => Known("--grade", () => CopperFoilLine.Grade.Named(name));

    public static string HistoryKind(string kind) => LineOperators.Kinds.Contains(kind)
        ? kind
        : throw new UsageException($"--history: found \"{kind}\", expected one of {string.Join(", ", LineOperators.Kinds)}");

    /// <summary>HOST:PORT.</summary>
    /// <param name="port">When left out.</param>
    public static (string Host, int Port) Broker(string text, int port = 1883)
    {
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? text : text[..colon];
        if (host.Length == 0 || (colon >= 0 && (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)))
        {
            throw new UsageException($"--broker: found \"{text}\", expected HOST:PORT with a port from 1 to 65535");
        }

        return (host, port);
    }

    /// <summary>Null: as fast as the machine can.</summary>
    public static double? SpeedFactor(string text)
    {
        if (text == "max")
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) && factor is > 0 and <= 100_000
            ? factor
            : throw new UsageException($"--speed: found \"{text}\", expected a number above 0 up to 100000, or max");
    }

    public static double Positive(string option, double value, double most) => value > 0 && value <= most
        ? value
        : throw new UsageException(FormattableString.Invariant($"{option}: found {value}, expected a number above 0 up to {most}"));

    public static double Within(string option, double value, double least, double most) => value >= least && value <= most
        ? value
        : throw new UsageException(FormattableString.Invariant($"{option}: found {value}, expected a number from {least} to {most}"));

    /// <summary>Finds out before the work, not after it, whether the report can be written; makes its folder.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static string? Writable(string? file)
    {
        if (file is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            using var probe = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write);
        }

        return file;
    }

    private static T Known<T>(string option, Func<T> find)
    {
        try
        {
            return find();
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{option}: {e.Message}");
        }
    }

    public static void KnownPlant(string name)
    {
        if (name != "copper-foil")
        {
            throw new UsageException($"--plant: found \"{name}\", expected copper-foil");
        }
    }
}
