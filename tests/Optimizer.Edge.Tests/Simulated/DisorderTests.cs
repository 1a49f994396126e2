using CopperFoilLine;
using Optimizer.History;
using Optimizer.Plant;

namespace Optimizer.Edge.Tests.Simulated;

/// <summary>Networks deliver late, twice and in another order; the line's history comes out the same.</summary>
public class DisorderTests
{
    private static List<Sample> Messages()
    {
        var line = new FoilLine(new FoilLineOptions { Seed = 4, TelemetryPeriod = TimeSpan.FromMinutes(1) });
        var samples = new List<Sample>();
        line.Step(TimeSpan.FromHours(30), line.Grade.Hand.ToArray());
        line.Read(samples);
        return samples;
    }

    private static ProcessHistorian Historian(IEnumerable<Sample> samples)
    {
        var historian = new ProcessHistorian(FoilTags.Units.Select(u => new Tag(u.Key, u.Value, -1e6, 1e6, null)), TimeSpan.FromDays(10));
        foreach (var sample in samples)
        {
            historian.Append(sample);
        }

        return historian;
    }

    [Fact]
    public void ShuffledAndDoubled_GivesTheSameHistory()
    {
        var messages = Messages();
        var random = new Random(11);
        Sample[] disorder = [.. messages, .. messages.Where((_, i) => i % 7 == 0)];
        random.Shuffle(disorder);
        ProcessHistorian straight = Historian(messages), late = Historian(disorder);

        Assert.True(late.Count(AppendOutcome.OutOfOrder) > messages.Count / 2);
        Assert.Equal(disorder.Length - messages.Count, late.Count(AppendOutcome.Duplicate));
        foreach (string tag in FoilTags.Units.Keys)
        {
            Assert.Equal(straight[tag].Window(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue), late[tag].Window(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue));
        }
    }

    [Fact]
    public void LaboratoryResult_CarriesASampleTimeBeforeItsReport_ByTheStatedDelay()
    {
        var results = Messages().Where(s => s.Tag.StartsWith("lab/", StringComparison.Ordinal) || s.Tag is "roll/ts" or "roll/el" or "roll/rz").ToList();

        Assert.Contains(results, r => r.Tag == "lab/cu");
        Assert.All(results, r => Assert.InRange((r.KnownAt - r.SampledAt).TotalMinutes, r.Tag is "lab/cu" or "lab/acid" ? 20 : 30, 240));
    }
}
