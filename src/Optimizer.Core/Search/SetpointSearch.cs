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

    /// <summary>Boxes examined to prove how good the target is; 0: no proof is tried.</summary>
    public int Boxes { get; init; } = 200;

    public static readonly SearchBudget Default = new(256, 40, 1.0);
}

/// <param name="Target">Where the models would go inside the box.</param>
/// <param name="Stay">Staying put, assessed alike.</param>
/// <param name="Candidates">How many candidates were scored.</param>
public sealed record SearchResult(Assessment Target, Assessment Stay, int Candidates)
{
    /// <summary>How far the target can be from the best of the box.</summary>
    public Certificate Certificate { get; init; } = Certificate.None("not asked for");

    /// <summary>Constraints with no room to speak of at the target: what limits it.</summary>
    public IReadOnlyList<string> Binding { get; init; } = [];

    public bool Stays => ReferenceEquals(Target, Stay);
}

/// <summary>
/// Seeded search of the reachable box: Sobol points, thresholds of the trees, then pattern search around the best with shrinking
/// steps along the axes and along random directions. "Stay" is always a candidate and wins ties.
/// </summary>
public static class SetpointSearch
{
    // In standard scales of a constraint.
    private const double Binding = 0.05;

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
        var certificate = Certify(assessor, search, box, budget, violationPrice);

        var target = search.Stays ? stay : assessor.Assess([search.Best])[0];
        bool admissible = target.Violation <= 0 || target.Violation < stay.Violation;
        target = admissible ? target : stay;
        return new SearchResult(target, stay, search.Scored)
        {
            Certificate = admissible ? certificate : Certificate.None("the cheapest candidate breaks more than staying does"),
            Binding = [.. target.Margins.Where(m => m.Distance <= Binding).Select(m => m.Constraint)],
        };
    }

    private static Certificate Certify(CandidateAssessor assessor, PatternSearch search, ReachableBox box, SearchBudget budget, double violationPrice)
    {
        if (budget.Boxes <= 0)
        {
            return Certificate.None("the budget has no boxes");
        }

        if (box.Low.SequenceEqual(box.High))
        {
            return Certificate.None("no variable may move");
        }

        try
        {
            return new BoxCertification(assessor, search, box, budget.Caution, violationPrice).Run(box, budget.Boxes);
        }
        catch (NotBoundedException e)
        {
            return Certificate.None(e.Message);
        }
    }
}
