using CopperFoilLine;
using Optimizer.Benchmarks.Learning;
using Optimizer.Edge.Site;
using Optimizer.Learning;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Gains;

/// <summary>Learned gains of the foil line against its true ones, and whether 90 % intervals hold 90 % of later results, also after something changed that no tag tells.</summary>
internal static class GainsBenchmark
{
    // Changes happen where judging begins: nothing of them was learned.
    private const double ChangeAt = 0.75;
    private const double Matters = 0.1, Sigmas90 = 1.645, HoursPerRoll = 2;

    private static readonly LearningOptions Options = new();
    private static readonly IReadOnlyList<string> Scenarios = ["normal", "drum-worn", "sps-weak"];

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter errors)
    {
        if (await BenchmarkOptions.ParseAsync("gains", words, errors) is not { } options)
        {
            return 2;
        }

        int seeds = options.Quick ? 2 : 6;
        int[] lengths = options.Quick ? [300] : [300, 1000];
        var site = FoilHistory.CopperFoil();
        var gains = new List<GainRow>();
        var coverage = new List<CoverageRow>();
        foreach (int rolls in lengths)
        {
            for (int seed = 1; seed <= seeds; seed++)
            {
                foreach (string scenario in Scenarios)
                {
                    Run(site, scenario, rolls, seed, gains, coverage);
                }
            }
        }

        var report = GainsReport.Of(options.Quick, gains, coverage);
        report.Print(output);
        await options.WriteAsync(report);
        return 0;
    }

    private static void Run(SiteLine site, string scenario, int rolls, int seed, List<GainRow> gains, List<CoverageRow> coverage)
    {
        string plan = scenario == "normal" ? scenario : FormattableString.Invariant($"normal,{scenario}@{ChangeAt * HoursPerRoll * rolls:0}");
        var history = FoilHistory.Record(site, plan, rolls, seed);
        var unit = site.Line.Unit;
        var trainer = new SurrogateTrainer(unit, site.Designs, Options);
        var final = trainer.Train(history.Sets, history.Reference, 1, history.Until);
        foreach (var t in new BackTest(unit, trainer, Options).Run(history.Sets, history.Reference, final))
        {
            coverage.Add(new CoverageRow(scenario, rolls, seed, t.Cv, t.Judged, (int)Math.Round(t.Coverage90 * t.Judged)));
        }

        if (scenario == "normal")
        {
            foreach (var declared in Declarations.Of(site.Designs))
            {
                var learned = ReferenceEquals(declared.Designs, site.Designs) ? final : new SurrogateTrainer(unit, declared.Designs, Options).Train(history.Sets, history.Reference, 1, history.Until);
                gains.AddRange(learned.Surrogates.Select((s, k) => Compare(history, declared, s, k, rolls, seed)));
            }
        }
    }

    private static GainRow Compare(FoilHistory history, Declarations declared, Surrogate surrogate, int k, int rolls, int seed)
    {
        var unit = history.Site.Line.Unit;
        double[] span = [.. unit.ManipulatedVariables.Select(m => m.OperatorHigh - m.OperatorLow)];
        double[] truth = Scale(TrueGains.Of(unit, surrogate.Variable, history.Truth, Grade.Named("LB-6")));
        double[] learned = Scale([.. surrogate.Card.Gains.Select(g => g.Value)]), error = Scale([.. surrogate.Card.Gains.Select(g => g.StandardError)]);
        var peers = PeerGains.Of(unit, surrogate.Variable, declared.Designs[k], history.Sets[k], history.Reference).ToDictionary(p => p.Key, p => Scale(p.Value));
        return new GainRow(
            rolls, seed, declared.Name, surrogate.Variable.Name, RelativeError(learned, truth), SignsRight(learned, truth),
            Inside(learned, error, truth), surrogate.Card.Unusable,
            peers.ToDictionary(p => p.Key, p => RelativeError(p.Value, truth)), peers.ToDictionary(p => p.Key, p => SignsRight(p.Value, truth)),
            new GainVector([.. unit.ManipulatedVariables.Select(m => m.Name)], truth, learned, error));

        double[] Scale(double[] perUnit) => [.. perUnit.Zip(span, (g, s) => g * s)];
    }

    private static double RelativeError(double[] learned, double[] truth) => Math.Sqrt(learned.Zip(truth, (l, t) => (l - t) * (l - t)).Sum() / truth.Sum(t => t * t));

    // A variable without a term in the backbone has neither gain nor error: it claims nothing.
    private static double Inside(double[] learned, double[] error, double[] truth)
    {
        int[] claimed = [.. Enumerable.Range(0, truth.Length).Where(i => error[i] > 0)];
        return claimed.Count(i => Math.Abs(truth[i] - learned[i]) <= Sigmas90 * error[i]) / (double)claimed.Length;
    }

    private static double SignsRight(double[] learned, double[] truth)
    {
        double least = Matters * truth.Max(Math.Abs);
        var matter = truth.Zip(learned).Where(p => Math.Abs(p.First) >= least).ToList();
        return matter.Count(p => Math.Sign(p.First) == Math.Sign(p.Second)) / (double)matter.Count;
    }
}
