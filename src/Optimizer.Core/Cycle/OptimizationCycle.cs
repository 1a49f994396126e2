using Optimizer.Alignment;
using Optimizer.Guardrails;
using Optimizer.Objectives;
using Optimizer.Search;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Cycle;

/// <summary>
/// One pass from what is known to what is done:
/// align -> (gap? hold) -> reachable box -> search -> step -> guardrails -> (clamped? re-score) -> mode gate -> outcome.
/// Pure: no clock, no input or output, no randomness but the seed of the input.
/// </summary>
public static class OptimizationCycle
{
    public static CycleOutcome Decide(CycleInput input)
    {
        var at = input.Snapshot.At;
        var features = FeatureVector.Align(input.Line.Unit, input.Snapshot);
        if (!features.IsComplete)
        {
            return CycleOutcome.Hold(at, string.Join("; ", features.Gaps));
        }

        if (input.Surrogates is not { } surrogates)
        {
            return CycleOutcome.Hold(at, $"no model yet, {input.FewestRows} of {input.Line.Settings.MinimumRows} results needed");
        }

        if (surrogates.Objections.Count > 0)
        {
            return CycleOutcome.Hold(at, "the models must not steer: " + string.Join("; ", surrogates.Objections));
        }

        if (surrogates.Grade is { } learned && input.Snapshot.Grade is { } made && !learned.Equals(made))
        {
            return CycleOutcome.Hold(at, FormattableString.Invariant($"the models learned grade {learned}, the line makes {made}"));
        }

        for (int k = 0; k < surrogates.Surrogates.Count; k++)
        {
            if (input.Levels[k].Fit is { Verdict: FitVerdict.Failed } fit)
            {
                return CycleOutcome.Hold(at, $"the models must not steer: {surrogates.Surrogates[k].Variable.Name}: {fit.Objection}");
            }
        }

        if (input.Approval is { } approval)
        {
            return new Scene(input, features, Assessor(input, features, surrogates, null)).Judge(approval);
        }

        var box = Box(input, features);
        return new Scene(input, features, Assessor(input, features, surrogates, box)).Decide(box);
    }

    private static ReachableBox Box(CycleInput input, FeatureVector features)
    {
        var variables = input.Line.Unit.ManipulatedVariables;
        return ReachableBox.Around(variables, features.Setpoints, input.Line.Settings.TrustRadius)
            .Pinned(features.Setpoints, [.. variables.Select(v => input.Context.Variables[v.Name].LeftOutBy is null)]);
    }

    private static CandidateAssessor Assessor(CycleInput input, FeatureVector features, SurrogateSet surrogates, ReachableBox? box)
    {
        double[] stay = [.. features.Setpoints], disturbances = [.. features.Disturbances];
        (double[], double[])? inputs = box is null ? null : ([.. box.Low, .. disturbances], [.. box.High, .. disturbances]);
        var predictor = new Predictor(surrogates, [.. stay, .. disturbances], input.Levels, features.At, inputs);
        return new CandidateAssessor(input.Line.Problem, predictor, stay, disturbances, input.Prices, input.Line.Settings.Pessimism);
    }

    private sealed class Scene(CycleInput input, FeatureVector features, CandidateAssessor assessor)
    {
        private readonly LineDefinition _line = input.Line;
        private readonly GuardrailContext _context = input.Context with
        {
            InputGaps = features.Gaps,
            Transients = Sentences.Transients(input.Snapshot.Steadiness),
        };

        public CycleOutcome Decide(ReachableBox box)
        {
            var variables = _line.Unit.ManipulatedVariables;
            var settings = _line.Settings;
            var found = SetpointSearch.Find(assessor, box, settings.Search, input.Seed);
            if (found.Stays)
            {
                return Held(found, null, null, [], Sentences.NothingBetter(found.Stay, _line.Problem));
            }

            var step = MoveSelection.Choose(assessor, found.Target, variables, Movable(), _context.Limits.MovedAtOnce, settings.Search.Caution);
            if (ReferenceEquals(step, found.Stay))
            {
                return Held(found, null, null, [], Sentences.NoStep(found, _line.Problem, Movable().Count(m => m), variables.Count));
            }

            return Guard(found, step);
        }

        private CycleOutcome Guard(SearchResult found, Assessment step)
        {
            var reviewed = GuardrailChain.Standard.Review(Propose(step, found.Target), _context);
            var notes = reviewed.Clamps;
            if (reviewed.Approved is not null && notes.Count > 0)
            {
                // A clamped move is another move: it must win again on its own numbers.
                step = assessor.Assess([Applied(reviewed.Remainder)])[0];
                reviewed = GuardrailChain.Standard.Review(Propose(step, found.Target), _context);
                notes = [.. notes, .. reviewed.Clamps];
            }

            if (reviewed.Approved is not { } approved)
            {
                return Held(found, step, reviewed.Remainder, [.. notes, reviewed.Rejection!], reviewed.Rejection!.Text);
            }

            var recommendation = new Recommendation(SetpointIds.Create(features.At, input.Turn.Epoch, input.Turn.Sequence, "recommendation"), features.At, approved.Move, input.Supersedes);
            var write = ModeGate.Admit(approved, input.Mode, recommendation.Id, null, input.Turn, _line.Terms, features.At, out string? whyNot);
            string sentence = Sentences.Move(approved.Move, found.Stay, step, found.Certificate, whyNot);
            return new CycleOutcome(
                features.At, write is null ? DecisionKind.Recommended : DecisionKind.Written, sentence, found.Stay, found.Target, step, approved.Move, notes, write, found.Candidates)
            {
                Recommendation = recommendation,
                Certificate = found.Certificate,
                Binding = found.Binding,
            };
        }

        /// <summary>A person agreed to a move some minutes ago: every rule looks at it again, at what is true now.</summary>
        public CycleOutcome Judge(Approval approval)
        {
            var recommended = approval.Recommendation.Move.Items.ToDictionary(i => i.Variable.Name, StringComparer.Ordinal);
            var asked = new ProposedMove(features.At, [], approval.Recommendation.Move.Evidence)
                .With(approval.Setpoints.Select(s => recommended[s.Variable] with { To = s.To }));
            var (step, move) = Weigh(asked);
            var reviewed = GuardrailChain.Standard.Review(move, _context);
            var notes = reviewed.Clamps;
            if (reviewed.Approved is not null && notes.Count > 0)
            {
                if (!approval.Modified)
                {
                    return Refused(approval, step, move, notes, "not as it was accepted: " + string.Join("; ", notes.Select(n => n.Text)));
                }

                (step, move) = Weigh(reviewed.Remainder);
                reviewed = GuardrailChain.Standard.Review(move, _context);
                notes = [.. notes, .. reviewed.Clamps];
            }

            if (reviewed.Approved is not { } approved)
            {
                return Refused(approval, step, reviewed.Remainder, [.. notes, reviewed.Rejection!], reviewed.Rejection!.Text);
            }

            var write = ModeGate.Admit(approved, input.Mode, approval.Recommendation.Id, approval.By, input.Turn, _line.Terms, features.At, out string? whyNot);
            return write is null
                ? Refused(approval, step, approved.Move, notes, whyNot!)
                : new CycleOutcome(
                    features.At, DecisionKind.Written, Sentences.Agreed(approval, notes) + Sentences.Move(approved.Move, assessor.Stay, step, null, null), assessor.Stay, null, step, approved.Move, notes, write, 0)
                {
                    Approval = approval,
                };
        }

        // Its own numbers for the move, from the live setpoints; where it starts stays what the person saw.
        private (Assessment Step, ProposedMove Move) Weigh(ProposedMove asked)
        {
            var step = assessor.Assess([Applied(asked)])[0];
            return (step, Propose(step, step) with { Items = asked.Items });
        }

        private CycleOutcome Refused(Approval approval, Assessment step, ProposedMove move, IReadOnlyList<GuardrailNote> notes, string why) =>
            new(features.At, DecisionKind.Held, "Hold: " + why, assessor.Stay, null, step, move, notes, null, 0) { Approval = approval };

        private CycleOutcome Held(SearchResult found, Assessment? step, ProposedMove? move, IReadOnlyList<GuardrailNote> notes, string why) =>
            new(features.At, DecisionKind.Held, "Hold: " + why, found.Stay, found.Target, step, move, notes, null, found.Candidates) { Certificate = found.Certificate, Binding = found.Binding };

        private ProposedMove Propose(Assessment step, Assessment target)
        {
            var stay = assessor.Stay;
            var items = _line.Unit.ManipulatedVariables.Select((v, i) => new MoveItem(v, stay.Setpoints[i], step.Setpoints[i], target.Setpoints[i]));
            var evidence = new Evidence(
                stay.Cost - step.Cost, step.CostDeviation, _line.Problem.Objective.MinimumBenefit, _line.Problem.Objective.EngineeringUnit,
                Distance(step), stay.Violation, step.Violation);
            return new ProposedMove(features.At, [], evidence).With(items);
        }

        private double[] Applied(ProposedMove move)
        {
            var setpoints = (double[])assessor.Stay.Setpoints.Clone();
            foreach (var item in move.Items)
            {
                setpoints[IndexOf(item.Variable.Name)] = item.To;
            }

            return setpoints;
        }

        // Only what a move adds counts: the plant may stand outside the envelope already, and stepping back in must stay possible.
        private double Distance(Assessment step)
        {
            double worst = 0;
            for (int i = 0; i < step.Setpoints.Length; i++)
            {
                foreach (var level in input.Levels)
                {
                    var (low, high) = level.Envelope[i];
                    double reach = Math.Max(high - low, 1e-12);
                    double now = Outside(assessor.Stay.Setpoints[i], low, high), next = Outside(step.Setpoints[i], low, high);
                    worst = Math.Max(worst, next > now ? next / reach : 0);
                }
            }

            return worst;
        }

        private static double Outside(double value, double low, double high) => Math.Max(0, Math.Max(low - value, value - high));

        private bool[] Movable() => [.. _line.Unit.ManipulatedVariables.Select(v =>
        {
            var state = _context.Variables[v.Name];
            bool rests = state.LastMove is { } last && _context.Now - last < v.Dwell;
            double left = Math.Min(v.MaxTravelPer8Hours - state.Travel8Hours, v.MaxTravelPer24Hours - state.Travel24Hours);
            return !rests && state.LeftOutBy is null && left >= v.Deadband;
        })];

        private int IndexOf(string name)
        {
            int i = 0;
            while (_line.Unit.ManipulatedVariables[i].Name != name)
            {
                i++;
            }

            return i;
        }
    }
}
