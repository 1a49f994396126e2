using System.Diagnostics;
using Optimizer.Benchmarks.Learning;
using Optimizer.Learning;
using Optimizer.Objectives;
using Optimizer.Search;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Search;

/// <param name="MedianGap">How much cheaper any setting of the reachable box can be than the target at most, in the objective's unit.</param>
/// <param name="MedianBenefit">What the target saves over staying, same unit.</param>
/// <param name="MinimumBenefit">What the site calls worth a move, same unit.</param>
internal sealed record FoilRow(
    int Boxes, int Decisions, bool Trees, string Unit, double MedianMilliseconds, double MedianBoxes, double Proven, double MedianGap, double WorstGap, double MedianBenefit, double MinimumBenefit, string? Refused);

/// <summary>Decisions on the copper-foil site as declared, with models learned from 300 rolls: how near the best of the reachable box the target is proven to be.</summary>
internal static class FoilSearch
{
    private const int Rolls = 300;

    public static IReadOnlyList<FoilRow> Run(int decisions, TextWriter output)
    {
        var site = FoilHistory.CopperFoil();
        var history = FoilHistory.Record(site, "normal", Rolls, seed: 1);
        var set = new SurrogateTrainer(site.Line.Unit, site.Designs, new LearningOptions()).Train(history.Sets, history.Reference, 1, history.Until);
        output.WriteLine($"{"copper foil",-12} {"boxes",6} {"ms median",10} {"examined",9} {"proven",7} {"gap median",11} {"worst",8} {"benefit",8} {"worth a move",13}");
        var rows = new List<FoilRow>();
        foreach (int boxes in (int[])[0, 300, 3000])
        {
            var row = Measure(site.Line.Problem, set, history, site.Line.Settings.TrustRadius, site.Line.Settings.Search with { Boxes = boxes }, decisions);
            rows.Add(row);
            output.WriteLine(FormattableString.Invariant(
                $"{row.Unit,-12} {row.Boxes,6} {row.MedianMilliseconds,10:0.0} {row.MedianBoxes,9:0} {row.Proven,7:0 %} {row.MedianGap,11:0.00000} {row.WorstGap,8:0.00000} {row.MedianBenefit,8:0.00000} {row.MinimumBenefit,13:0.00000} {row.Refused}"));
        }

        return rows;
    }

    private static FoilRow Measure(OperatingProblem problem, SurrogateSet set, FoilHistory history, double radius, SearchBudget budget, int decisions)
    {
        var variables = problem.Unit.ManipulatedVariables;
        LevelState[] levels = [.. set.Surrogates.Select(s => LevelState.Fresh(s) with { Bias = BiasState.None.Add(0, history.Until, s.BiasMemory) })];
        double[] disturbances = history.Reference[variables.Count..];
        List<double> milliseconds = [], examined = [], gaps = [], benefits = [];
        string? refused = null;
        for (int k = 0; k < decisions; k++)
        {
            var random = new Random(k);
            double[] stay = [.. variables.Select((v, i) => Math.Clamp(history.Reference[i] + (0.1 * (random.NextDouble() - 0.5) * v.Span), v.OperatorLow, v.OperatorHigh))];
            long start = Stopwatch.GetTimestamp();
            var box = ReachableBox.Around(variables, stay, radius);
            var predictor = new Predictor(set, [.. stay, .. disturbances], levels, history.Until, ([.. box.Low, .. disturbances], [.. box.High, .. disturbances]));
            var assessor = new CandidateAssessor(problem, predictor, stay, disturbances, problem.Prices, pessimism: 1);
            var found = SetpointSearch.Find(assessor, box, budget, seed: k);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            examined.Add(found.Certificate.Boxes);
            benefits.Add(found.Stay.Cost - found.Target.Cost);
            gaps.Add(found.Certificate.Gap ?? double.NaN);
            refused ??= found.Certificate.Reason;
        }

        return new FoilRow(
            budget.Boxes, decisions, set.Surrogates.Any(s => s.ResidualWeight > 0 && s.Bags.Count > 0), problem.Objective.EngineeringUnit, InterleavedTiming.Median([.. milliseconds]),
            InterleavedTiming.Median([.. examined]), gaps.Count(g => g == 0) / (double)decisions, Finite(InterleavedTiming.Median([.. gaps])), Finite(gaps.Max()), InterleavedTiming.Median([.. benefits]),
            problem.Objective.MinimumBenefit, refused);
    }

    private static double Finite(double gap) => double.IsFinite(gap) ? gap : -1;
}
