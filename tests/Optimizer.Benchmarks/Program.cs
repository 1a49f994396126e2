using Optimizer.Benchmarks.Kernel;

if (args is not ["kernel", .. var options])
{
    Console.Error.WriteLine("usage: kernel [--quick] [--report FILE]");
    return 2;
}

return KernelBenchmark.Run(options, Console.Out, Console.Error);
