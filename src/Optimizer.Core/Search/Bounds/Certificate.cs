namespace Optimizer.Search;

/// <summary>What is proven of a search of the reachable box. Costs are what search minimises: objective with preferences, uncertainty and priced violations.</summary>
/// <param name="LowerBound">No candidate of the box costs less, to rounding; null: not certified.</param>
/// <param name="Gap">How much less than the target any candidate could cost at most, in the objective's unit; 0: the target is the best; null: not certified.</param>
/// <param name="Boxes">Boxes examined for the proof.</param>
/// <param name="Reason">Why nothing could be certified; null when it was.</param>
public sealed record Certificate(double? LowerBound, double? Gap, int Boxes, string? Reason)
{
    internal static Certificate None(string reason) => new(null, null, 0, reason);
}
