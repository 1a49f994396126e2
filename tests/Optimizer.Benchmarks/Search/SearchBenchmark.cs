using System.Diagnostics;
using Optimizer.Search;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Search;

/// <param name="MedianMilliseconds">From models to answer: specialising, flattening and searching included.</param>
/// <param name="MedianGap">Share of the objective's spread over the box; 0: proven the best to rounding.</param>
/// <param name="MedianSampledLoss">How much worse the best of 16,384 random candidates is, same scale.</param>
internal sealed record SearchRow(
    string Problem, int Variables, double Reach, int Instances, double MedianMilliseconds, double WorstMilliseconds, double MedianBoxes, double Proven, double MedianGap, double WorstGap,
    double MedianSampledLoss, double WorstSampledLoss);

internal sealed record SearchReport(Machine Machine, bool Quick, string Models, IReadOnlyList<SearchRow> Rows);

/// <summary>Certified optimum on three FastTree ensembles of 300 x 32 over 16 inputs.</summary>
internal static class SearchBenchmark
{
    private const int SampledPoints = 16_384;

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter errors)
    {
        if (await BenchmarkOptions.ParseAsync("search", words, errors) is not { } options)
        {
            return 2;
        }

        int instances = options.Quick ? 5 : 21;
        var models = SearchModels.Train(3, 300, 32, seed: 1);
        var rows = new List<SearchRow>();
        output.WriteLine($"{"problem",-12} {"MVs",3} {"box",6} {"ms median",10} {"worst",8} {"boxes",8} {"proven",7} {"gap median",11} {"worst",8} {"random: loss",13} {"worst",8}");
        foreach (var (variables, reach) in ((int, double)[])[(3, 0.1), (3, 0.2), (5, 0.1), (5, 0.2), (7, 0.1), (7, 0.2), (9, 0.1), (3, 0.5), (5, 0.5), (9, 0.5)])
        {
            foreach (bool constrained in (bool[])[false, true])
            {
                var row = Measure(models, variables, reach, constrained, instances);
                rows.Add(row);
                output.WriteLine(FormattableString.Invariant(
                    $"{row.Problem,-12} {row.Variables,3} {"+-" + (100 * row.Reach) + " %",6} {row.MedianMilliseconds,10:0.0} {row.WorstMilliseconds,8:0.0} {row.MedianBoxes,8:0} {row.Proven,7:0 %} {row.MedianGap,11:0.00 %} {row.WorstGap,8:0.00 %} {row.MedianSampledLoss,13:0.00 %} {row.WorstSampledLoss,8:0.00 %}"));
            }
        }

        await options.WriteAsync(new SearchReport(Machine.Describe(), options.Quick, "3 x FastTree 300 x 32, 16 inputs", rows));
        return 0;
    }

    private static SearchRow Measure(TreeEnsemble[] models, int variables, double reach, bool constrained, int instances)
    {
        var budget = CertifiedBudget.Default with { Boxes = Boxes };
        CertifiedOptimum Find(SearchInstance i) => CertifiedSearch.Minimise(i.Objective, i.Constraints, i.Low, i.High, [i.Stay], budget, seed: 1);
        var made = Enumerable.Range(0, instances).Select(k => SearchInstance.Create(models, variables, reach, constrained, 100 + k)).ToArray();
        for (int warm = 0; warm < 3; warm++)
        {
            Find(made[warm]);
        }

        List<double> milliseconds = [], boxes = [], gaps = [], losses = [];
        int proven = 0;
        for (int k = 0; k < instances; k++)
        {
            long start = Stopwatch.GetTimestamp();
            var found = Find(made[k]);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            var (sampled, spread) = made[k].Sample(SampledPoints, 7);
            boxes.Add(found.Boxes);
            gaps.Add(double.IsFinite(found.Gap) ? found.Gap / spread : found.IsProven ? 0 : 1);
            losses.Add(found.Inputs is null ? 0 : Math.Min(1, (sampled - found.Value) / spread));
            proven += found.IsProven ? 1 : 0;
        }

        return new SearchRow(
            constrained ? "constrained" : "sum", variables, reach, instances, InterleavedTiming.Median([.. milliseconds]), milliseconds.Max(), InterleavedTiming.Median([.. boxes]),
            proven / (double)instances, InterleavedTiming.Median([.. gaps]), gaps.Max(), InterleavedTiming.Median([.. losses]), losses.Max());
    }

    // Boxes that fit the half second a decision may spend on the proof.
    private const int Boxes = 20_000;
}
