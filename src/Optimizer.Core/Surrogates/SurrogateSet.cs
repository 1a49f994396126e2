namespace Optimizer.Surrogates;

/// <summary>The surrogates that decide together, trained on the same data. Immutable and swapped as a whole.</summary>
/// <param name="Version">Counts trainings from 1; 0: none yet.</param>
/// <param name="TrainedAt">Process time of the training: nothing known later is inside.</param>
/// <param name="Surrogates">One per controlled variable, in the unit's order.</param>
/// <param name="Hash">SHA-256 over coefficients and trees, lower-case hex.</param>
public sealed record SurrogateSet(int Version, DateTimeOffset TrainedAt, IReadOnlyList<Surrogate> Surrogates, string Hash)
{
    /// <summary>Value of the campaign tag whose product taught it; null: the line has no such tag.</summary>
    public double? Grade { get; init; }

    /// <summary>Why the set must not steer, one sentence per surrogate; empty: it may.</summary>
    public IReadOnlyList<string> Objections => [.. Surrogates
        .Where(s => s.Card.Unusable is not null)
        .Select(s => $"{s.Variable.Name}: {s.Card.Unusable}")];
}
