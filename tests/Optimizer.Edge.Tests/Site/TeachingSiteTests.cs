using System.Text.Json.Nodes;
using Optimizer.Edge.Site;
using Optimizer.Plant;

namespace Optimizer.Edge.Tests.Site;

/// <summary>What the site file says about training data reaches the unit.</summary>
public class TeachingSiteTests
{
    [Fact]
    public void Foil_DeclaresItsSignalsGradeAndCamera()
    {
        var unit = Parse(SiteText.CopperFoil()).Line.Unit;

        Assert.Equal(["density_1h", "conductivity_1h", "cell_voltage_1h", "feed_temp_1h"], unit.ControlledVariables.Single(c => c.Name == "tensile").Signals.Select(s => s.Name));
        Assert.Equal(new CampaignTag("grade", TimeSpan.FromHours(2)), unit.Campaign);
        Assert.Equal(TimeSpan.FromMinutes(2), unit.ControlledVariables.Single(c => c.Name == "pinholes").DeadTime!.At(6));
        Assert.All(unit.ManipulatedVariables, m => Assert.Equal(0.1, m.SettledWithin));
    }

    [Fact]
    public void LagStatisticSettlingAndLots_AreTaken()
    {
        var root = SiteText.CopperFoil();
        SiteText.Set(root, "$.disturbances[1].lag", "00:20:00");
        SiteText.Set(root, "$.disturbances[1].statistic", "slope");
        SiteText.Set(root, "$.decision.settledWithin", 0.2);
        SiteText.Set(root, "$.manipulated[3].settledWithin", 0.05);
        SiteText.Set(root, "$.controlled[2].deadTime", "00:30:00");
        SiteText.Set(root, "$.controlled[2].covers", "02:00:00");
        SiteText.Set(root, "$.controlled[3].covers", JsonNode.Parse("{ \"lot\": \"grade\", \"atMost\": \"05:00:00\" }"));

        var unit = Parse(root).Line.Unit;

        var dv = unit.DisturbanceVariables[1];
        Assert.Equal((TimeSpan.FromMinutes(20), WindowStatistic.Slope, "kPa/h"), (dv.Lag, dv.Statistic, dv.EngineeringUnit));
        Assert.Equal([0.2, 0.2, 0.2, 0.05, 0.2, 0.2, 0.2, 0.2, 0.2], unit.ManipulatedVariables.Select(m => m.SettledWithin));
        Assert.Equal((TimeSpan.FromMinutes(30), new Coverage(TimeSpan.FromHours(2), null)), (unit.ControlledVariables[2].DeadTime!.At(null), unit.ControlledVariables[2].Covers));
        Assert.Equal(new Coverage(TimeSpan.FromHours(5), "grade"), unit.ControlledVariables[3].Covers);
    }

    [Fact]
    public void ColumnsOfARecording_LeadToTheirTags()
    {
        var root = SiteText.CopperFoil();
        SiteText.Set(root, "$.recording", JsonNode.Parse("{ \"columns\": { \"PLANT AMPS\": \"current\", \"SP CU\": \"copper.SP\", \"TS\": \"tensile_strength\" }, \"time\": \"WHEN\", \"decimal\": \",\" }"));

        var site = Parse(root).Site;
        var columns = SiteColumns.Of(site);

        Assert.Equal(("current", "kA", false), (columns["PLANT AMPS"].Tag, columns["PLANT AMPS"].EngineeringUnit, columns["PLANT AMPS"].IsResult));
        Assert.Equal("copper.SP", columns["SP CU"].Tag);
        Assert.True(columns["TS"].IsResult);
        Assert.Equal(("WHEN", true), (site.Recording.TimeColumn, site.Recording.DecimalComma));
    }

    private static SiteLine Parse(JsonNode root)
    {
        var errors = new List<SiteError>();
        return SiteMapper.Parse(root.ToJsonString(), errors) ?? throw new InvalidOperationException(string.Join('\n', errors));
    }
}
