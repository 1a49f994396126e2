using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel;

/// <summary>Scores rows on tree ensembles: our evaluators against ML.NET on the same model and rows.</summary>
internal static class KernelBenchmark
{
    private const int GateTrees = 300;
    private const int GateLeaves = 32;
    private const int WarmUps = 5;

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter errors)
    {
        if (await BenchmarkOptions.ParseAsync("kernel", words, errors) is not { } options)
        {
            return 2;
        }

        KernelReport report = Measure(options.Quick);
        report.Print(output);
        if (options.Report is { } file)
        {
            report.Save(file);
        }

        return 0;
    }

    private static KernelReport Measure(bool quick)
    {
        int turns = quick ? 5 : 21;
        int rows = quick ? 4096 : 16_384;
        (int Trees, int Leaves)[] shapes = quick ? [(GateTrees, GateLeaves)] : [(100, 20), (GateTrees, GateLeaves), (500, 64)];
        List<KernelRow> results = [];
        foreach (var (trees, leaves) in shapes)
        {
            results.AddRange(MeasureProblem(KernelProblem.Train(trees, leaves, rows), turns));
        }

        KernelRow[] gate = [.. results.Where(row => row is { Trees: GateTrees, Leaves: GateLeaves })];
        double exact = gate.Where(row => EnsembleEvaluators.Names.Contains(row.Contender)).Max(row => row.TimesMlnet);
        double allCores = gate.Single(row => row.Contender == KernelContender.MlNetAllCores).TimesMlnet;
        return new KernelReport(Machine.Describe(), quick, turns, exact, exact / allCores, results);
    }

    private static List<KernelRow> MeasureProblem(KernelProblem problem, int turnCount)
    {
        var contenders = KernelContender.For(problem);
        WarmUp(contenders);
        double[] differences = [.. contenders.Select(contender => LargestDifference(contender, contenders[0]))];
        Turn[][] turns = InterleavedTiming.Run([.. contenders.Select(contender => contender.Run)], turnCount);
        return
        [
            .. contenders.Select((contender, index) => new KernelRow(
                contender.Name, problem.Trees, problem.Leaves, problem.Rows.Length, KernelProblem.Features,
                InterleavedTiming.Median([.. turns[index].Select(turn => turn.Seconds)]) * 1e9 / problem.Rows.Length / problem.Trees,
                turns[index].Sum(turn => turn.ProcessorSeconds) / turns[index].Sum(turn => turn.Seconds),
                InterleavedTiming.MedianRatio(turns[0], turns[index]),
                differences[index])),
        ];
    }

    // Repeated until the runtime has compiled every contender's loops at their last tier.
    private static void WarmUp(List<KernelContender> contenders) => InterleavedTiming.Run([.. contenders.Select(contender => contender.Run)], WarmUps);

    // ML.NET hands out float: compared at that precision. The tests compare the double sums.
    private static double LargestDifference(KernelContender contender, KernelContender reference)
    {
        double largest = contender.Scores.Zip(reference.Scores, (ours, theirs) => Math.Abs((float)ours - theirs)).Max();
        return largest == 0
            ? 0
            : throw new InvalidOperationException($"{contender.Name} differs from {reference.Name} by up to {largest}; not timed.");
    }
}
