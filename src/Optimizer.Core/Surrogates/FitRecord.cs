namespace Optimizer.Surrogates;

/// <summary>
/// How a surrogate has done on results it was not trained on: live coverage of its 90 % interval; two one-sided CUSUMs of
/// standardised innovations, <c>C = max(0, C + |z| side - 0.5)</c> (Page, 1954), which grow when errors keep one side; and one of their
/// size beside what training promised, <c>C = max(0, C + |z| - 2)</c>: adaptive intervals grow until they cover whatever comes, and
/// coverage alone would hide that errors did.
/// </summary>
/// <param name="Judged">Results so far.</param>
/// <param name="Recent">Whether each of the latest results lay inside the interval stated before it was known; newest last, at most 40.</param>
/// <param name="Above">CUSUM of results above prediction, in calibrated standard deviations.</param>
/// <param name="Below">The same below.</param>
/// <param name="Size">CUSUM of error size, in standard deviations as calibrated at the end of training.</param>
public sealed record FitRecord(int Judged, IReadOnlyList<bool> Recent, double Above, double Below, double Size)
{
    /// <summary>Latest results that live coverage rests on.</summary>
    public const int Window = 40;

    /// <summary>CUSUM from which the level is said to drift. Hourly values follow each other, and reach 9 without drift.</summary>
    public const double Warns = 10;

    /// <summary>CUSUM from which the surrogate must not steer: the level did not catch up although it follows every result.</summary>
    public const double Trips = 20;

    /// <summary>Of <see cref="Window"/> results so many must lie inside a 90 % interval; fewer happen by chance hardly ever, also where errors come in runs.</summary>
    public const int FewestInside = 25;

    /// <summary>CUSUM of size from which the surrogate must not steer: errors six times the promised reach it in eleven results, four times in thirty.</summary>
    public const double OutgrownFrom = 20;

    private const double Allowance = 0.5, MostPerResult = 4, SizeAllowance = 2, MostSize = 6;

    public static readonly FitRecord None = new(0, [], 0, 0, 0);

    /// <summary>Share of the latest results inside their 90 % interval; NaN before there are any.</summary>
    public double Coverage => Recent.Count == 0 ? double.NaN : Recent.Count(i => i) / (double)Recent.Count;

    public double Cusum => Math.Max(Above, Below);

    private bool Uncovered => Recent.Count == Window && Recent.Count(i => i) < FewestInside;

    private bool Outgrown => Size >= OutgrownFrom;

    public FitVerdict Verdict =>
        Cusum >= Trips || Uncovered || Outgrown ? FitVerdict.Failed
        : Cusum >= Warns ? FitVerdict.Drifting
        : FitVerdict.Sound;

    /// <summary>One sentence with numbers; null while sound.</summary>
    public string? Objection => Verdict == FitVerdict.Sound ? null
        : Uncovered ? FormattableString.Invariant($"{Recent.Count(i => i)} of the {Window} latest results lay inside their 90 % interval, at least {FewestInside} expected")
        : Outgrown ? FormattableString.Invariant($"errors have outgrown the interval that training promised: CUSUM of their size {Size:F1} standard deviations, limit {OutgrownFrom:F0}")
        : FormattableString.Invariant($"results keep {(Above >= Below ? "above" : "below")} prediction: CUSUM {Cusum:F1} standard deviations, {(Cusum >= Trips ? $"limit {Trips:F0}" : $"warning from {Warns:F0}, limit {Trips:F0}")}");

    /// <param name="z">Innovation over its calibrated standard deviation.</param>
    /// <param name="promised">The same with the calibration at the end of training.</param>
    internal FitRecord Add(double z, bool inside, double promised)
    {
        double bounded = Math.Clamp(z, -MostPerResult, MostPerResult);
        return new FitRecord(
            Judged + 1, [.. Recent.Skip(Recent.Count == Window ? 1 : 0), inside],
            Math.Max(0, Above + bounded - Allowance), Math.Max(0, Below - bounded - Allowance),
            Math.Max(0, Size + Math.Min(Math.Abs(promised), MostSize) - SizeAllowance));
    }
}

public enum FitVerdict
{
    Sound,

    /// <summary>Intervals are widened and a training is due.</summary>
    Drifting,

    /// <summary>The surrogate must not steer until it is replaced.</summary>
    Failed,
}
