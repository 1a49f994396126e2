using System.Diagnostics;
using Optimizer.Search;

namespace Optimizer.Benchmarks.Decision;

/// <param name="Specialised">Trees specialised to the reachable box; false: whole trees, the peer.</param>
/// <param name="BytesPerDecision">Allocated, whatever is freed again.</param>
/// <param name="BytesPerCandidate">What one more candidate allocates: from decisions with half the candidates and with all.</param>
internal sealed record DecisionRow(
    int BagsPerVariable, int Trees, int Nodes, bool Specialised, int Candidates, int Decisions, double MedianMilliseconds, double P99Milliseconds, double WorstMilliseconds, double Cores,
    double BytesPerDecision, double BytesPerCandidate);

/// <param name="TimesWhole">Median over the turns of whole-tree time over specialised time.</param>
internal sealed record DecisionRatio(int BagsPerVariable, int Trees, double TimesWhole);

internal sealed record DecisionReport(Machine Machine, bool Quick, IReadOnlyList<DecisionRow> Rows, IReadOnlyList<DecisionRatio> Ratios);

/// <summary>Whole decisions: 16,384 candidates, nine setpoints, thirty inputs, three controlled variables with uncertainty.</summary>
internal static class DecisionBenchmark
{
    private static readonly SearchBudget Budget = new(15_000, 40, 1.0);

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter errors)
    {
        if (await BenchmarkOptions.ParseAsync("decision", words, errors) is not { } options)
        {
            return 2;
        }

        List<DecisionRow> rows = [];
        List<DecisionRatio> ratios = [];
        output.WriteLine($"{"bags x trees",12} {"nodes",8} {"trees",12} {"candidates",10} {"ms median",10} {"p99",7} {"worst",7} {"cores",6} {"kB/decision",12} {"B/candidate",12}");
        foreach (var (bags, trees) in options.Quick ? [(1, 300)] : ((int, int)[])[(1, 300), (8, 300)])
        {
            var problem = new DecisionProblem(bags, trees);
            var (specialised, whole) = Measure(problem, bags, trees, options.Quick ? 60 : 400, options.Quick ? 10 : 40);
            foreach (var row in (DecisionRow[])[specialised.Row, whole.Row])
            {
                rows.Add(row);
                output.WriteLine(FormattableString.Invariant(
                    $"{row.BagsPerVariable + " x " + row.Trees,12} {row.Nodes,8} {(row.Specialised ? "specialised" : "whole"),12} {row.Candidates,10} {row.MedianMilliseconds,10:0.0} {row.P99Milliseconds,7:0.0} {row.WorstMilliseconds,7:0.0} {row.Cores,6:0.0} {row.BytesPerDecision / 1024,12:0} {row.BytesPerCandidate,12:0.00}"));
            }

            double ratio = InterleavedTiming.MedianRatio(whole.Turns, specialised.Turns[..whole.Turns.Length]);
            ratios.Add(new DecisionRatio(bags, trees, ratio));
            output.WriteLine(FormattableString.Invariant($"specialised is {ratio:0.0} times as fast as whole trees"));
        }

        await options.WriteAsync(new DecisionReport(Machine.Describe(), options.Quick, rows, ratios));
        return 0;
    }

    private static ((DecisionRow Row, Turn[] Turns) Specialised, (DecisionRow Row, Turn[] Turns) Whole) Measure(DecisionProblem problem, int bags, int trees, int decisions, int wholeDecisions)
    {
        for (int warm = 0; warm < 12; warm++)
        {
            Agree(problem, warm, checkOnly: warm == 0);
        }

        int seed = 100;
        var turns = InterleavedTiming.Run([() => problem.Decide(++seed, true, Budget), () => problem.Decide(seed, false, Budget)], wholeDecisions);
        var more = InterleavedTiming.Run([() => problem.Decide(++seed, true, Budget)], decisions - wholeDecisions);
        Turn[] specialised = [.. turns[0], .. more[0]];
        return (
            (Row(problem, bags, trees, true, specialised), specialised),
            (Row(problem, bags, trees, false, turns[1]), turns[1]));
    }

    // The same seed must lead to the same step with either trees before anything is timed.
    private static void Agree(DecisionProblem problem, int seed, bool checkOnly)
    {
        var (found, step) = problem.Decide(seed, true, Budget);
        if (!checkOnly)
        {
            return;
        }

        var (wholeFound, wholeStep) = problem.Decide(seed, false, Budget with { Cuts = 0 });
        var again = problem.Decide(seed, true, Budget with { Cuts = 0 });
        if (Math.Abs(again.Found.Target.Cost - wholeFound.Target.Cost) > 1e-6 || Math.Abs(again.Step.Cost - wholeStep.Cost) > 1e-6 || found.Candidates < 16_384 || step.Setpoints.Length == 0)
        {
            throw new InvalidOperationException($"specialised and whole trees decide differently: {again.Found.Target.Cost} and {wholeFound.Target.Cost}; {found.Candidates} candidates; not timed.");
        }
    }

    private static DecisionRow Row(DecisionProblem problem, int bags, int trees, bool specialised, Turn[] turns)
    {
        double[] milliseconds = [.. turns.Select(t => 1000 * t.Seconds).Order()];
        var (all, candidates) = Allocated(problem, specialised, Budget);
        var (fewer, fewerCandidates) = Allocated(problem, specialised, Budget with { SpaceFilling = Budget.SpaceFilling / 2 });
        return new DecisionRow(
            bags, trees, problem.Nodes, specialised, candidates, turns.Length, InterleavedTiming.Median(milliseconds), milliseconds[(int)Math.Ceiling(0.99 * milliseconds.Length) - 1], milliseconds[^1],
            turns.Sum(t => t.ProcessorSeconds) / turns.Sum(t => t.Seconds), all, (all - fewer) / (double)(candidates - fewerCandidates));
    }

    private static (long Bytes, int Candidates) Allocated(DecisionProblem problem, bool specialised, SearchBudget budget)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        int candidates = problem.Decide(7, specialised, budget).Found.Candidates;
        return (GC.GetAllocatedBytesForCurrentThread() - before, candidates);
    }
}
