namespace Optimizer.Learning;

/// <summary>
/// Settings of gradient-boosted regression trees (ML.NET FastTree, which implements MART: Friedman, "Greedy function
/// approximation: a gradient boosting machine", Annals of Statistics 29, 2001).
/// </summary>
public sealed record FastTreeOptions
{
    /// <summary>Number of trees, 1 or more.</summary>
    public int Trees { get; init; } = 300;

    /// <summary>Most leaves of one tree, 2 or more. Up to 256 the fast evaluators apply.</summary>
    public int Leaves { get; init; } = 20;

    /// <summary>Fewest training rows in a leaf, 1 or more.</summary>
    public int MinimumRowsPerLeaf { get; init; } = 10;

    /// <summary>Share of each tree's step that is applied, above 0 and at most 1.</summary>
    public double Shrinkage { get; init; } = 0.1;

    /// <summary>
    /// Largest absolute leaf value of a tree in units of the target, above 0. Boosting starts from 0, so trees times this bounds
    /// what can be predicted: centre targets that lie far from 0.
    /// </summary>
    public double MaximumLeafValue { get; init; } = 100;

    /// <summary>Share of the rows each tree sees, drawn anew for each tree; above 0 and at most 1. At 1 nothing is drawn and the seed has no effect.</summary>
    public double BaggingFraction { get; init; } = 1;

    /// <summary>Decides which rows each tree sees.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads that train, 1 to 256. Default 1, so that training beside a running loop leaves the other cores alone. The model does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal void Check()
    {
        Require(Trees >= 1, nameof(Trees), Trees, "1 or more");
        Require(Leaves >= 2, nameof(Leaves), Leaves, "2 or more");
        Require(MinimumRowsPerLeaf >= 1, nameof(MinimumRowsPerLeaf), MinimumRowsPerLeaf, "1 or more");
        Require(Shrinkage is > 0 and <= 1, nameof(Shrinkage), Shrinkage, "above 0 and at most 1");
        Require(MaximumLeafValue > 0 && double.IsFinite(MaximumLeafValue), nameof(MaximumLeafValue), MaximumLeafValue, "a finite number above 0");
        Require(Threads is >= 1 and <= 256, nameof(Threads), Threads, "1 to 256");
        Require(BaggingFraction is > 0 and <= 1, nameof(BaggingFraction), BaggingFraction, "above 0 and at most 1");
    }

    private static void Require(bool holds, string setting, double found, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException(FormattableString.Invariant($"FastTree option {setting}: found {found}, expected {expected}."));
        }
    }
}
