using Optimizer.Alignment;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Recorded;

/// <summary>What the models of a recording predict for setpoints a person asks about. A prediction: nothing is decided, no move limit applies.</summary>
internal sealed record WhatIf
{
    /// <summary>The answer in one sentence with numbers.</summary>
    public required string Answer { get; init; }

    /// <summary>The recording's end: prices, disturbances and levels are those of then.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Every manipulated variable, in the site's order.</summary>
    public required IReadOnlyList<AskedSetpoint> Setpoints { get; init; }

    /// <summary>Every controlled variable, in the site's order.</summary>
    public required IReadOnlyList<PredictedResult> Predicted { get; init; }

    public required PredictedObjective Objective { get; init; }

    /// <summary>Share of product inside every specification that counts in yield, now and then.</summary>
    public required double InSpecificationNow { get; init; }

    public required double InSpecificationNext { get; init; }

    /// <summary>Every safety and specification limit.</summary>
    public required IReadOnlyList<AskedLimit> Limits { get; init; }

    /// <summary>How far the farthest setpoint lies beyond what the models have seen, as a share of the range seen; 0 inside.</summary>
    public required double Distance { get; init; }

    /// <summary>What makes the answer worth less, one sentence each; empty: nothing known.</summary>
    public required IReadOnlyList<string> Doubts { get; init; }

    /// <param name="asked">New setpoint of each variable that changes.</param>
    public static WhatIf Ask(LearnedLine line, IReadOnlyDictionary<string, double> asked)
    {
        var features = FeatureVector.Align(line.Unit, line.Snapshot with { CampaignSettling = TimeSpan.Zero });
        double[] stay = [.. features.Setpoints], disturbances = [.. features.Disturbances];
        var predictor = new Predictor(line.Surrogates, [.. stay, .. disturbances], line.Levels, features.At);
        var assessor = new CandidateAssessor(line.Problem, predictor, stay, disturbances, line.Prices, line.History.Site.Line.Settings.Pessimism);
        double[] wanted = [.. line.Unit.ManipulatedVariables.Select((v, i) => asked.GetValueOrDefault(v.Name, stay[i]))];
        var next = assessor.Assess([wanted])[0];
        AskedSetpoint[] setpoints = [.. line.Unit.ManipulatedVariables.Select((v, i) => Setpoint(v, stay[i], wanted[i], Known(line.Levels, i)))];
        var objective = Forecast.Objective(assessor.Stay, next, line.Problem.Objective);
        AskedLimit[] limits = [.. next.Margins.Select(m => new AskedLimit(m.Constraint, m.Value, m.Limit, m.Distance))];
        return new WhatIf
        {
            Answer = Sentence(assessor.Stay, next, objective, limits),
            At = features.At,
            Setpoints = setpoints,
            Predicted = Forecast.Results(assessor.Stay, next, line),
            Objective = objective,
            InSpecificationNow = assessor.Stay.ShareInSpecification,
            InSpecificationNext = next.ShareInSpecification,
            Limits = limits,
            Distance = setpoints.Max(s => s.Beyond),
            Doubts = [.. DoubtsOf(line, setpoints)],
        };
    }

    // What every model has seen.
    private static (double Low, double High) Known(IReadOnlyList<LevelState> levels, int input) =>
        (levels.Max(l => l.Envelope[input].Low), levels.Min(l => l.Envelope[input].High));

    private static AskedSetpoint Setpoint(ManipulatedVariable v, double from, double to, (double Low, double High) known)
    {
        double beyond = Math.Max(0, Math.Max(known.Low - to, to - known.High)) / Math.Max(known.High - known.Low, 1e-12);
        return new AskedSetpoint(v.Name, v.EngineeringUnit, from, to, known.Low, known.High, to.Equals(from) ? 0 : beyond, to >= v.OperatorLow && to <= v.OperatorHigh);
    }

    private static string Sentence(Assessment stay, Assessment next, PredictedObjective o, AskedLimit[] limits)
    {
        string broken = string.Join(", ", limits.Where(l => l.Room < 0).Select(l => FormattableString.Invariant($"{l.Constraint} ({l.Value:G4} of {l.Limit:G4}, {-l.Room:F1} sigma short of its margin)")));
        double benefit = stay.Cost - next.Cost;
        string sure = Math.Abs(benefit) > next.CostDeviation ? "" : ", which is within its error";
        return FormattableString.Invariant($"{o.Name} {o.Current:G4} -> {o.Predicted:G4} {o.Unit}, {(benefit < 0 ? "worse" : "better")} by {Math.Abs(benefit):G3} +- {next.CostDeviation:G2}{sure}; in specification {stay.ShareInSpecification:P1} -> {next.ShareInSpecification:P1}; ")
            + (broken.Length == 0 ? "every limit keeps its margin" : "short of its margin: " + broken);
    }

    private static IEnumerable<string> DoubtsOf(LearnedLine line, AskedSetpoint[] setpoints)
    {
        if (line.Objection is { } objection)
        {
            yield return objection;
        }

        for (int i = 0; i < setpoints.Length; i++)
        {
            var s = setpoints[i];
            if (s.Beyond > 0)
            {
                yield return FormattableString.Invariant($"{s.Mv} {s.To:G5} {s.Unit} is {s.Beyond:P0} of the known range {s.KnownLow:G5} to {s.KnownHigh:G5} beyond it: the models extrapolate");
            }

            if (!s.WithinOperatorLimits)
            {
                var v = line.Unit.ManipulatedVariables[i];
                yield return FormattableString.Invariant($"{s.Mv} {s.To:G5} {s.Unit} is outside its operator limits {v.OperatorLow:G5} to {v.OperatorHigh:G5}: the optimizer would never write it");
            }

            if (!s.To.Equals(s.From) && line.Excitation[i].Verdict is not null)
            {
                yield return FormattableString.Invariant($"{s.Mv} has moved {line.Excitation[i].Moved:P2} of its range: what it does is declared, not learned");
            }
        }
    }
}

/// <param name="KnownLow">Range with known results, as <paramref name="KnownHigh"/>.</param>
/// <param name="Beyond">How far outside it, as a share of it.</param>
internal sealed record AskedSetpoint(string Mv, string Unit, double From, double To, double KnownLow, double KnownHigh, double Beyond, bool WithinOperatorLimits);

/// <param name="Room">Room to the limit after scatter and model error, in standard scales; below zero: the margin is not kept.</param>
internal sealed record AskedLimit(string Constraint, double Value, double Limit, double Room);
