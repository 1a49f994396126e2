using MathNet.Numerics.Distributions;
using Optimizer.Core.Tests.Cycle;
using Optimizer.Objectives;
using Optimizer.Search;
using Optimizer.Surrogates;

namespace Optimizer.Core.Tests.Objectives;

public class CandidateAssessorTests
{
    [Fact]
    public void Candidate_IsPricedByTheDeclaredFormula()
    {
        var assessor = Assessor(4, 5, prices: new Dictionary<string, double> { ["price"] = 3 });

        var candidate = assessor.Assess([[6, 4]])[0];

        Assert.Equal(3 * 10.1, candidate.Objective, 9);
        Assert.Equal(3 * 10.8, assessor.Stay.Objective, 9);
        Assert.Equal(["cost_rate", "purity"], candidate.Controlled.Select(c => c.Variable));
        Assert.Equal(96, candidate.Controlled[1].Mean, 9);
    }

    [Theory]
    [InlineData(97.0, 0, 1.0)]
    [InlineData(97.02, 0, 1.0)]
    [InlineData(97.05, 1.5, 2.0)]
    public void Margin_IsRoomLessScatterLessModelErrorInScatter(double purity, double sigmas, double pessimism)
    {
        var assessor = Assessor(7, 3, purityAtLeast: 97, sigmas: sigmas, pessimism: pessimism);

        var candidate = assessor.Assess([[purity - 90, 3]])[0];

        // Scatter 0.01; level error: bias of one observation of 0.02, and the gain of x known to 0.001 per t/h.
        double level = Math.Sqrt((0.02 * 0.02) + Math.Pow(0.001 * (purity - 97), 2));
        double expected = (purity - 97 - (sigmas * 0.01) - (pessimism * level)) / 0.01;
        Assert.Equal(expected, candidate.Margins.Single().Distance, 6);
        Assert.Equal(Math.Max(0, -expected), candidate.Violation, 6);
    }

    [Fact]
    public void ShareInSpecification_IsTheNormalShareBeyondTheLimit()
    {
        var assessor = Assessor(7, 3, purityAtLeast: 97, yield: true);

        Assert.Equal(Normal.CDF(0, 1, 1.5), assessor.Assess([[7.015, 3]])[0].ShareInSpecification, 9);
        Assert.Equal(0.5, assessor.Stay.ShareInSpecification, 9);
    }

    [Fact]
    public void BenefitError_GrowsWithTheStep()
    {
        var assessor = Assessor(4, 5);

        double near = assessor.Assess([[4.2, 5]])[0].CostDeviation, far = assessor.Assess([[5, 5]])[0].CostDeviation;

        Assert.Equal(0, assessor.Stay.CostDeviation);
        // The error of b in b (x - 6)^2 is 0.001: the difference of squares is what it multiplies.
        Assert.Equal(0.001 * (4 - (1.8 * 1.8)), near, 6);
        Assert.Equal(0.001 * (4 - 1), far, 6);
    }

    [Fact]
    public void ObjectiveInterval_KnowsTheLevelErrorThatCancelsInTheBenefit()
    {
        var assessor = Assessor(4, 5, prices: new Dictionary<string, double> { ["price"] = 3 });

        // Level error: the bias of one observation of 0.02; three euros a unit. Purity does not cost.
        var stay = assessor.Stay.ObjectiveInterval;
        Assert.Equal(assessor.Stay.Objective - (3 * 1.645 * 0.02), stay.Low, 9);
        Assert.Equal(assessor.Stay.Objective + (3 * 1.645 * 0.02), stay.High, 9);

        // A quantity that bends: scrap only above the mean, nothing to win below.
        var bent = SmallLine.Definition().Problem;
        bent = bent with { Quantities = [bent.Quantities[0] with { Evaluate = v => Math.Max(10.8, v[bent.Layout["cost_rate"]]) }] };
        var now = SmallLine.Start;
        var interval = new CandidateAssessor(bent, new Predictor(SmallLine.Truth(), [4, 5], SmallLine.Levels(now), now), [4, 5], [], new Dictionary<string, double>(), 1).Stay.ObjectiveInterval;
        Assert.Equal(10.8, interval.Low, 9);
        Assert.Equal(10.8 + (1.645 * 0.02), interval.High, 9);
    }

    [Fact]
    public void Search_FindsTheOptimumOfAConvexProblemAndStaysThere()
    {
        var found = SetpointSearch.Find(Assessor(4, 5), new ReachableBox([0, 0], [10, 10]), SearchBudget.Default, seed: 3);

        Assert.Equal(6, found.Target.Setpoints[0], 2);
        Assert.Equal(3, found.Target.Setpoints[1], 2);
        Assert.Equal(found.Target.Setpoints, SetpointSearch.Find(Assessor(4, 5), new ReachableBox([0, 0], [10, 10]), SearchBudget.Default, seed: 3).Target.Setpoints);
        Assert.True(SetpointSearch.Find(Assessor(6, 3), new ReachableBox([5, 2], [7, 4]), SearchBudget.Default, seed: 3).Stays);
    }

    [Fact]
    public void Search_LeavesNeitherBoxNorConstraint()
    {
        var box = ReachableBox.Around(SmallLine.Unit.ManipulatedVariables, [4, 5], 0.05);
        var inBox = SetpointSearch.Find(Assessor(4, 5), box, SearchBudget.Default, seed: 3).Target.Setpoints;
        Assert.Equal([4.5, 4.5], inBox.Select(v => Math.Round(v, 2)));

        var bound = SetpointSearch.Find(Assessor(8, 3, purityAtLeast: 97), new ReachableBox([0, 0], [10, 10]), SearchBudget.Default, seed: 3).Target;
        Assert.True(bound.IsFeasible);
        Assert.InRange(bound.Setpoints[0], 7.0, 7.1);
    }

    [Theory]
    [InlineData(2, new[] { true, true }, 4.2, 4.8)]
    [InlineData(1, new[] { true, true }, 4.0, 4.8)]
    [InlineData(2, new[] { true, false }, 4.2, 5.0)]
    [InlineData(2, new[] { false, false }, 4.0, 5.0)]
    public void Step_MovesFewVariablesByTheirLimit(int atOnce, bool[] movable, double x, double y)
    {
        var assessor = Assessor(4, 5.5);
        var target = assessor.Assess([[6, 3]])[0];

        var step = MoveSelection.Choose(assessor, target, SmallLine.Unit.ManipulatedVariables, movable, atOnce, caution: 1);

        Assert.Equal((x, y + 0.5), (Math.Round(step.Setpoints[0], 9), Math.Round(step.Setpoints[1], 9)));
    }

    private static CandidateAssessor Assessor(
        double x, double y, double purityAtLeast = 0, double sigmas = 0, double pessimism = 1, bool yield = false, IReadOnlyDictionary<string, double>? prices = null)
    {
        var problem = SmallLine.Definition(purityAtLeast).Problem;
        problem = problem with { Constraints = [problem.Constraints[0] with { Sigmas = sigmas, CountsInYield = yield }] };
        var now = SmallLine.Start;
        var predictor = new Predictor(SmallLine.Truth(), [x, y], SmallLine.Levels(now), now);
        return new CandidateAssessor(problem, predictor, [x, y], [], prices ?? new Dictionary<string, double>(), pessimism);
    }
}
