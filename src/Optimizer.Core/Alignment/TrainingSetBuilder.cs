using Optimizer.History;
using Optimizer.Plant;

namespace Optimizer.Alignment;

/// <summary>
/// Joins observations with the inputs that made them. Only what was known by the given instant is used, so a training set built
/// in replay equals the one built live. What must not teach is left out and counted by reason.
/// </summary>
/// <param name="steady">Verdicts on the key tags; a result taken while one is in motion does not teach.</param>
public sealed class TrainingSetBuilder(
    ProcessUnit unit, ProcessHistorian historian, IReadOnlyList<SetpointPath> paths, RunningRecord running, IReadOnlyList<SteadyRecord> steady)
{
    public const string BadQuality = "quality not good";
    public const string OutOfRange = "outside the instrument's range";
    public const string NotRunning = "line not running or settling after a stop";
    public const string NoInputs = "an input had no good value";
    public const string BeforeSetpoints = "setpoints not yet known";
    public const string OtherGrade = "another campaign's grade";
    public const string CampaignSettling = "settling after a change of campaign";

    /// <summary>Reasons that begin so are transients: the line was in motion.</summary>
    public const string MoveSettling = "settling after a move of ";

    public const string InMotion = "in motion by ";

    /// <param name="from">Observations sampled before are left aside.</param>
    public TrainingSet Build(ControlledVariable variable, DateTimeOffset from, DateTimeOffset knownBy)
    {
        var rows = new List<TrainingRow>();
        var excluded = new Dictionary<string, int>(StringComparer.Ordinal);
        var campaigns = CampaignRecord.Of(unit.Campaign, historian, knownBy);
        double? grade = campaigns.Grade(knownBy);
        var span = new ProductSpan(unit, historian);
        foreach (var (sampledAt, knownAt, value, quality) in Observations(variable, from, knownBy, campaigns))
        {
            var (start, end) = span.Of(variable, sampledAt, knownBy, campaigns);
            string? reason = Objection(variable, value, quality, sampledAt)
                ?? (running.IsRunning(end) && running.IsRunning(start) ? null : NotRunning)
                ?? CampaignObjection(campaigns, grade, start, end)
                ?? Transient(end);
            double[]? inputs = reason is null ? Inputs(start, end, knownBy, campaigns, out reason) : null;
            if (inputs is null)
            {
                excluded[reason!] = excluded.GetValueOrDefault(reason!) + 1;
                continue;
            }

            rows.Add(new TrainingRow(sampledAt, knownAt, inputs, value)
            {
                Signals = Signals(variable, sampledAt, knownBy, campaigns),
                InputsKnown = AsKnown(inputs, start, end, sampledAt < knownBy ? sampledAt : knownBy, campaigns),
                Campaign = campaigns.At(end),
            });
        }

        return new TrainingSet(variable.Name, rows, excluded);
    }

    /// <summary>The model inputs at an instant; null with the reason when one is missing.</summary>
    public double[]? Inputs(DateTimeOffset at, DateTimeOffset knownBy, out string? reason) =>
        Inputs(at, at, knownBy, CampaignRecord.Of(unit.Campaign, historian, knownBy), out reason);

    /// <summary>The variable's fast signals at an instant; NaN where one has no Good value.</summary>
    public double[] Signals(ControlledVariable variable, DateTimeOffset at, DateTimeOffset knownBy) =>
        Signals(variable, at, knownBy, CampaignRecord.Of(unit.Campaign, historian, knownBy));

    /// <summary>Whether a reason for leaving out says that the line was in motion.</summary>
    public static bool IsTransient(string reason) => reason.StartsWith(MoveSettling, StringComparison.Ordinal) || reason.StartsWith(InMotion, StringComparison.Ordinal);

    private double[] Signals(ControlledVariable variable, DateTimeOffset at, DateTimeOffset knownBy, CampaignRecord campaigns) =>
        [.. variable.Signals.Select(s => Read(s, at, knownBy, campaigns) ?? double.NaN)];

    private double[]? Inputs(DateTimeOffset from, DateTimeOffset to, DateTimeOffset knownBy, CampaignRecord campaigns, out string? reason)
    {
        reason = null;
        var inputs = new double[paths.Count + unit.DisturbanceVariables.Count];
        for (int i = 0; i < paths.Count; i++)
        {
            if (paths[i].IsEmpty || paths[i].Since > from)
            {
                reason = BeforeSetpoints;
                return null;
            }

            inputs[i] = paths[i].MeanEffective(from, to);
        }

        for (int i = 0; i < unit.DisturbanceVariables.Count; i++)
        {
            if (MeanReading(unit.DisturbanceVariables[i].Reading, from, to, knownBy, campaigns) is not { } value)
            {
                reason = NoInputs;
                return null;
            }

            inputs[paths.Count + i] = value;
        }

        return inputs;
    }

    private double[] AsKnown(double[] inputs, DateTimeOffset from, DateTimeOffset to, DateTimeOffset then, CampaignRecord campaigns)
    {
        if (!unit.DisturbanceVariables.Any(d => unit.Tag(d.Tag).Lab))
        {
            return inputs;
        }

        double[] known = [.. inputs];
        for (int i = 0; i < unit.DisturbanceVariables.Count; i++)
        {
            known[paths.Count + i] = MeanReading(unit.DisturbanceVariables[i].Reading, from, to, then, campaigns) ?? double.NaN;
        }

        return known;
    }

    // A span of product is sampled at the middles of equal parts: windows overlap and on-change tags are held, so no sum over samples would weigh time.
    private double? MeanReading(TagWindow window, DateTimeOffset from, DateTimeOffset to, DateTimeOffset knownBy, CampaignRecord campaigns)
    {
        const int Parts = 12;
        if (to <= from)
        {
            return Read(window, to, knownBy, campaigns);
        }

        double sum = 0;
        int n = 0;
        for (int part = 0; part < Parts; part++)
        {
            if (Read(window, from + ((part + 0.5) / Parts * (to - from)), knownBy, campaigns) is { } value)
            {
                sum += value;
                n++;
            }
        }

        return n == 0 ? null : sum / n;
    }

    private double? Read(TagWindow window, DateTimeOffset at, DateTimeOffset knownBy, CampaignRecord campaigns) =>
        WindowReading.Read(historian, window, at, knownBy, unit.Tag(window.Tag), campaigns.Start(at));

    private string? Objection(ControlledVariable variable, double value, Quality quality, DateTimeOffset sampledAt)
    {
        if (quality != Quality.Good)
        {
            return BadQuality;
        }

        var tag = unit.Tag(variable.Tag);
        return InstrumentRange.Judge(tag.Low, tag.High, value) != Quality.Good ? OutOfRange : running.IsRunning(sampledAt) ? null : NotRunning;
    }

    private static string? CampaignObjection(CampaignRecord campaigns, double? grade, DateTimeOffset start, DateTimeOffset end) =>
        campaigns.Grade(end) != grade ? OtherGrade
        : campaigns.StillSettling(start) > TimeSpan.Zero || campaigns.At(start) != campaigns.At(end) ? CampaignSettling
        : null;

    private string? Transient(DateTimeOffset at)
    {
        for (int i = 0; i < paths.Count; i++)
        {
            var mv = unit.ManipulatedVariables[i];
            if (!paths[i].IsEmpty && Math.Abs(paths[i].SetpointAt(at) - paths[i].EffectiveAt(at)) > mv.SettledWithin * (mv.OperatorHigh - mv.OperatorLow))
            {
                return FormattableString.Invariant($"{MoveSettling}{mv.Name}: more than {100 * mv.SettledWithin:G3} % of its range to go");
            }
        }

        return steady.FirstOrDefault(s => s.InMotion(at)) is { } moving
            ? FormattableString.Invariant($"{InMotion}{moving.Tag}: R above {SteadyStateDetector.SteadyBelow:F1} for more than {SteadyStateDetector.EchoValues} values")
            : null;
    }

    private IEnumerable<(DateTimeOffset SampledAt, DateTimeOffset KnownAt, double Value, Quality Quality)> Observations(
        ControlledVariable variable, DateTimeOffset from, DateTimeOffset knownBy, CampaignRecord campaigns)
    {
        var samples = historian[variable.Tag].Window(from, DateTimeOffset.MaxValue, knownBy);
        if (variable.Aggregate is not { } width)
        {
            foreach (var s in samples)
            {
                yield return (s.SampledAt, s.KnownAt, s.Value, s.Quality);
            }

            yield break;
        }

        foreach (var block in samples.GroupBy(s => s.SampledAt.UtcTicks / width.Ticks))
        {
            var start = new DateTimeOffset(block.Key * width.Ticks, TimeSpan.Zero);
            var middle = start + (width / 2);
            int campaign = campaigns.At(middle);
            var good = block.Where(s => s.Quality == Quality.Good && running.IsRunning(s.SampledAt) && campaigns.At(s.SampledAt) == campaign).Select(s => s.Value).ToList();
            bool whole = start + width <= knownBy;
            if (whole && good.Count > 0)
            {
                yield return (middle, start + width, good.Average(), Quality.Good);
            }
        }
    }
}
