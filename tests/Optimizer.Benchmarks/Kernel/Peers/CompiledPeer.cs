using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel.Peers;

/// <summary>
/// The ensemble as C, a nest of ifs per tree with its constants in the code, run block by block so that a tree's code serves many rows while it
/// is in the cache; compiled by gcc for this very machine. What a tree compiler yields.
/// </summary>
internal static class CompiledPeer
{
    public const string Name = "compiled C, gcc -O3";
    private const int BlockRows = 64;

    private delegate void Score(float[] rows, long count, double[] scores);

    /// <returns>Null where there is no gcc.</returns>
    public static KernelContender? For(KernelProblem problem)
    {
        string folder = Directory.CreateTempSubdirectory("kernel-peer-").FullName;
        try
        {
            string source = Path.Combine(folder, "ensemble.c"), library = Path.Combine(folder, "ensemble.so");
            File.WriteAllText(source, Source(problem.Ensemble));
            if (!Compile(source, library))
            {
                return null;
            }

            var score = Marshal.GetDelegateForFunctionPointer<Score>(NativeLibrary.GetExport(NativeLibrary.Load(library), "score"));
            float[] input = [.. problem.Rows.SelectMany(row => row)];
            var scores = new double[problem.Rows.Length];
            return new(Name, scores, Exact: true, () => score(input, scores.Length, scores));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Source(TreeEnsemble ensemble)
    {
        var text = new StringBuilder();
        for (int tree = 0; tree < ensemble.TreeCount; tree++)
        {
            text.Append(CultureInfo.InvariantCulture, $"static inline double t{tree}(const float *x) {{\n");
            AppendNode(text, ensemble, ensemble.Roots[tree]);
            text.Append("}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"void score(const float *x, long n, double *s) {{\n for (long b = 0; b < n; b += {BlockRows}) {{\n")
            .Append(CultureInfo.InvariantCulture, $"  long e = b + {BlockRows} < n ? b + {BlockRows} : n;\n")
            .Append(CultureInfo.InvariantCulture, $"  for (long r = b; r < e; r++) s[r] = {ensemble.Bias:R};\n");
        for (int tree = 0; tree < ensemble.TreeCount; tree++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  for (long r = b; r < e; r++) s[r] += t{tree}(x + r * {ensemble.FeatureCount});\n");
        }

        return text.Append(" }\n}\n").ToString();
    }

    private static void AppendNode(StringBuilder text, TreeEnsemble ensemble, int node)
    {
        if (node < 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"return {ensemble.LeafValue[~node]:R};\n");
            return;
        }

        // A float converts to double and back without loss; the suffix alone would round the decimal twice.
        text.Append(CultureInfo.InvariantCulture, $"if (x[{ensemble.Feature[node]}] <= (float){(double)ensemble.Threshold[node]:R}) {{\n");
        AppendNode(text, ensemble, ensemble.Left[node]);
        text.Append("} else {\n");
        AppendNode(text, ensemble, ensemble.Right[node]);
        text.Append("}\n");
    }

    private static bool Compile(string source, string library)
    {
        try
        {
            using var gcc = Process.Start(new ProcessStartInfo("gcc", ["-O3", "-march=native", "-shared", "-fPIC", "-o", library, source]))!;
            gcc.WaitForExit();
            return gcc.ExitCode == 0 ? true : throw new InvalidOperationException($"gcc ended with {gcc.ExitCode}.");
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
