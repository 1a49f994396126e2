namespace Optimizer.Surrogates;

/// <summary>What the results known by now say of a surrogate beyond its training: its level, how wide its intervals must be, and whether it still fits.</summary>
/// <param name="Bias">Slow level error, from results.</param>
/// <param name="News">Added to the bias: how far fast signals say the level has moved since those results; 0 without a soft sensor.</param>
/// <param name="Calibration">Factor on standard deviations that makes 90 % intervals cover 90 %, kept by adaptive conformal inference.</param>
/// <param name="Envelope">Lowest and highest value of each input with a known result: the training's, widened by what the process has been through since.</param>
/// <param name="Fit">How the stated intervals did on results that were not learned from.</param>
public sealed record LevelState(BiasState Bias, double News, double Calibration, IReadOnlyList<(double Low, double High)> Envelope, FitRecord Fit)
{
    private readonly double? _caution;

    /// <summary>Factor on standard deviations for margins to limits and for the benefit's error, at least <see cref="Calibration"/>; see <see cref="IntervalCalibration.Cautious"/>.</summary>
    public double Caution
    {
        get => Math.Max(_caution ?? Calibration, Calibration);
        init => _caution = value;
    }

    /// <summary>Added to the surrogate's mean, learning scale.</summary>
    public double Level => Bias.Value + News;

    /// <summary>Nothing observed since training.</summary>
    public static LevelState Fresh(Surrogate surrogate) => new(BiasState.None, 0, surrogate.Calibration, surrogate.Envelope, FitRecord.None);
}
