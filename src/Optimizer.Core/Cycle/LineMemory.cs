using Optimizer.Alignment;
using Optimizer.History;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Cycle;

/// <summary>What the loop remembers of the line: historian, setpoint courses, steadiness, running record.</summary>
public sealed class LineMemory
{
    // Between the sample of a result and its report.
    private static readonly TimeSpan LabDelay = TimeSpan.FromDays(1);

    private readonly ProcessUnit _unit;
    private readonly Dictionary<string, SetpointPath> _paths;
    private readonly Dictionary<string, SteadyRecord> _steady;
    private readonly SetpointPath[] _ordered;
    private readonly RunningRecord _running;
    private double? _grade;

    public LineMemory(ProcessUnit unit, CycleSettings settings)
    {
        _unit = unit;
        Historian = new ProcessHistorian(unit.Tags, settings.Retention);
        _ordered = [.. unit.ManipulatedVariables.Select(m => new SetpointPath(m.Lag))];
        _paths = unit.ManipulatedVariables.Zip(_ordered).ToDictionary(p => p.First.SetpointTag, p => p.Second, StringComparer.Ordinal);
        _steady = unit.Tags.Where(t => t.SteadyKey)
            .ToDictionary(t => t.Name, t => new SteadyRecord(t.Name, new SteadyStateDetector(t.Noise, settings.SteadySpacing)), StringComparer.Ordinal);
        _running = new RunningRecord(unit.Running);
        Training = new TrainingSetBuilder(unit, Historian, _ordered, _running, [.. _steady.Values]);
    }

    public ProcessHistorian Historian { get; }

    public TrainingSetBuilder Training { get; }

    public AppendOutcome Take(in Sample sample)
    {
        var outcome = Historian.Append(sample);
        if (outcome is AppendOutcome.Duplicate or AppendOutcome.UnknownTag)
        {
            return outcome;
        }

        if (sample.Quality != Quality.Bad && _paths.TryGetValue(sample.Tag, out var path))
        {
            path.Append(sample.SampledAt, sample.Value);
        }

        if (outcome == AppendOutcome.Appended && sample.Quality == Quality.Good && _steady.TryGetValue(sample.Tag, out var record))
        {
            record.Add(sample.SampledAt, sample.Value);
        }

        if (outcome == AppendOutcome.Appended && sample.Quality == Quality.Good && sample.Tag == _unit.Campaign?.Tag && !sample.Value.Equals(_grade))
        {
            if (_grade is not null)
            {
                // The noise of one grade is not that of another.
                foreach (var key in _steady.Values)
                {
                    key.Restart(sample.SampledAt);
                }
            }

            _grade = sample.Value;
        }

        _running.Add(sample);
        return outcome;
    }

    public LineSnapshot Snapshot(DateTimeOffset now)
    {
        var campaigns = CampaignRecord.Of(_unit.Campaign, Historian, now);
        return new LineSnapshot(
            now,
            _unit.Tags.Select(t => Historian[t.Name].Latest(now, now)).OfType<Sample>().ToDictionary(s => s.Tag, StringComparer.Ordinal),
            [.. _ordered.Select(p => p.IsEmpty ? (double?)null : p.Setpoint)],
            [.. _ordered.Select(p => p.IsEmpty ? (double?)null : p.EffectiveAt(now))],
            [.. _unit.DisturbanceVariables.Select(d => WindowReading.Read(Historian, d.Reading, now, now, _unit.Tag(d.Tag), campaigns.Start(now)))],
            [.. _steady.Values.Select(s => new Steadiness(s.Tag, s.Detector.Ratio, s.Detector.IsSteady))],
            _running.Since(now))
        {
            CampaignSettling = campaigns.StillSettling(now),
            Grade = campaigns.Grade(now),
        };
    }

    /// <summary>Value of the campaign tag at an instant; null: none.</summary>
    public double? Grade(DateTimeOffset now) => CampaignRecord.Of(_unit.Campaign, Historian, now).Grade(now);

    /// <summary>Results a surrogate's level rests on, and those known since an instant that judge it; in the order they were sampled.</summary>
    public IReadOnlyList<TrainingRow> Results(Surrogate surrogate, DateTimeOffset judgedSince, DateTimeOffset now)
    {
        var level = now - (LevelFollower.Memories * surrogate.BiasMemory);
        // The level must stand before the first result is judged.
        var judged = judgedSince - LabDelay - (LevelFollower.Memories * surrogate.BiasMemory);
        return Training.Build(surrogate.Variable, judged < level ? judged : level, now).Rows;
    }

    /// <summary>What the results known by now say of a surrogate.</summary>
    public LevelState Level(Surrogate surrogate, DateTimeOffset now)
    {
        var rows = Results(surrogate, surrogate.LearnedUntil, now);
        return Training.Inputs(now, now, out _) is { } inputs
            ? LevelFollower.Estimate(surrogate, rows, inputs, Training.Signals(surrogate.Variable, now, now), now)
            : LevelState.Fresh(surrogate);
    }

    /// <summary>Prices at an instant, by name; a live one without a value yet is its declared default.</summary>
    public IReadOnlyDictionary<string, double> Prices(IReadOnlyList<PriceSource> sources, DateTimeOffset now) =>
        sources.ToDictionary(p => p.Name, p => p.Tag is null ? p.Value : Mean(p.Tag, p.Window, now) ?? p.Value, StringComparer.Ordinal);

    /// <summary>
    /// Mean of a tag's Good values over the window before <paramref name="now"/>. A tag reported on change that was silent in the
    /// window still has the value it had; null without any.
    /// </summary>
    public double? Mean(string tag, TimeSpan window, DateTimeOffset now) =>
        Historian[tag].MeanOrHeld(now - window, now + TimeSpan.FromTicks(1), now, _unit.Tag(tag).Period is null);
}
