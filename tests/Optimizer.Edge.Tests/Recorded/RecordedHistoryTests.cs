using Optimizer.Alignment;
using Optimizer.Edge.Recorded;

namespace Optimizer.Edge.Tests.Recorded;

public class RecordedHistoryTests
{
    [Fact]
    public void OnlyTransients_AreTheReasonThatIsGiven()
    {
        var set = Set(3, (TrainingSetBuilder.MoveSettling + "copper: more than 10 % of its range to go", 200), (TrainingSetBuilder.InMotion + "feed_temp: R above 1.5 for more than 120 values", 97));

        Assert.StartsWith("tensile: 297 of 300 results were taken in transients, expected 100 or more steady ones, found 3; left out: 200 settling after a move of copper", RecordedHistory.TooThin(set, 100), StringComparison.Ordinal);
    }

    [Fact]
    public void FewResults_AreNotBlamedOnTransients()
    {
        var set = Set(3, (TrainingSetBuilder.BadQuality, 290), (TrainingSetBuilder.InMotion + "feed_temp", 7));

        Assert.StartsWith("tensile: 3 results that may teach, expected 100 or more; left out: 290 quality not good", RecordedHistory.TooThin(set, 100), StringComparison.Ordinal);
    }

    private static TrainingSet Set(int rows, params (string Reason, int Count)[] excluded) => new(
        "tensile", [.. Enumerable.Range(0, rows).Select(n => new TrainingRow(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, [1], n))], excluded.ToDictionary(e => e.Reason, e => e.Count));
}
