using Optimizer.Alignment;
using Optimizer.Learning;
using Optimizer.Plant;
using Optimizer.Surrogates;
using Optimizer.Testing.Shapes;

namespace Optimizer.Benchmarks.Learning;

/// <summary>
/// Prediction beside peers on the same time-ordered split: everything learns from the first three quarters, and each later result is
/// predicted from what was known when its sample was taken.
/// </summary>
internal static class LearningBenchmark
{
    private static readonly LearningOptions Options = new();

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter errors)
    {
        if (await BenchmarkOptions.ParseAsync("learning", words, errors) is not { } options)
        {
            return 2;
        }

        int[] seeds = options.Quick ? [1] : [1, 2, 3, 4, 5];
        int[] lengths = options.Quick ? [300] : [300, 1000];
        var site = FoilHistory.CopperFoil();
        var rows = new List<LearningRow>();
        foreach (int rolls in lengths)
        {
            foreach (int seed in seeds)
            {
                var history = FoilHistory.Record(site, "normal", rolls, seed);
                Add($"foil, {rolls} rolls", seed, site.Line.Unit, site.Designs, history.Sets, history.Reference, history.Until);
            }
        }

        foreach (var make in (Func<int, Shape>[])[s => LagDriven.Make(s), s => SmallSample.Make(s), s => Drifted.Make(s)])
        {
            foreach (int seed in seeds)
            {
                var shape = make(seed);
                Add(shape.Name, seed, shape.Unit, shape.Designs, shape.Sets, shape.Reference, shape.Until);
            }
        }

        void Add(string data, int seed, ProcessUnit unit, IReadOnlyList<SurrogateDesign> designs, IReadOnlyList<TrainingSet> sets, double[] reference, DateTimeOffset until)
        {
            foreach (var row in Judge(data, seed, unit, designs, sets, reference, until))
            {
                rows.Add(row);
                output.WriteLine(FormattableString.Invariant($"{row.Data,-22} {row.Seed} {row.Cv,-12} {row.Judged,4} ours {row.Ours:G4}  {string.Join(", ", row.Peers.Select(p => FormattableString.Invariant($"{p.Key} {p.Value:G4}")))}  x {row.Ratio:F2}"));
            }
        }

        var report = LearningReport.Of(options.Quick, rows);
        report.Print(output);
        await options.WriteAsync(report);
        return 0;
    }

    private static IEnumerable<LearningRow> Judge(
        string data, int seed, ProcessUnit unit, IReadOnlyList<SurrogateDesign> designs, IReadOnlyList<TrainingSet> sets, double[] reference, DateTimeOffset until)
    {
        var trainer = new SurrogateTrainer(unit, designs, Options);
        var judged = new BackTest(unit, trainer, Options).Run(sets, reference, trainer.Train(sets, reference, 1, until));
        foreach (var (report, set) in judged.Zip(sets))
        {
            var peers = Peers(PeerRows.Of(set, set.Rows.Count - report.Judged));
            string best = peers.MinBy(p => p.Value).Key;
            yield return new LearningRow(data, seed, report.Cv, report.Rows, report.Judged, report.Rmse, peers, best, Math.Round(report.Rmse / peers[best], 3));
        }
    }

    private static Dictionary<string, double> Peers(PeerRows rows)
    {
        double mean = rows.Targets.Take(rows.Start).Average();
        var peers = new Dictionary<string, double>
        {
            ["mean"] = rows.Rmse([.. Enumerable.Repeat(mean, rows.Judged)]),
            ["last value"] = rows.Rmse(rows.LastKnown[rows.Start..]),
        };
        foreach (var (suffix, variant) in new[] { ("", rows), (" with last value", rows.WithLastValue()) })
        {
            peers["ridge" + suffix] = rows.Rmse(RidgePeer.Predict(variant));
            foreach (var (name, create) in TreePeer.All)
            {
                peers[name + suffix] = rows.Rmse(TreePeer.Predict(create, variant));
            }
        }

        return peers;
    }
}
