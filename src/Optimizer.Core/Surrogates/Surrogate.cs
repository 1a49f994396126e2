using Optimizer.Plant;

namespace Optimizer.Surrogates;

/// <summary>Learned model of one controlled variable: smooth backbone, tree residual, and what is known about its errors.</summary>
public sealed record Surrogate
{
    public required ControlledVariable Variable { get; init; }

    public required Backbone Backbone { get; init; }

    /// <summary>
    /// Trees on what the backbone leaves over, each ensemble learned from another resample of the rows: their mean is the
    /// residual, their spread its uncertainty. Empty when trees did not beat the backbone on later data.
    /// </summary>
    public IReadOnlyList<TreeEnsemble> Bags { get; init; } = [];

    /// <summary>Share of the residual trees that is used, from their out-of-time skill; [0, 1].</summary>
    public double ResidualWeight { get; init; }

    /// <summary>Early news from fast signals; null when it did not tell later results better than the level alone.</summary>
    public SoftSensor? SoftSensor { get; init; }

    /// <summary>Time constant with which the level follows results: the one that foretold later results best.</summary>
    public required TimeSpan BiasMemory { get; init; }

    /// <summary>When the newest result learned from was known: later ones judge.</summary>
    public required DateTimeOffset LearnedUntil { get; init; }

    /// <summary>Standard deviation of one observation around the model, on the learning scale.</summary>
    public required double Scatter { get; init; }

    /// <summary>The part of <see cref="Scatter"/> that is the process, not the instrument: what the product really varies by.</summary>
    public required double ProcessScatter { get; init; }

    /// <summary>Lag-one correlation of the residuals, [0, 0.95].</summary>
    public required double Correlation { get; init; }

    /// <summary>Out-of-time errors over their uncalibrated standard deviation, oldest first: what live calibration starts from.</summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>Factor on standard deviations that makes 90 % intervals cover 90 %, at the end of training.</summary>
    public required double Calibration { get; init; }

    /// <summary>Lowest and highest value of each input seen in training.</summary>
    public required IReadOnlyList<(double Low, double High)> Envelope { get; init; }

    public required SurrogateCard Card { get; init; }

    /// <summary>Variance of the level at an instant, not calibrated: what a soft sensor knows of it is no longer unknown.</summary>
    public double LevelVariance(BiasState bias, DateTimeOffset at) =>
        bias.Variance(Scatter, Correlation, at, BiasMemory) * (1 - (SoftSensor?.Skill ?? 0));
}

/// <summary>What a person must know to trust or refuse a surrogate. Errors on the learning scale.</summary>
/// <param name="Rows">Observations learned from.</param>
/// <param name="Excluded">Observations left out, by reason.</param>
/// <param name="Rmse">Root mean square error on the latest quarter, trained on what came before, level followed as in operation.</param>
/// <param name="LastValueRmse">The same for repeating the last value.</param>
/// <param name="TreeSkill">Share of the backbone's out-of-time squared error that the trees removed; below zero: they harmed.</param>
/// <param name="Coverage90">Share of later observations inside the 90 % interval.</param>
/// <param name="Gains">Effect of each manipulated variable at the latest inputs, per engineering unit, with its standard error.</param>
/// <param name="Unusable">Why this surrogate must not steer; null: it may.</param>
public sealed record SurrogateCard(
    int Rows,
    IReadOnlyDictionary<string, int> Excluded,
    double Rmse,
    double LastValueRmse,
    double TreeSkill,
    double Coverage90,
    IReadOnlyList<Gain> Gains,
    string? Unusable)
{
    /// <summary>Says nothing: for parts of a training that are no surrogate yet.</summary>
    public static readonly SurrogateCard Empty = new(0, new Dictionary<string, int>(), double.NaN, double.NaN, 0, double.NaN, [], null);
}

/// <param name="Value">Change of the controlled variable (learning scale) per unit of the manipulated variable.</param>
public readonly record struct Gain(string ManipulatedVariable, double Value, double StandardError);
