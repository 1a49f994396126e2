using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.History;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Replay.Tests;

public class ClosedLoopTrialTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ScriptedLine _line = new(Start);
    private readonly LineLoop _loop = new(ScriptedLine.Definition(), new NoTrainer(), new LineStart(1, OperatingMode.Advisory, Start, 5, SourceClock: true));

    [Fact]
    public void EveryStep_IsSensedDecidedAndEchoed()
    {
        var decisions = new List<DecisionMade>();
        var trial = new ClosedLoopTrial(_loop, _line, TimeSpan.FromSeconds(10));
        trial.Happened += e => decisions.AddRange(new[] { e }.OfType<DecisionMade>());
        int hours = 0;

        trial.Run(Start.AddHours(3), _ => hours++, TestContext.Current.CancellationToken);

        Assert.Equal(3, hours);
        Assert.Equal(3 * 360 * 2, _loop.Historian.Count(AppendOutcome.Appended));
        Assert.All(_line.Beats, b => Assert.Equal(b.Sent.N, b.Heard.PeerN));
        Assert.Equal(3 * 360, _line.Beats.Count);
        // At the first step, then at each full hour.
        Assert.Equal([Start.AddSeconds(10), Start.AddHours(1), Start.AddHours(2), Start.AddHours(3)], decisions.Select(d => d.At));
        Assert.All(decisions, d => Assert.Contains("no model yet", d.Outcome.Sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Cancelled_StopsAtOnce()
    {
        using var cancelled = new CancellationTokenSource();
        var trial = new ClosedLoopTrial(_loop, _line, TimeSpan.FromSeconds(10));

        Assert.Throws<OperationCanceledException>(() => trial.Run(Start.AddHours(3), _ => cancelled.Cancel(), cancelled.Token));
        Assert.Equal(Start.AddHours(1), _line.Now);
    }

    private sealed class NoTrainer : ISurrogateTrainer
    {
        public SurrogateSet Train(IReadOnlyList<TrainingSet> sets, double[] reference, int version, DateTimeOffset at) =>
            throw new InvalidOperationException("three hours are too few to train on");
    }
}
