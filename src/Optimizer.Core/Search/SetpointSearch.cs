using Optimizer.Objectives;

namespace Optimizer.Search;

/// <summary>How much search one decision may use. Counted in candidates, so the answer never depends on the clock.</summary>
/// <param name="SpaceFilling">Sobol points in the box.</param>
/// <param name="Refinements">Rounds of pattern search from the best point.</param>
/// <param name="Caution">Standard errors of the benefit added to a candidate's cost: uncertain promises weigh less.</param>
public sealed record SearchBudget(int SpaceFilling, int Refinements, double Caution)
{
    /// <summary>Where trees are in use, they jump at their thresholds: so many of them per variable are tried on both sides, from the best point, before and after the pattern search.</summary>
    public int Cuts { get; init; } = 16;

    public static readonly SearchBudget Default = new(256, 40, 1.0);
}

/// <param name="Target">Where the models would go inside the box.</param>
/// <param name="Stay">Staying put, assessed alike.</param>
/// <param name="Candidates">How many candidates were scored.</param>
public sealed record SearchResult(Assessment Target, Assessment Stay, int Candidates)
{
    public bool Stays => ReferenceEquals(Target, Stay);
}

/// <summary>
/// Seeded search of the reachable box: Sobol points, thresholds of the trees, then pattern search around the best with shrinking
/// steps along the axes and along random directions. "Stay" is always a candidate and wins ties.
/// </summary>
public static class SetpointSearch
{
    /// <param name="seed">Fixes the points; the same inputs give the same result.</param>
    public static SearchResult Find(CandidateAssessor assessor, ReachableBox box, SearchBudget budget, int seed)
    {
        var stay = assessor.Stay;
        double violationPrice = Math.Max(Math.Abs(stay.Cost), 1e-6);
        var search = new PatternSearch(assessor, box, budget.Caution, violationPrice);
        search.SpaceFilling(budget.SpaceFilling, seed);
        search.Cuts(budget.Cuts);
        search.Refine(budget.Refinements, new Random(seed));
        search.Cuts(budget.Cuts);

        var target = search.Stays ? stay : assessor.Assess([search.Best])[0];
        bool admissible = target.Violation <= 0 || target.Violation < stay.Violation;
        return new SearchResult(admissible ? target : stay, stay, search.Scored);
    }
}
