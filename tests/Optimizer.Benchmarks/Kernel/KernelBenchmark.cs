using Optimizer.Benchmarks.Kernel.Peers;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel;

/// <summary>Scores rows on tree ensembles: our evaluators against ML.NET and others on the same model and rows.</summary>
internal static class KernelBenchmark
{
    private const int GateTrees = 300;
    private const int GateLeaves = 32;
    private const int WarmUps = 8;
    private const double Tolerance = 1e-5;
    private const double LeastSeconds = 0.02;
    private const int MostRepeats = 50;

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

        return new KernelReport(Machine.Describe(), quick, turns, Ratios(results), GroupMeasure.Run(rows, turns), results);
    }

    private static KernelRatios Ratios(List<KernelRow> rows)
    {
        KernelRow[] gate = [.. rows.Where(row => row is { Trees: GateTrees, Leaves: GateLeaves })];
        var ours = gate.Where(row => EnsembleEvaluators.Names.Contains(row.Contender)).MaxBy(row => row.TimesMlnet)!;
        var others = gate.Where(row => !row.Contender.StartsWith("ML.NET", StringComparison.Ordinal) && row.CoresUsed < 1.5)
            .Where(row => !EnsembleEvaluators.Names.Contains(row.Contender)).Select(row => row.TimesMlnet);
        return new KernelRatios(
            ours.Contender, ours.TimesMlnet, ours.TimesMlnet / gate.Single(row => row.Contender == KernelContender.MlNetAllCores).TimesMlnet,
            ours.TimesCompiled, ours.TimesMlnet / gate.Single(row => row.Contender == OnnxPeer.Name).TimesMlnet,
            ours.TimesMlnet / gate.Single(row => row.Contender == LightGbmPeer.Name).TimesMlnet, ours.TimesMlnet / others.Max());
    }

    private static List<KernelRow> MeasureProblem(KernelProblem problem, int turnCount)
    {
        var contenders = KernelContender.For(problem);
        Turn[][] warmUp = WarmUp(contenders);
        double[] differences = [.. contenders.Select(contender => LargestDifference(contender, contenders[0]))];
        int compiled = contenders.FindIndex(contender => contender.Name == CompiledPeer.Name);
        int[] repeats = [.. warmUp.Select(own => (int)Math.Clamp(LeastSeconds / own.Min(turn => turn.Seconds), 1, MostRepeats))];
        Turn[][] turns = InterleavedTiming.Run([.. contenders.Select((contender, index) => Repeated(contender.Run, repeats[index]))], turnCount);
        turns = [.. turns.Select((own, index) => own.Select(turn => new Turn(turn.Seconds / repeats[index], turn.ProcessorSeconds / repeats[index])).ToArray())];
        return
        [
            .. contenders.Select((contender, index) => new KernelRow(
                contender.Name, problem.Trees, problem.Leaves, problem.Rows.Length, KernelProblem.Features,
                InterleavedTiming.Median([.. turns[index].Select(turn => turn.Seconds)]) * 1e9 / problem.Rows.Length / problem.Trees,
                turns[index].Sum(turn => turn.ProcessorSeconds) / turns[index].Sum(turn => turn.Seconds),
                InterleavedTiming.MedianRatio(turns[0], turns[index]),
                compiled < 0 ? null : InterleavedTiming.MedianRatio(turns[compiled], turns[index]),
                differences[index])),
        ];
    }

    // Repeated until the runtime has compiled every contender's loops at their last tier.
    private static Turn[][] WarmUp(List<KernelContender> contenders) => InterleavedTiming.Run([.. contenders.Select(contender => contender.Run)], WarmUps);

    // A turn of a millisecond would measure how the contender before left the caches.
    private static Action Repeated(Action run, int repeats) => () =>
    {
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            run();
        }
    };

    // ML.NET hands out float: compared at that precision. The tests compare the double sums.
    private static double LargestDifference(KernelContender contender, KernelContender reference)
    {
        double largest = contender.Scores.Zip(reference.Scores, (ours, theirs) => Math.Abs((float)ours - theirs)).Max();
        double allowed = contender.Exact ? 0 : Tolerance * (reference.Scores.Max() - reference.Scores.Min());
        return largest <= allowed
            ? largest
            : throw new InvalidOperationException($"{contender.Name} differs from {reference.Name} by up to {largest}, allowed is {allowed}; not timed.");
    }
}
