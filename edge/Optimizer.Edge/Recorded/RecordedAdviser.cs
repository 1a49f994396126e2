using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.Guardrails;
using Optimizer.Learning;
using Optimizer.Plant;
using Optimizer.Replay.Recordings;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Recorded;

/// <summary>
/// Learns from a recording and makes the one decision that the live loop in advisory mode would make at its end; refuses where
/// the history supports none. Only setpoints that moved enough to learn from take part.
/// </summary>
/// <param name="seed">Fixes the search.</param>
/// <param name="watch">Wraps the trainer of a named stage, to show progress; null: nobody watches.</param>
internal sealed class RecordedAdviser(RecordedHistory history, LearningOptions options, int seed, Func<ISurrogateTrainer, string, ISurrogateTrainer>? watch = null)
{
    private const string NoExcitation = "lack of excitation";

    private LineDefinition Line => history.Site.Line;

    private ProcessUnit Unit => Line.Unit;

    public Advice Advise()
    {
        IReadOnlyList<TrainingSet> sets;
        double[] reference;
        try
        {
            sets = history.TrainingSets();
            reference = history.Reference();
        }
        catch (RecordingException thin)
        {
            return Refuse(thin.Message);
        }

        var trainer = new SurrogateTrainer(Unit, history.Site.Designs, options);
        var surrogates = Watched(trainer, "fitting").Train(sets, reference, 1, history.Until);
        var judge = new BackTest(Unit, Watched(trainer, "judging"), options);
        var learned = Refuse("") with
        {
            Model = new AdvisingModel(surrogates.Version, surrogates.Hash),
            Targets = judge.Run(sets, reference, surrogates),
            Excitation = [.. judge.Excitations(sets[0]).Select(Staying)],
        };
        var snapshot = history.Memory.Snapshot(history.Until);
        return Objection(learned, snapshot) is { } why ? learned with { Reason = why } : Decide(learned, surrogates, snapshot);
    }

    private ISurrogateTrainer Watched(ISurrogateTrainer trainer, string stage) => watch?.Invoke(trainer, stage) ?? trainer;

    private Advice Refuse(string why) => new() { Status = Advice.Refused, Reason = why, At = history.Until };

    // A declared gain is good enough to watch a line by, not to move a setpoint nobody ever moved.
    private static Excitation Staying(Excitation e) => e.Verdict is null ? e
        : e with { Verdict = FormattableString.Invariant($"{e.Mv} has moved {e.Moved:P2} of its range, {BackTest.LeastMoved:P1} expected: no gain can be learned, it stays at its setpoint") };

    private string? Objection(Advice learned, LineSnapshot snapshot)
    {
        if (learned.Excitation.All(e => e.Verdict is not null))
        {
            return FormattableString.Invariant($"no setpoint has moved enough to learn what it does, {BackTest.LeastMoved:P1} of its range expected: {Moved(learned)}");
        }

        var needed = NeededResults.Of(Line.Problem);
        string unusable = string.Join("; ", learned.Targets.Where(t => !t.Usable && needed.Contains(t.Cv)).Select(t => $"{t.Cv} cannot be predicted well enough: {t.Reason}"));
        if (unusable.Length > 0)
        {
            return unusable;
        }

        // Settling after a change of campaign is no gap of the recording: there the loop holds.
        var gaps = FeatureVector.Align(Unit, snapshot with { CampaignSettling = TimeSpan.Zero }).Gaps;
        return gaps.Count == 0 ? null : "the inputs at the recording's end are not complete: " + string.Join("; ", gaps);
    }

    private static string Moved(Advice learned) =>
        string.Join(", ", learned.Excitation.Where(e => e.Verdict is not null).Select(e => FormattableString.Invariant($"{e.Mv} {e.Moved:P2}")));

    private Advice Decide(Advice learned, SurrogateSet surrogates, LineSnapshot snapshot)
    {
        var input = Input(learned, surrogates, snapshot);
        var outcome = OptimizationCycle.Decide(input);
        string staying = learned.Excitation.Any(e => e.Verdict is not null) ? $"; stay for {NoExcitation}: {Moved(learned)} of their range" : "";
        var advice = learned with
        {
            Status = outcome.Kind == DecisionKind.Held ? Advice.Held : Advice.Recommended,
            Reason = outcome.Sentence + staying,
            Setpoints = AdvisedSetpoints.Of(outcome, snapshot, Line, learned.Excitation),
        };
        return outcome.Stay is null ? advice : advice with { Predicted = Forecast.Results(outcome, input), Objective = Forecast.Objective(outcome, Line.Problem.Objective) };
    }

    // As the live loop makes it, with a gateway that is there: nothing is written in advisory mode.
    private CycleInput Input(Advice learned, SurrogateSet surrogates, LineSnapshot snapshot)
    {
        var mode = new ModeState(OperatingMode.Advisory, 1, history.Until, "recording")
        {
            Participants = [.. learned.Excitation.Where(e => e.Verdict is null).Select(e => e.Mv)],
            ChosenBy = NoExcitation,
        };
        return new CycleInput
        {
            Line = Line,
            Snapshot = snapshot,
            Surrogates = surrogates,
            Levels = [.. surrogates.Surrogates.Select(s => history.Memory.Level(s, history.Until))],
            Prices = history.Memory.Prices(Line.Prices, history.Until),
            Mode = mode.Mode,
            FewestRows = learned.Targets.Min(t => t.Rows),
            Turn = new WriterTurn(0, 0),
            Seed = seed,
            Context = new GuardrailContext
            {
                Now = history.Until,
                Limits = Line.Guardrails,
                Variables = new MoveBook(Unit).Histories(snapshot.Setpoints, mode, history.Until),
                Gateway = new GatewayState(Line.Terms.Gateway, TimeSpan.Zero, true, false, null),
                InputGaps = [],
                Transients = [],
                Running = snapshot.RunningSince is { } since ? history.Until - since : null,
                AuditWritable = true,
            },
        };
    }
}
