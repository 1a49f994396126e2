namespace Optimizer.Benchmarks.Learning;

/// <summary>Prediction of one controlled variable on the newest quarter. Errors: root mean square, engineering unit.</summary>
/// <param name="Data">Recording or shape.</param>
/// <param name="Peers">Error by peer; "with last value": the last value known is a feature too.</param>
/// <param name="Ratio">Ours over the best peer's.</param>
internal sealed record LearningRow(
    string Data, int Seed, string Cv, int Rows, int Judged, double Ours, IReadOnlyDictionary<string, double> Peers, string BestPeer, double Ratio);

/// <param name="Median">Of the ratio over seeds.</param>
/// <param name="Pooled">Ours over the peer that is best over all seeds together: root mean squares over seeds.</param>
internal sealed record LearningSummary(string Data, string Cv, int Seeds, double Median, double Worst, double Pooled, string PooledPeer);

internal sealed record LearningReport(Machine Machine, bool Quick, double WorstMedian, double WorstPooled, double WorstRatio, IReadOnlyList<LearningSummary> Summary, IReadOnlyList<LearningRow> Rows)
{
    public static LearningReport Of(bool quick, IReadOnlyList<LearningRow> rows)
    {
        LearningSummary[] summary = [.. rows.GroupBy(r => (r.Data, r.Cv)).Select(g => Summarise(g.Key.Data, g.Key.Cv, [.. g]))];
        return new LearningReport(Machine.Describe(), quick, summary.Max(s => s.Median), summary.Max(s => s.Pooled), rows.Max(r => r.Ratio), summary, rows);
    }

    private static LearningSummary Summarise(string data, string cv, LearningRow[] rows)
    {
        double[] ratios = [.. rows.Select(r => r.Ratio).Order()];
        double median = (ratios[ratios.Length / 2] + ratios[(ratios.Length - 1) / 2]) / 2;
        var (peer, error) = rows[0].Peers.Keys.Select(p => (p, Math.Sqrt(rows.Average(r => r.Peers[p] * r.Peers[p])))).MinBy(p => p.Item2);
        double ours = Math.Sqrt(rows.Average(r => r.Ours * r.Ours));
        return new LearningSummary(data, cv, rows.Length, Math.Round(median, 3), Math.Round(ratios[^1], 3), Math.Round(ours / error, 3), peer);
    }

    public void Print(TextWriter output)
    {
        output.WriteLine($"{"data",-22} {"cv",-12} {"seeds",5} {"median",7} {"worst",7} {"pooled",7}  best peer over seeds");
        foreach (var s in Summary)
        {
            output.WriteLine(FormattableString.Invariant($"{s.Data,-22} {s.Cv,-12} {s.Seeds,5} {s.Median,7:F2} {s.Worst,7:F2} {s.Pooled,7:F2}  {s.PooledPeer}"));
        }

        output.WriteLine(FormattableString.Invariant($"error over the best peer's: worst median {WorstMedian:F2}, worst pooled {WorstPooled:F2}, worst single {WorstRatio:F2}"));
    }
}
