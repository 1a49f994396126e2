using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimizer.Benchmarks;

/// <summary>What a result file says about where it was measured.</summary>
internal sealed record Machine(string Cpu, string Runtime, string Os, string Architecture, int Cores, string[] Vectors)
{
    public static Machine Describe() => new(
        CpuName(),
        RuntimeInformation.FrameworkDescription,
        OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsWindows() ? "Windows" : "other",
        RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        [.. VectorSets()]);

    private static string CpuName()
    {
        const string File = "/proc/cpuinfo";
        var lines = System.IO.File.Exists(File) ? System.IO.File.ReadLines(File) : [];
        return lines.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? "unknown";
    }

    private static IEnumerable<string> VectorSets()
    {
        (string Name, bool Has)[] sets =
        [
            ("Vector128", Vector128.IsHardwareAccelerated), ("Vector256", Vector256.IsHardwareAccelerated),
            ("Vector512", Vector512.IsHardwareAccelerated), ("AVX2", Avx2.IsSupported), ("AVX-512BW", Avx512BW.IsSupported),
        ];
        return sets.Where(set => set.Has).Select(set => set.Name);
    }
}
