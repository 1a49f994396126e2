using Optimizer.Learning.Tests.Backbones;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Tests;

public class SignContractTests
{
    [Fact]
    public void GainThatTurnsWhereTheLineAlsoRuns_IsABreachThoughItIsRightInTheMiddle()
    {
        // Rises by 0.5 in the middle and falls where a is large.
        var data = BackboneFitTests.Data.Make(seed: 21, rows: 400, noise: 0.1, x => (0.5 * x[0]) - (0.25 * x[0] * x[0]));
        var design = new SurrogateDesign(
            "y", [BackboneTerm.Linear("a", 0), BackboneTerm.Square("a", 0, 10, 1), BackboneTerm.Linear("b", 1)], [new DeclaredGain(0, "a", 0.5, 0.5, 1)]);
        var fit = BackboneFit.Fit(design, data.Rows, data.Targets, new LearningOptions());

        Assert.Empty(fit.Breaches);
        string breach = Assert.Single(SignContract.Breaches(fit, design, data.Rows));
        Assert.Contains("gain of a is -", breach, StringComparison.Ordinal);
        Assert.Contains("declared positive", breach, StringComparison.Ordinal);
    }

    [Fact]
    public void GainOfTheDeclaredSignEverywhere_IsNoBreach()
    {
        var data = BackboneFitTests.Data.Make(seed: 22, rows: 400, noise: 0.1, x => 0.5 * x[0]);
        var design = new SurrogateDesign("y", [BackboneTerm.Linear("a", 0), BackboneTerm.Linear("b", 1)], [new DeclaredGain(0, "a", 0.5, 0.5, 1), new DeclaredGain(1, "b", 0, 0.5, 1)]);
        var fit = BackboneFit.Fit(design, data.Rows, data.Targets, new LearningOptions());

        Assert.Empty(SignContract.Breaches(fit, design, data.Rows));
    }
}
