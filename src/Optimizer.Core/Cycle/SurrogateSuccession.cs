using Optimizer.Surrogates;

namespace Optimizer.Cycle;

/// <summary>
/// Which surrogates decide. The champion steers; a newly trained set is a challenger until it has predicted results that
/// neither had seen at least as well; results that keep one side of prediction make a training due, and take a champion that
/// does not recover out of control.
/// </summary>
internal sealed class SurrogateSuccession
{
    // Drift makes a training due at once, but not again and again on nearly the same results.
    private static readonly TimeSpan LeastBetweenTrainings = TimeSpan.FromHours(2);

    private readonly LineDefinition _line;
    private readonly ISurrogateTrainer _trainer;
    private readonly LineMemory _memory;
    private readonly TrainingLane _lane;
    private readonly List<LineEvent> _events;
    private readonly Dictionary<string, FitVerdict> _verdicts = new(StringComparer.Ordinal);
    private DateTimeOffset _nextTraining, _lastTraining = DateTimeOffset.MinValue;
    private int _version;
    private bool _drifted;

    public SurrogateSuccession(LineDefinition line, ISurrogateTrainer trainer, LineMemory memory, LineStart start, List<LineEvent> events)
    {
        (_line, _trainer, _memory, _events) = (line, trainer, memory, events);
        _lane = new TrainingLane(start.SourceClock, line.Settings.TrainingAllowance);
        Champion = start.Surrogates;
        _version = Math.Max(start.Surrogates?.Version ?? 0, start.LastVersion);
    }

    public SurrogateSet? Champion { get; private set; }

    /// <summary>On trial; null: none.</summary>
    public SurrogateSet? Challenger { get; private set; }

    /// <summary>Results so far of the variable that has fewest; explains why there is no model yet.</summary>
    public int FewestRows { get; private set; }

    /// <summary>What the results known by now say of the champion, one state per variable; empty without a champion.</summary>
    public IReadOnlyList<LevelState> Levels(DateTimeOffset now) =>
        Champion is { } champion ? [.. champion.Surrogates.Select(s => _memory.Level(s, now))] : [];

    /// <summary>A person put another set in force.</summary>
    public void Install(SurrogateSet set, string why, DateTimeOffset now)
    {
        Challenger = null;
        _version = Math.Max(_version, set.Version);
        Adopt(set, now, why);
    }

    /// <summary>Takes a training that has come due.</summary>
    public void Collect(DateTimeOffset now)
    {
        if (_lane.Collect(now) is not { } training)
        {
            return;
        }

        if (!training.IsCompletedSuccessfully)
        {
            // The surrogates in force stay: an old model that worked beats none.
            _events.Add(new TrainingFailed(now, training.Exception?.InnerException?.Message ?? "cancelled"));
        }
        else if (Champion is null || Champion.Objections.Count > 0 || !Equals(Champion.Grade, training.Result.Grade) || _verdicts.ContainsValue(FitVerdict.Failed))
        {
            // Nothing that works would be put at risk.
            Adopt(training.Result, now);
        }
        else if (training.Result.Objections is { Count: > 0 } objections)
        {
            _events.Add(new ChallengerRefused(now, training.Result, string.Join("; ", objections)));
        }
        else
        {
            if (Challenger is { } older)
            {
                _events.Add(new ChallengerRefused(now, older, "drift made a newer training due"));
            }

            Challenger = training.Result;
            _events.Add(new ChallengerEntered(now, Challenger));
        }
    }

    /// <summary>Once a cycle: decides the trial, then starts the next training when it is due.</summary>
    public void Review(DateTimeOffset now)
    {
        if (Challenger is { } challenger && Champion is { } champion)
        {
            var trial = ChallengerTrial.Judge(_memory, champion, challenger, now);
            if (trial.Wins)
            {
                Challenger = null;
                Adopt(challenger, now, trial.Text);
            }
            else if (trial.Loses)
            {
                Challenger = null;
                _events.Add(new ChallengerRefused(now, challenger, trial.Text));
            }
        }

        Train(now);
    }

    /// <summary>Tells of drift that begins or ends, and makes a training due.</summary>
    /// <returns>Why the champion must not steer any more; null: it may.</returns>
    public string? Watch(IReadOnlyList<LevelState> levels, DateTimeOffset now)
    {
        string? failed = null;
        for (int k = 0; k < levels.Count; k++)
        {
            string variable = Champion!.Surrogates[k].Variable.Name;
            var fit = levels[k].Fit;
            var before = _verdicts.GetValueOrDefault(variable);
            _verdicts[variable] = fit.Verdict;
            if (fit.Verdict != before)
            {
                _events.Add(new FitChanged(now, variable, fit.Verdict, fit.Objection ?? FormattableString.Invariant($"results follow prediction again, CUSUM {fit.Cusum:F1}")));
            }

            if (fit.Verdict > FitVerdict.Sound && fit.Verdict > before)
            {
                var soonest = _lastTraining + LeastBetweenTrainings;
                _nextTraining = soonest > now ? soonest : now;
                _drifted = true;
            }

            failed ??= fit.Verdict == FitVerdict.Failed ? $"{variable}: {fit.Objection}" : null;
        }

        return failed;
    }

    private void Train(DateTimeOffset now)
    {
        // A challenger on trial is waited for, unless what it learned from is no longer true.
        if (_lane.IsBusy || now < _nextTraining || (Challenger is not null && !_drifted))
        {
            return;
        }

        var sets = _line.Unit.ControlledVariables.Select(v => _memory.Training.Build(v, DateTimeOffset.MinValue, now)).ToList();
        FewestRows = sets.Min(s => s.Rows.Count);
        if (FewestRows < _line.Settings.MinimumRows || _memory.Training.Inputs(now, now, out _) is not { } reference)
        {
            return;
        }

        (_lastTraining, _nextTraining, _drifted) = (now, now + _line.Settings.Retrain, false);
        int version = ++_version;
        double? grade = _memory.Grade(now);
        _lane.Start(() => _trainer.Train(sets, reference, version, now) with { Grade = grade }, now);
        _events.Add(new TrainingStarted(now, sets.Sum(s => s.Rows.Count)));
    }

    private void Adopt(SurrogateSet set, DateTimeOffset now, string? why = null)
    {
        Champion = set;
        Challenger = null;
        _verdicts.Clear();
        _events.Add(new SurrogatesAdopted(now, set) { Why = why });
    }
}
