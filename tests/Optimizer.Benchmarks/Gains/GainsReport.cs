namespace Optimizer.Benchmarks.Gains;

/// <param name="True">Change of the result over the operator span of each manipulated variable, learning scale.</param>
/// <param name="Learned">The same as trained.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record GainVector(string[] Names, double[] True, double[] Learned, double[] Error);

/// <param name="Declared">What the site file was made to declare, see <see cref="Declarations"/>.</param>
/// <param name="RelativeError">Length of (learned - true) over the length of true, all gains times their operator span.</param>
/// <param name="SignsRight">Share of the gains that matter (at least a tenth of the largest) whose sign is right.</param>
/// <param name="InsideInterval">Share of true gains within 1.645 standard errors of the learned, of the variables the backbone has a term for.</param>
/// <param name="Unusable">Why the surrogate may not steer; null: it may.</param>
/// <param name="PeerErrors">Relative error by peer.</param>
/// <param name="PeerSigns">Signs right by peer.</param>
internal sealed record GainRow(
    int Rolls, int Seed, string Declared, string Cv, double RelativeError, double SignsRight, double InsideInterval, string? Unusable,
    IReadOnlyDictionary<string, double> PeerErrors, IReadOnlyDictionary<string, double> PeerSigns, GainVector Gains);

/// <summary>Medians of relative errors, means of shares, over seeds.</summary>
internal sealed record GainSummary(
    int Rolls, string Declared, string Cv, int Seeds, int Usable, double RelativeError, double SignsRight, double InsideInterval, IReadOnlyDictionary<string, double> PeerErrors, IReadOnlyDictionary<string, double> PeerSigns);

/// <param name="Inside">Later results inside their 90 % interval.</param>
internal sealed record CoverageRow(string Scenario, int Rolls, int Seed, string Cv, int Judged, int Inside);

/// <param name="Coverage">Share of later results inside their 90 % interval, over all seeds.</param>
/// <param name="Lowest">Of one seed.</param>
internal sealed record CoverageSummary(string Scenario, int Rolls, string Cv, int Judged, double Coverage, double Lowest, double Highest);

internal sealed record GainsReport(
    Machine Machine, bool Quick, IReadOnlyList<GainSummary> Gains, IReadOnlyList<CoverageSummary> Coverage, IReadOnlyList<GainRow> GainRows, IReadOnlyList<CoverageRow> CoverageRows)
{
    public static GainsReport Of(bool quick, IReadOnlyList<GainRow> gains, IReadOnlyList<CoverageRow> coverage) => new(
        Machine.Describe(), quick,
        [.. gains.GroupBy(g => (g.Rolls, g.Declared, g.Cv)).Select(g => Summarise(g.Key.Rolls, g.Key.Declared, g.Key.Cv, [.. g]))],
        [.. coverage.GroupBy(c => (c.Scenario, c.Rolls, c.Cv)).Select(g => Summarise(g.Key.Scenario, g.Key.Rolls, g.Key.Cv, [.. g]))],
        gains, coverage);

    private static GainSummary Summarise(int rolls, string declared, string cv, GainRow[] rows) => new(
        rolls, declared, cv, rows.Length, rows.Count(r => r.Unusable is null),
        Median(rows.Select(r => r.RelativeError)), Math.Round(rows.Average(r => r.SignsRight), 3), Math.Round(rows.Average(r => r.InsideInterval), 3),
        rows[0].PeerErrors.Keys.ToDictionary(k => k, k => Median(rows.Select(r => r.PeerErrors[k]))),
        rows[0].PeerSigns.Keys.ToDictionary(k => k, k => Math.Round(rows.Average(r => r.PeerSigns[k]), 3)));

    private static CoverageSummary Summarise(string scenario, int rolls, string cv, CoverageRow[] rows)
    {
        double[] shares = [.. rows.Select(r => (double)r.Inside / r.Judged)];
        int judged = rows.Sum(r => r.Judged);
        return new CoverageSummary(scenario, rolls, cv, judged, Math.Round((double)rows.Sum(r => r.Inside) / judged, 4), Math.Round(shares.Min(), 3), Math.Round(shares.Max(), 3));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return Math.Round((ordered[ordered.Length / 2] + ordered[(ordered.Length - 1) / 2]) / 2, 3);
    }

    public void Print(TextWriter output)
    {
        output.WriteLine($"{"rolls",5} {"declared",-22} {"cv",-12} {"usable",6} {"error",6} {"signs",6} {"in 90 %",8}   error (signs) of peers");
        foreach (var g in Gains)
        {
            string peers = string.Join(", ", g.PeerErrors.Select(p => FormattableString.Invariant($"{p.Key} {p.Value:F2} ({100 * g.PeerSigns[p.Key]:F0} %)")));
            output.WriteLine(FormattableString.Invariant($"{g.Rolls,5} {g.Declared,-22} {g.Cv,-12} {g.Usable + "/" + g.Seeds,6} {g.RelativeError,6:F2} {100 * g.SignsRight,4:F0} % {100 * g.InsideInterval,6:F0} %   {peers}"));
        }

        output.WriteLine($"{"scenario",-12} {"rolls",5} {"cv",-12} {"judged",6} {"covered",8}  one seed");
        foreach (var c in Coverage)
        {
            output.WriteLine(FormattableString.Invariant($"{c.Scenario,-12} {c.Rolls,5} {c.Cv,-12} {c.Judged,6} {100 * c.Coverage,6:F1} %  {100 * c.Lowest:F0} to {100 * c.Highest:F0} %"));
        }
    }
}
