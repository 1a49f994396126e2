using System.Text.Json;

namespace Optimizer.Benchmarks.Kernel;

/// <summary>One contender on one problem. Ratios above 1: faster than ML.NET on one thread in the same turns.</summary>
internal sealed record KernelRow(
    string Contender, int Trees, int Leaves, int Rows, int Features, double NanosecondsPerRowAndTree, double CoresUsed, double TimesMlnet,
    double LargestDifference);

/// <summary>
/// The result file. <see cref="ExactVsMlnet"/> is our fastest bit-exact evaluator over the scorer of ML.NET Transform at 300 x 32, both on one
/// thread; <see cref="ExactVsMlnetAllCores"/> the same evaluator, still on one, over Transform with its own threads.
/// </summary>
internal sealed record KernelReport(
    Machine Machine, bool Quick, int Turns, double ExactVsMlnet, double ExactVsMlnetAllCores, IReadOnlyList<KernelRow> Rows)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public void Save(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, JsonSerializer.Serialize(this, Format) + "\n");
    }

    public void Print(TextWriter output)
    {
        output.WriteLine($"{Machine.Cpu}, {Machine.Runtime}, {string.Join(" ", Machine.Vectors)}");
        output.WriteLine($"{"contender",-26} {"trees x leaves",14} {"rows",6} {"ns/row/tree",12} {"cores",6} {"x ML.NET",9} {"max diff",9}");
        foreach (KernelRow row in Rows)
        {
            output.WriteLine(FormattableString.Invariant(
                $"{row.Contender,-26} {row.Trees + " x " + row.Leaves,14} {row.Rows,6} {row.NanosecondsPerRowAndTree,12:0.000} {row.CoresUsed,6:0.0} {row.TimesMlnet,9:0.0} {row.LargestDifference,9:0.0e0}"));
        }

        output.WriteLine(FormattableString.Invariant($"exact_vs_mlnet at 300 x 32: {ExactVsMlnet:0.0} (all cores: {ExactVsMlnetAllCores:0.0})"));
    }
}
