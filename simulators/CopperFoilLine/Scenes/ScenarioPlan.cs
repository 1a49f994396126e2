using System.Globalization;
using CopperFoilLine.Instruments;

namespace CopperFoilLine.Scenes;

/// <summary>
/// Scenarios to go through together: names or numbers with commas between, each with <c>@H</c> for hours after the start of
/// the run, and single sensor faults as <c>fault:TAG:KIND[:SIZE]</c>. Such as <c>sps-pump-stops@12,summer,fault:f01/pv/feed_temp:bias:1.5@24</c>.
/// </summary>
public sealed class ScenarioPlan
{
    private readonly List<(Scenario Scenario, TimeSpan? At)> _planned;

    private ScenarioPlan(string text, List<(Scenario, TimeSpan?)> planned) => (Text, _planned) = (text, planned);

    public string Text { get; }

    /// <exception cref="ArgumentException">A part cannot be read; the message says what was found and expected.</exception>
    public static ScenarioPlan Parse(string text) => new(text, [.. text.Split(',', StringSplitOptions.TrimEntries).Select(Part)]);

    /// <summary>One scenario or sensor fault, without a time.</summary>
    /// <exception cref="ArgumentException">It is unknown; the message lists what there is.</exception>
    public static Scenario One(string text) => text.StartsWith("fault:", StringComparison.Ordinal) ? Fault(text) : Scenarios.Named(text);

    /// <summary>A line that goes through the plan.</summary>
    /// <param name="runFrom">Start of the run after the plant's start: what happens, happens then; what holds and names no time, holds from the plant's start.</param>
    public FoilLine Build(FoilLineOptions options, TimeSpan runFrom)
    {
        foreach (var (scenario, at) in _planned)
        {
            if (at is null && scenario.Condition is { } condition)
            {
                var conditions = condition(new Conditions(options.Disturbances, options.Drifts));
                options = options with { Disturbances = conditions.Disturbances, Drifts = conditions.Drifts };
            }
        }

        var line = new FoilLine(options);
        foreach (var (scenario, at) in _planned)
        {
            if (at is null && scenario.Condition is not null)
            {
                continue;
            }

            line.Schedule(options.Start + runFrom + (at ?? TimeSpan.Zero), scenario.Trigger);
        }

        return line;
    }

    private static (Scenario, TimeSpan?) Part(string text)
    {
        int mark = text.LastIndexOf('@');
        if (mark < 0)
        {
            return (One(text), null);
        }

        return double.TryParse(text[(mark + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double hours) && hours is >= 0 and <= 100_000
            ? (One(text[..mark]), TimeSpan.FromHours(hours))
            : throw new ArgumentException($"\"{text}\": found \"{text[(mark + 1)..]}\" after @, expected hours from 0 to 100000");
    }

    private static Scenario Fault(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length is not (3 or 4) || !Enum.TryParse(parts[2].Replace("-", "", StringComparison.Ordinal), true, out SensorFaultKind kind) || !Enum.IsDefined(kind) || char.IsDigit(parts[2][0]))
        {
            throw new ArgumentException($"\"{text}\": expected fault:TAG:KIND[:SIZE] with KIND one of {string.Join(", ", Enum.GetNames<SensorFaultKind>().Select(n => n.ToLowerInvariant()))}");
        }

        double size = 0;
        bool sized = parts.Length == 4 && double.TryParse(parts[3], NumberStyles.Float, CultureInfo.InvariantCulture, out size) && double.IsFinite(size);
        if (!sized && (parts.Length == 4 || kind is not (SensorFaultKind.Stuck or SensorFaultKind.Dropout or SensorFaultKind.Bad)))
        {
            throw new ArgumentException($"\"{text}\": found {(parts.Length == 4 ? $"\"{parts[3]}\"" : "no size")}, expected a finite size for {parts[2]}");
        }

        FoilTags.CheckSensor(parts[1]);
        return new Scenario(text, null, "a sensor fault") { Events = [(TimeSpan.Zero, l => l.Fail(new SensorFault(parts[1], kind, size)))] };
    }
}
