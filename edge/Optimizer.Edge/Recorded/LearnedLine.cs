using Optimizer.Alignment;
using Optimizer.Learning;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Replay.Recordings;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Recorded;

/// <summary>A line at the end of a recording, with what the recording teaches.</summary>
internal sealed class LearnedLine
{
    private LearnedLine(RecordedHistory history, SurrogateSet surrogates, IReadOnlyList<TargetReport> targets, IReadOnlyList<Excitation> excitation)
    {
        (History, Surrogates, Targets, Excitation) = (history, surrogates, targets, excitation);
        Snapshot = history.Memory.Snapshot(history.Until);
        Levels = [.. surrogates.Surrogates.Select(s => history.Memory.Level(s, history.Until))];
        Prices = history.Memory.Prices(history.Site.Line.Prices, history.Until);
    }

    public RecordedHistory History { get; }

    public ProcessUnit Unit => History.Site.Line.Unit;

    public OperatingProblem Problem => History.Site.Line.Problem;

    public SurrogateSet Surrogates { get; }

    /// <summary>What the history teaches about each controlled variable.</summary>
    public IReadOnlyList<TargetReport> Targets { get; }

    /// <summary>How far each manipulated variable moved, with a verdict on those that moved too little to learn from.</summary>
    public IReadOnlyList<Excitation> Excitation { get; }

    public LineSnapshot Snapshot { get; }

    public IReadOnlyList<LevelState> Levels { get; }

    public IReadOnlyDictionary<string, double> Prices { get; }

    /// <summary>The variables that moved too little, with how far.</summary>
    public string Unmoved => string.Join(", ", Excitation.Where(e => e.Verdict is not null).Select(e => FormattableString.Invariant($"{e.Mv} {e.Moved:P2}")));

    /// <summary>Why nothing can be predicted well enough to act on; null: it can.</summary>
    public string? Objection
    {
        get
        {
            var needed = NeededResults.Of(Problem);
            string unusable = string.Join("; ", Targets.Where(t => !t.Usable && needed.Contains(t.Cv)).Select(t => $"{t.Cv} cannot be predicted well enough: {t.Reason}"));
            if (unusable.Length > 0)
            {
                return unusable;
            }

            // Settling after a change of campaign is no gap of the recording: there the loop holds.
            var gaps = FeatureVector.Align(Unit, Snapshot with { CampaignSettling = TimeSpan.Zero }).Gaps;
            return gaps.Count == 0 ? null : "the inputs at the recording's end are not complete: " + string.Join("; ", gaps);
        }
    }

    /// <param name="watch">Wraps the trainer of a named stage, to show progress; null: nobody watches.</param>
    /// <exception cref="RecordingException">Too little to learn from.</exception>
    public static LearnedLine Learn(RecordedHistory history, LearningOptions options, Func<ISurrogateTrainer, string, ISurrogateTrainer>? watch)
    {
        var sets = history.TrainingSets();
        double[] reference = history.Reference();
        var unit = history.Site.Line.Unit;
        var trainer = new SurrogateTrainer(unit, history.Site.Designs, options);
        var surrogates = Watched("fitting").Train(sets, reference, 1, history.Until);
        var judge = new BackTest(unit, Watched("judging"), options);
        return new LearnedLine(history, surrogates, judge.Run(sets, reference, surrogates), [.. judge.Excitations(sets[0]).Select(Staying)]);

        ISurrogateTrainer Watched(string stage) => watch?.Invoke(trainer, stage) ?? trainer;
    }

    // A declared gain is good enough to watch a line by, not to move a setpoint nobody ever moved.
    private static Excitation Staying(Excitation e) => e.Verdict is null ? e
        : e with { Verdict = FormattableString.Invariant($"{e.Mv} has moved {e.Moved:P2} of its range, {BackTest.LeastMoved:P1} expected: no gain can be learned, it stays at its setpoint") };
}
