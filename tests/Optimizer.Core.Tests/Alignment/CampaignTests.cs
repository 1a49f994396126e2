using Optimizer.Alignment;
using Optimizer.History;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Alignment;

public class CampaignTests
{
    private static readonly CampaignTag Campaign = new("grade", TimeSpan.FromHours(2));

    // Grade 1, then 2 from 20 h, then 1 again from 40 h to 60 h.
    private static readonly (double Hour, double Grade)[] Grades = [(0, 1), (20, 2), (40, 1)];

    [Fact]
    public void OnlyThePresentGrade_Teaches_AndSettlesFirst()
    {
        var set = Build(1);

        Assert.Equal(20, set.Excluded[TrainingSetBuilder.OtherGrade]);
        Assert.Equal(5, set.Excluded[TrainingSetBuilder.CampaignSettling]);
        Assert.Equal(37, set.Rows.Count);
        Assert.Equal([0, 2], set.Rows.Select(r => r.Campaign).Distinct());
        Assert.DoesNotContain(set.Rows, r => (r.SampledAt - TeachingLine.Start).TotalHours is >= 20 and < 42);
    }

    [Theory]
    [InlineData("strength_lab")]
    [InlineData("power")]
    public void ValuesOfAnotherCampaign_ChangeNoRow(string what)
    {
        var variable = what == "power" ? TeachingLine.Meter : TeachingLine.Strength;
        // No settling: windows and blocks right at the change are the ones that could reach across.
        var (once, thousandfold) = (Build(1, variable, new CampaignTag("grade", TimeSpan.Zero)), Build(1000, variable, new CampaignTag("grade", TimeSpan.Zero)));

        Assert.NotEmpty(once.Rows);
        Assert.Contains(once.Rows, r => (r.SampledAt - TeachingLine.Start).TotalHours is >= 40 and < 41);
        // What is left out counts under the same number, perhaps under another reason.
        Assert.Equal(once.Excluded.Values.Sum(), thousandfold.Excluded.Values.Sum());
        var none = new Dictionary<string, int>();
        Assert.Equal(TeachingLine.Text(once with { Excluded = none }), TeachingLine.Text(thousandfold with { Excluded = none }));
    }

    [Fact]
    public void AfterAChange_TheDecisionWaits()
    {
        var memory = TeachingLine.Memory(TeachingLine.Unit(Campaign), Samples(1).OrderBy(s => s.KnownAt));
        var now = TeachingLine.Start.AddHours(40.5);

        var waiting = FeatureVector.Align(TeachingLine.Unit(Campaign), memory.Snapshot(now));
        var settled = FeatureVector.Align(TeachingLine.Unit(Campaign), memory.Snapshot(now.AddHours(1.6)));

        Assert.Equal(["settling after a change of campaign, 90 min to go"], waiting.Gaps);
        Assert.True(settled.IsComplete);
    }

    [Fact]
    public void GradeToldLongAgo_OutlivesTheRetention()
    {
        var historian = new ProcessHistorian(TeachingLine.Unit().Tags, TimeSpan.FromDays(2));
        historian.Append(Sample.Online("grade", 1, TeachingLine.Start));
        historian.Append(Sample.Online("grade", 2, TeachingLine.Start.AddDays(5)));
        historian.Append(Sample.Online("load", 50, TeachingLine.Start.AddDays(6)));

        var record = CampaignRecord.Of(Campaign, historian, TeachingLine.Start.AddDays(6));

        Assert.Equal((1, 2), (record.Grade(TeachingLine.Start.AddDays(4.5))!.Value, record.Grade(TeachingLine.Start.AddDays(5.5))!.Value));
        Assert.Equal(TeachingLine.Start.AddDays(5), record.Start(TeachingLine.Start.AddDays(5.5)));
    }

    [Fact]
    public void ChangeThatWasNotYetKnown_IsNoChange()
    {
        var historian = new ProcessHistorian(TeachingLine.Unit().Tags, TimeSpan.FromDays(20));
        historian.Append(Sample.Online("grade", 1, TeachingLine.Start));
        historian.Append(TeachingLine.Result("grade", 2, 5, 9));

        Assert.Equal(1, CampaignRecord.Of(Campaign, historian, TeachingLine.Start.AddHours(8)).Grade(TeachingLine.Start.AddHours(8)));
        Assert.Equal(2, CampaignRecord.Of(Campaign, historian, TeachingLine.Start.AddHours(9)).Grade(TeachingLine.Start.AddHours(8)));
    }

    private static TrainingSet Build(double factor, ControlledVariable? variable = null, CampaignTag? campaign = null) =>
        TeachingLine.Memory(TeachingLine.Unit(campaign ?? Campaign), Samples(factor).OrderBy(s => s.KnownAt))
            .Training.Build(variable ?? TeachingLine.Strength, DateTimeOffset.MinValue, TeachingLine.Start.AddHours(60));

    // What is measured while grade 2 runs is multiplied and stays Good: a range check would only hide a leak.
    private static IEnumerable<Sample> Samples(double factor)
    {
        var random = new Random(4);
        double Scaled(double hour, double value) => hour is >= 20 and < 40 ? value * factor : value;
        var course = TeachingLine.Course(60, load: h => Scaled(h, 50 + (0.2 * random.NextDouble())), meter: h => Scaled(h, 20 + random.NextDouble()));
        var results = Enumerable.Range(1, 59).Select(h => (double)h).Concat([40.25, 40.5, 40.75]).Select(h => TeachingLine.Result("strength_lab", Scaled(h, 300 + h), h, h + 0.5));
        return Grades.Select(g => Sample.Online("grade", g.Grade, TeachingLine.Start.AddHours(g.Hour))).Concat(course).Concat(results);
    }
}
