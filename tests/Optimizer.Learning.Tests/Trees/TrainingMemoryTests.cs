using System.Diagnostics;
using Xunit;

namespace Optimizer.Learning.Tests.Trees;

/// <summary>Training must fit beside a loop on a small box. Alone in its collection: the heap is the process's.</summary>
[CollectionDefinition(nameof(TrainingMemoryTests), DisableParallelization = true)]
[Collection(nameof(TrainingMemoryTests))]
public class TrainingMemoryTests
{
    private const long Megabyte = 1_000_000;

    [Fact]
    public async Task TwentyThousandRowsOfSixteen_At300TreesOf32Leaves_StayUnder200MegabytesOfManagedMemory()
    {
        var set = TrainingSets.Noisy(20_000, 16, seed: 1);
        var options = new FastTreeOptions { Trees = 300, Leaves = 32 };
        long before = GC.GetTotalMemory(forceFullCollection: true), allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        using var trained = new CancellationTokenSource();
        var peak = Task.Factory.StartNew(() => Watch(trained.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        long started = Stopwatch.GetTimestamp();

        var ensemble = FastTreeTrainer.Train(set, options);

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await trained.CancelAsync();
        double peakMegabytes = (double)(await peak) / Megabyte, grown = peakMegabytes - ((double)before / Megabyte);
        double allocated = (double)(GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore) / Megabyte;
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"{seconds:F1} s; managed heap at most {peakMegabytes:F0} MB, {grown:F0} MB above what stood before; {allocated:F0} MB allocated in all"));
        Assert.Equal(300, ensemble.TreeCount);
        Assert.InRange(peakMegabytes, (double)before / Megabyte, 200);
    }

    // Garbage that was not yet collected counts: it is memory all the same.
    private static long Watch(CancellationToken until)
    {
        long most = 0;
        while (!until.WaitHandle.WaitOne(1))
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
        }

        return most;
    }
}
