using Optimizer.Edge.Tests.Site;

namespace Optimizer.Edge.Tests.Commands;

/// <summary>The whole loop on the simulated line, from the command line.</summary>
public class TrialCommandTests
{
    [Fact]
    public async Task LaboratoryThatBeginsToScatter_TakesTheLoopOutOfControl()
    {
        var (exit, output) = await Cli.RunAsync(
            "trial", "--site", SiteText.CopperFoilFile, "--plant", "copper-foil", "--scenario", "normal,lab-scatter@6", "--days", "1.25", "--seeds", "1", "--first-seed", "3", "--trace");

        Assert.True(exit == 0, output);
        string[] lines = output.Split('\n');
        int failed = Array.FindIndex(lines, l => l.Contains("tensile failed: ", StringComparison.Ordinal));
        int shed = Array.FindIndex(lines, l => l.Contains("mode Advisory: tensile: ", StringComparison.Ordinal));
        int lastWrite = Array.FindLastIndex(lines, l => l.Contains(" write ", StringComparison.Ordinal));
        Assert.True(failed > 0 && shed > failed, output);
        // It did steer before, and does not any more.
        Assert.InRange(lastWrite, 1, shed);
        Assert.Contains(lines[(shed + 1)..], l => l.Contains("Hold: the models must not steer: tensile: ", StringComparison.Ordinal));
    }
}
