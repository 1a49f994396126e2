namespace Optimizer.Learning;

/// <summary>How surrogates are fitted.</summary>
public sealed record LearningOptions
{
    /// <summary>Age at which an observation counts half. Default 20 days, range 1 day to 1 year.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromDays(20);

    /// <summary>
    /// Length of the time blocks whose levels are fitted beside the gains, so that slow unmeasured drift is not mistaken
    /// for the effect of setpoints that moved meanwhile. Default 48 h.
    /// </summary>
    public TimeSpan DriftBlock { get; init; } = TimeSpan.FromHours(48);

    /// <summary>Prior standard deviation of a block's level, as a share of the target's own. Default 0.5.</summary>
    public double DriftShare { get; init; } = 0.5;

    /// <summary>Prior standard deviation of the effect of one standard deviation of a term, as a share of the target's own. Default 0.3.</summary>
    public double TermShare { get; init; } = 0.3;

    /// <summary>Share of the newest observations that judges a fit made without them. Default 0.25.</summary>
    public double LaterShare { get; init; } = 0.25;

    /// <summary>Share of out-of-time squared error the trees must remove to be used at all: below it, luck looks the same. Default 0.10.</summary>
    public double MinimumTreeSkill { get; init; } = 0.10;

    /// <summary>Tree ensembles, each on another resample of the rows; their spread is the trees' uncertainty. Default 8.</summary>
    public int Bags { get; init; } = 8;

    /// <summary>Newest observations of a variable that are learned from: bounds memory and time of a training. Default 20,000.</summary>
    public int MostRows { get; init; } = 20_000;

    public int Trees { get; init; } = 60;

    public int Leaves { get; init; } = 8;

    public int MinimumRowsPerLeaf { get; init; } = 15;

    public double Shrinkage { get; init; } = 0.08;

    public int Seed { get; init; } = 1;
}
