using Optimizer.Edge.Recorded;
using Optimizer.Edge.Site;
using Optimizer.Edge.Tests.Site;

namespace Optimizer.Edge.Tests.Recorded;

/// <summary>Which results a decision rests on.</summary>
public class NeededResultsTests
{
    [Fact]
    public void FoilLine_NeedsAllSix()
    {
        var problem = SiteMapper.Load(SiteText.CopperFoilFile).Line.Problem;

        Assert.Equal(problem.Unit.ControlledVariables.Select(c => c.Name).Order(), NeededResults.Of(problem).Order());
    }

    [Fact]
    public void WithoutConstraints_OnlyWhatTheObjectiveReachesIsNeeded()
    {
        var problem = SiteMapper.Load(SiteText.CopperFoilFile).Line.Problem;

        // Cost per good kilogram: power by way of the cost rate, pinholes by way of the good rate.
        Assert.Equal(["line_power", "pinholes"], NeededResults.Of(problem with { Constraints = [] }).Order());
    }

    [Fact]
    public void ConstraintOnAQuantity_NeedsWhatTheQuantityUses()
    {
        var problem = SiteMapper.Load(SiteText.CopperFoilFile).Line.Problem;
        var cooling = problem.Constraints.Single(c => c.Name == "cooling capacity");

        Assert.Equal(["line_power", "pinholes", "voltage"], NeededResults.Of(problem with { Constraints = [cooling] }).Order());
    }
}
