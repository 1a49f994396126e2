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
        LearnedLine line;
        try
        {
            line = LearnedLine.Learn(history, options, watch);
        }
        catch (RecordingException thin)
        {
            return Refuse(thin.Message);
        }

        var learned = Refuse("") with
        {
            Model = new AdvisingModel(line.Surrogates.Version, line.Surrogates.Hash),
            Targets = line.Targets,
            Excitation = line.Excitation,
        };
        return Objection(line) is { } why ? learned with { Reason = why } : Decide(learned, line);
    }

    private Advice Refuse(string why) => new() { Status = Advice.Refused, Reason = why, At = history.Until };

    private static string? Objection(LearnedLine line) => line.Excitation.All(e => e.Verdict is not null)
        ? FormattableString.Invariant($"no setpoint has moved enough to learn what it does, {BackTest.LeastMoved:P1} of its range expected: {line.Unmoved}")
        : line.Objection;

    private Advice Decide(Advice learned, LearnedLine line)
    {
        var input = Input(line);
        var outcome = OptimizationCycle.Decide(input);
        string staying = learned.Excitation.Any(e => e.Verdict is not null) ? $"; stay for {NoExcitation}: {line.Unmoved} of their range" : "";
        var advice = learned with
        {
            Status = outcome.Kind == DecisionKind.Held ? Advice.Held : Advice.Recommended,
            Reason = outcome.Sentence + staying,
            Setpoints = AdvisedSetpoints.Of(outcome, line.Snapshot, Line, learned.Excitation),
            Proof = outcome.Certificate,
            Binding = outcome.Binding,
        };
        if (outcome.Stay is not { } stay)
        {
            return advice;
        }

        // What was rejected does not happen.
        var next = outcome.Kind == DecisionKind.Held ? stay : outcome.Step!;
        return advice with { Predicted = Forecast.Results(stay, next, line), Objective = Forecast.Objective(stay, next, Line.Problem.Objective) };
    }

    // As the live loop makes it, with a gateway that is there: nothing is written in advisory mode.
    private CycleInput Input(LearnedLine line)
    {
        var mode = new ModeState(OperatingMode.Advisory, 1, history.Until, "recording")
        {
            Participants = [.. line.Excitation.Where(e => e.Verdict is null).Select(e => e.Mv)],
            ChosenBy = NoExcitation,
        };
        return new CycleInput
        {
            Line = Line,
            Snapshot = line.Snapshot,
            Surrogates = line.Surrogates,
            Levels = line.Levels,
            Prices = line.Prices,
            Mode = mode.Mode,
            FewestRows = line.Targets.Min(t => t.Rows),
            Turn = new WriterTurn(0, 0),
            Seed = seed,
            Context = new GuardrailContext
            {
                Now = history.Until,
                Limits = Line.Guardrails,
                Variables = new MoveBook(Unit).Histories(line.Snapshot.Setpoints, mode, history.Until),
                Gateway = new GatewayState(Line.Terms.Gateway, TimeSpan.Zero, true, false, null),
                InputGaps = [],
                Transients = [],
                Running = line.Snapshot.RunningSince is { } since ? history.Until - since : null,
                AuditWritable = true,
            },
        };
    }
}
