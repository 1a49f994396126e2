using Optimizer.Alignment;

namespace Optimizer.Benchmarks.Learning;

/// <summary>The rows of a training set as peers see them: the same inputs and signals, with or without the last value known when the sample was taken.</summary>
internal sealed record PeerRows(double[][] Features, double[] Targets, double[] LastKnown, int Start)
{
    public int Judged => Targets.Length - Start;

    /// <param name="start">First row that is judged; those before teach.</param>
    public static PeerRows Of(TrainingSet set, int start)
    {
        var rows = set.Rows;
        double[][] features = [.. rows.Select(r => (double[])[.. r.Inputs, .. r.Signals])];
        FillGaps(features, start);
        double mean = rows.Take(start).Average(r => r.Target);
        var last = new double[rows.Count];
        for (int n = 0; n < last.Length; n++)
        {
            var sampledAt = rows[n].SampledAt;
            last[n] = rows.Take(n).LastOrDefault(r => r.KnownAt <= sampledAt)?.Target ?? mean;
        }

        return new PeerRows(features, [.. rows.Select(r => r.Target)], last, start);
    }

    public PeerRows WithLastValue() => this with { Features = [.. Features.Zip(LastKnown, (f, l) => (double[])[.. f, l])] };

    /// <summary>Root mean square error of predictions of the judged rows.</summary>
    public double Rmse(IReadOnlyList<double> predicted) => Math.Sqrt(predicted.Select((p, n) => (p - Targets[Start + n]) * (p - Targets[Start + n])).Average());

    // Peers do not know gaps: they get the mean of the rows that teach.
    private static void FillGaps(double[][] features, int start)
    {
        for (int f = 0; f < features[0].Length; f++)
        {
            double[] good = [.. features.Take(start).Select(r => r[f]).Where(double.IsFinite)];
            double mean = good.Length > 0 ? good.Average() : 0;
            foreach (double[] row in features)
            {
                row[f] = double.IsFinite(row[f]) ? row[f] : mean;
            }
        }
    }
}
