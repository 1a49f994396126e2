namespace Optimizer.Surrogates;

/// <summary>
/// Slow level error of a surrogate: what drum wear, an additive batch or a drifting instrument add that no input tells.
/// An exponentially weighted mean of innovations whose memory fades with time, so its variance grows while no result comes.
/// </summary>
/// <param name="Value">Added to the surrogate's mean, on the learning scale.</param>
/// <param name="Weight">Sum of faded weights: the effective number of observations behind the value.</param>
/// <param name="At">Sample time of the newest innovation.</param>
public readonly record struct BiasState(double Value, double Weight, DateTimeOffset At)
{
    /// <summary>Nothing observed yet.</summary>
    public static readonly BiasState None = new(0, 0, DateTimeOffset.MinValue);

    /// <summary>Takes one innovation (observed minus predicted without bias).</summary>
    /// <param name="memory">Time constant of forgetting.</param>
    public BiasState Add(double innovation, DateTimeOffset at, TimeSpan memory)
    {
        double kept = Weight * Fade(at, memory);
        double weight = kept + 1;
        return new BiasState(Value + ((innovation - Value) / weight), weight, at > At ? at : At);
    }

    /// <summary>Variance of the level at an instant: scatter of one observation over the effective number left.</summary>
    /// <param name="scatter">Standard deviation of one innovation.</param>
    /// <param name="correlation">Lag-one correlation of innovations in [0, 0.95]: correlated news counts for less.</param>
    public double Variance(double scatter, double correlation, DateTimeOffset at, TimeSpan memory)
    {
        double n = Math.Max(Weight * Fade(at, memory), 0.25);
        return scatter * scatter / n * (1 + correlation) / (1 - correlation);
    }

    /// <summary>Share of the weight that is left at an instant.</summary>
    internal double Fade(DateTimeOffset at, TimeSpan memory) =>
        Weight == 0 || at <= At ? 1 : Math.Exp(-(at - At) / memory);
}
