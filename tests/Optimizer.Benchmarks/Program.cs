using Optimizer.Benchmarks.Decision;
using Optimizer.Benchmarks.Gains;
using Optimizer.Benchmarks.Historian;
using Optimizer.Benchmarks.Ingest;
using Optimizer.Benchmarks.Kernel;
using Optimizer.Benchmarks.Learning;
using Optimizer.Benchmarks.Plant;
using Optimizer.Benchmarks.Search;

switch (args)
{
    case ["kernel", .. var options]:
        return await KernelBenchmark.RunAsync(options, Console.Out, Console.Error);
    case ["plant", .. var options]:
        return await PlantBenchmark.RunAsync(options, Console.Out, Console.Error);
    case ["ingest", .. var options]:
        return await IngestBenchmark.RunAsync(options, Console.Out, Console.Error);
    case ["learning", .. var options]:
        return await LearningBenchmark.RunAsync(options, Console.Out, Console.Error);
    case ["gains", .. var options]:
        return await GainsBenchmark.RunAsync(options, Console.Out, Console.Error);
    case ["historian", .. var options]:
        return await HistorianBenchmark.RunAsync(options, Console.Out, Console.Error);
    case ["search", .. var options]:
        return await SearchBenchmark.RunAsync(options, Console.Out, Console.Error);
    case ["decision", .. var options]:
        return await DecisionBenchmark.RunAsync(options, Console.Out, Console.Error);
    default:
        Console.Error.WriteLine("usage: kernel|plant|ingest|learning|gains|historian|search|decision [--quick] [--report FILE]");
        return 2;
}
