using System.Text.Json;

namespace Optimizer.Benchmarks.Kernel;

/// <summary>One contender on one problem. Ratios above 1: faster than ML.NET on one thread, or than compiled C where there is gcc, in the same turns.</summary>
internal sealed record KernelRow(
    string Contender, int Trees, int Leaves, int Rows, int Features, double NanosecondsPerRowAndTree, double CoresUsed, double TimesMlnet,
    double? TimesCompiled, double LargestDifference);

/// <summary>
/// At 300 x 32, our fastest evaluator over others, one thread each except where named. All of ours are bit-exact, so the fastest is also the fastest exact one.
/// </summary>
/// <param name="Evaluator">Its name.</param>
/// <param name="ExactVsMlnet">Over the scorer behind ML.NET Transform on one thread.</param>
/// <param name="ExactVsMlnetAllCores">Still on one thread, over Transform with its own threads.</param>
/// <param name="ExactVsCompiled">Over C compiled by gcc; null without gcc.</param>
/// <param name="ExactVsOnnxRuntime">Over ONNX Runtime.</param>
/// <param name="ExactVsLightgbm">Over LightGBM's native predictor.</param>
/// <param name="ExactVsBestNative">Over the fastest of the native peers.</param>
internal sealed record KernelRatios(
    string Evaluator, double ExactVsMlnet, double ExactVsMlnetAllCores, double? ExactVsCompiled, double ExactVsOnnxRuntime, double ExactVsLightgbm,
    double ExactVsBestNative);

/// <summary>The result file.</summary>
internal sealed record KernelReport(Machine Machine, bool Quick, int Turns, KernelRatios Ratios, GroupMeasure Group, IReadOnlyList<KernelRow> Rows)
{
    public double ExactVsMlnet => Ratios.ExactVsMlnet;

    public double FastestVsMlnet => Ratios.ExactVsMlnet;

    public double? ExactVsCompiled => Ratios.ExactVsCompiled;

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
        output.WriteLine($"{"contender",-26} {"trees x leaves",14} {"rows",6} {"ns/row/tree",12} {"cores",6} {"x ML.NET",9} {"x C",7} {"max diff",9}");
        foreach (KernelRow row in Rows)
        {
            output.WriteLine(FormattableString.Invariant(
                $"{row.Contender,-26} {row.Trees + " x " + row.Leaves,14} {row.Rows,6} {row.NanosecondsPerRowAndTree,12:0.000} {row.CoresUsed,6:0.0} {row.TimesMlnet,9:0.0} {row.TimesCompiled,7:0.0} {row.LargestDifference,9:0.0e0}"));
        }

        output.WriteLine(FormattableString.Invariant(
            $"{Ratios.Evaluator} at 300 x 32: {Ratios.ExactVsMlnet:0.0} x ML.NET (all cores {Ratios.ExactVsMlnetAllCores:0.0}), {Ratios.ExactVsCompiled:0.0} x compiled C, {Ratios.ExactVsOnnxRuntime:0.0} x ONNX Runtime, {Ratios.ExactVsLightgbm:0.0} x LightGBM"));
        output.WriteLine(FormattableString.Invariant($"{Group.Evaluator}, {Group.Ensembles} ensembles of {Group.Trees} x {Group.Leaves} scored together: {Group.TimesAlone:0.00} x one after another"));
    }
}
