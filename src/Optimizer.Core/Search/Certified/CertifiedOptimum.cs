namespace Optimizer.Search;

/// <summary>How much work a certified search may do. Counted in boxes, so the answer never depends on the clock or on the number of threads.</summary>
/// <param name="Boxes">Boxes that may be examined; the search ends earlier when the gap is closed.</param>
/// <param name="Starts">Points from which a descent looks for a good first answer, over and above the known ones.</param>
/// <param name="Gap">Gap, in the objective's unit, at which the search may end; 0: only when proven to rounding.</param>
public sealed record CertifiedBudget(int Boxes, int Starts, double Gap)
{
    public static readonly CertifiedBudget Default = new(100_000, 8, 0);

    /// <summary>Threads that examine boxes; the answer is the same with any number.</summary>
    public int Threads { get; init; } = Math.Min(2, Environment.ProcessorCount);

    /// <summary>Memory for the boxes kept, bytes; beyond it boxes are recomputed, which is slower and changes no answer.</summary>
    public long Memory { get; init; } = 64L << 20;
}

/// <summary>The best point of a box and how much better any other could be.</summary>
/// <param name="Inputs">The best feasible point found, a full input vector; null: none found.</param>
/// <param name="Value">Objective there, to the last bit what <see cref="EnsembleSum.Evaluate"/> says; infinity without a point.</param>
/// <param name="LowerBound">No feasible point of the box is below it by more than <paramref name="Rounding"/>; infinity: no point of the box is feasible.</param>
/// <param name="Rounding">What the order of summation can make of the bound, in the objective's unit.</param>
/// <param name="Boxes">Boxes examined.</param>
public sealed record CertifiedOptimum(double[]? Inputs, double Value, double LowerBound, double Rounding, int Boxes)
{
    /// <summary>How much better the best point of the box could be; 0: the point is the best there is, to rounding; infinity while nothing feasible is known.</summary>
    public double Gap => Inputs is null ? double.PositiveInfinity : Math.Max(0, Value - LowerBound);

    public bool IsProven => Inputs is null ? double.IsPositiveInfinity(LowerBound) : Gap <= 0;

    /// <summary>Indices of constraints whose value at the point is within the sum's rounding or one percent of its range over the box from 0.</summary>
    public IReadOnlyList<int> Binding { get; init; } = [];
}
