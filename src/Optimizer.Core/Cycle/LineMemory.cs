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
    private readonly Dictionary<string, SteadyStateDetector> _detectors;
    private readonly SetpointPath[] _ordered;
    private readonly RunningRecord _running;

    public LineMemory(ProcessUnit unit, CycleSettings settings)
    {
        _unit = unit;
        Historian = new ProcessHistorian(unit.Tags, settings.Retention);
        _ordered = [.. unit.ManipulatedVariables.Select(m => new SetpointPath(m.Lag))];
        _paths = unit.ManipulatedVariables.Zip(_ordered).ToDictionary(p => p.First.SetpointTag, p => p.Second, StringComparer.Ordinal);
        _detectors = unit.Tags.Where(t => t.SteadyKey).ToDictionary(t => t.Name, t => new SteadyStateDetector(t.Noise, settings.SteadySpacing), StringComparer.Ordinal);
        _running = new RunningRecord(unit.Running);
        Training = new TrainingSetBuilder(unit, Historian, _ordered, _running);
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

        if (outcome == AppendOutcome.Appended && sample.Quality == Quality.Good && _detectors.TryGetValue(sample.Tag, out var detector))
        {
            detector.Add(sample.SampledAt, sample.Value);
        }

        _running.Add(sample);
        return outcome;
    }

    public LineSnapshot Snapshot(DateTimeOffset now) => new(
        now,
        _unit.Tags.Select(t => Historian[t.Name].Latest(now, now)).OfType<Sample>().ToDictionary(s => s.Tag, StringComparer.Ordinal),
        [.. _ordered.Select(p => p.IsEmpty ? (double?)null : p.Setpoint)],
        [.. _ordered.Select(p => p.IsEmpty ? (double?)null : p.EffectiveAt(now))],
        [.. _unit.DisturbanceVariables.Select(d => Mean(d.Tag, d.Window, now))],
        [.. _detectors.Select(d => new Steadiness(d.Key, d.Value.Ratio, d.Value.IsSteady))],
        _running.Since(now));

    /// <summary>What the results known by now say of a surrogate.</summary>
    public LevelState Level(Surrogate surrogate, DateTimeOffset now)
    {
        var variable = surrogate.Variable;
        var from = now - (LevelFollower.Memories * surrogate.BiasMemory);
        // Results since the training judge it, also where the level has forgotten them.
        var judged = surrogate.LearnedUntil - LabDelay;
        var rows = Training.Build(variable, judged < from ? judged : from, now).Rows;
        return Training.Inputs(now, now, out _) is { } inputs
            ? LevelFollower.Estimate(surrogate, rows, inputs, Training.Signals(variable, now, now), now)
            : LevelState.Fresh(surrogate);
    }

    /// <summary>
    /// Mean of a tag's Good values over the window before <paramref name="now"/>. A tag reported on change that was silent in the
    /// window still has the value it had; null without any.
    /// </summary>
    public double? Mean(string tag, TimeSpan window, DateTimeOffset now) =>
        Historian[tag].MeanOrHeld(now - window, now + TimeSpan.FromTicks(1), now, _unit.Tag(tag).Period is null);
}
