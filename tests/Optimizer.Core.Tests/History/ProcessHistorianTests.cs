using Optimizer.History;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.History;

public class ProcessHistorianTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ProcessHistorian _historian = new([new Tag("a", "kA", 0, 36, TimeSpan.FromSeconds(1))], TimeSpan.FromDays(2));

    [Fact]
    public void LabResult_IsNotSeenBeforeItWasKnown()
    {
        _historian.Append(Lab(hour: 1, knownHour: 4, 10));
        _historian.Append(Lab(hour: 0, knownHour: 2, 7));

        Assert.Null(_historian["a"].Latest(Start.AddHours(5), knownBy: Start.AddHours(1)));
        Assert.Equal(7, _historian["a"].Latest(Start.AddHours(5), knownBy: Start.AddHours(3))!.Value.Value);
        Assert.Equal(10, _historian["a"].Latest(Start.AddHours(5), knownBy: Start.AddHours(4))!.Value.Value);
        Assert.Equal(7, _historian["a"].Mean(Start, Start.AddHours(5), Start.AddHours(3)));
        Assert.Single(_historian["a"].Window(Start, Start.AddHours(5), Start.AddHours(3)));
    }

    [Fact]
    public void LateDuplicateAndCorrectedSamples_AreCountedAndKeptInOrder()
    {
        Assert.Equal(AppendOutcome.Appended, _historian.Append(Online(2, 2)));
        Assert.Equal(AppendOutcome.OutOfOrder, _historian.Append(Online(1, 1)));
        Assert.Equal(AppendOutcome.Duplicate, _historian.Append(Online(2, 2)));
        Assert.Equal(AppendOutcome.Replaced, _historian.Append(Online(2, 2.5)));
        Assert.Equal(AppendOutcome.UnknownTag, _historian.Append(Sample.Online("zz", 1, Start)));

        double[] values = [.. _historian["a"].Window(Start, Start.AddHours(9), Start.AddHours(9)).Select(s => s.Value)];
        Assert.Equal([1, 2.5], values);
        Assert.All(Enum.GetValues<AppendOutcome>(), o => Assert.Equal(1, _historian.Count(o)));
    }

    [Fact]
    public void ValueTakenBack_IsAsIfItHadNeverBeen()
    {
        _historian.Append(Online(1, 1));
        _historian.Append(Online(2, 2));

        Assert.True(_historian.Remove("a", Start.AddHours(2)));
        Assert.False(_historian.Remove("a", Start.AddHours(2)));
        Assert.False(_historian.Remove("zz", Start.AddHours(1)));
        Assert.Equal(1, _historian["a"].Latest(Start.AddHours(3), Start.AddHours(3))!.Value.Value);
    }

    [Fact]
    public void ValuesOlderThanTheRetention_AreDropped()
    {
        for (int hour = 0; hour < 100; hour++)
        {
            _historian.Append(Online(hour, hour));
        }

        Assert.InRange(_historian["a"].Count, 48, 56);
        Assert.Equal(99, _historian["a"].Latest(Start.AddDays(9), Start.AddDays(9))!.Value.Value);
    }

    [Fact]
    public void BadValues_DoNotEnterMeans()
    {
        _historian.Append(Online(1, 10));
        _historian.Append(Sample.Online("a", 1000, Start.AddHours(2), Quality.Bad));

        Assert.Equal(10, _historian["a"].Mean(Start, Start.AddHours(3), Start.AddHours(3)));
        Assert.Null(_historian["a"].Mean(Start.AddHours(2), Start.AddHours(3), Start.AddHours(3)));
    }

    private static Sample Online(int hour, double value) => Sample.Online("a", value, Start.AddHours(hour));

    private static Sample Lab(int hour, int knownHour, double value) =>
        new("a", value, Start.AddHours(hour), Start.AddHours(knownHour), Start.AddHours(knownHour), Quality.Good);
}
