using Optimizer.Cycle;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Core.Tests.Cycle;

/// <summary>Which surrogates steer: the scripted line trains anew every six hours.</summary>
public class SurrogateSuccessionTests : ScriptedLoop
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void ChallengerAsGoodAsTheChampion_TakesOverAfterSixNewResults()
    {
        Trainer.Makes = (version, at) => SmallLine.Truth(version) with { TrainedAt = at };
        Run(hours: 24, Minute);

        var entered = Events.OfType<ChallengerEntered>().First();
        var adopted = Events.OfType<SurrogatesAdopted>().ToList();
        Assert.Equal(1, adopted[0].Set.Version);
        Assert.Null(adopted[0].Why);
        Assert.Equal(2, adopted[1].Set.Version);
        // Trained at 11:00; the sixth purity result after it is known at 17:00.
        Assert.Equal(SmallLine.Start.AddHours(11).AddMinutes(10), entered.At);
        Assert.Equal(SmallLine.Start.AddHours(17), adopted[1].At);
        Assert.Contains("on 6 new results", adopted[1].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void ChallengerThatPredictsWorse_IsRefusedAndNeverSteers()
    {
        Trainer.Makes = (version, at) => version == 1 ? SmallLine.Truth(version) with { TrainedAt = at } : Wrong(version, at);
        Run(hours: 40, Minute);

        var refused = Events.OfType<ChallengerRefused>().First();
        Assert.Equal(2, refused.Set.Version);
        Assert.Contains("on 18 new results", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(1, Loop.Surrogates!.Version);
        Assert.Single(Events.OfType<SurrogatesAdopted>());
    }

    [Fact]
    public void ChallengerThatBreaksADeclaredSign_IsNotEvenTried()
    {
        Trainer.Makes = (version, at) => SmallLine.Truth(version, unusable: version == 1 ? null : "gain of x is -1 +- 0.1, declared positive") with { TrainedAt = at };
        Run(hours: 13, Minute);

        Assert.Contains("declared positive", Events.OfType<ChallengerRefused>().First().Reason, StringComparison.Ordinal);
        Assert.Empty(Events.OfType<ChallengerEntered>());
        Assert.Equal(1, Loop.Surrogates!.Version);
    }

    [Fact]
    public void ResultsThatLeavePrediction_TrainAnewAndTakeTheLoopOutOfControl()
    {
        Trainer.Makes = (version, at) => WithLearnedUntil(SmallLine.Truth(version) with { TrainedAt = at }, at);
        Run(hours: 8, Minute);
        Assert.Equal(OperatingMode.Closed, Loop.Mode.Mode);

        // From now on the laboratory finds less and less.
        var turned = Now;
        PurityError = at => -0.01 * (at - turned).TotalHours * (at - turned).TotalHours;
        Run(hours: 30, Minute);

        var changes = Events.OfType<FitChanged>().Where(f => f.Variable == "purity").ToList();
        Assert.Equal(FitVerdict.Drifting, changes[0].Verdict);
        Assert.Contains("below prediction", changes[0].Reason, StringComparison.Ordinal);
        Assert.Contains(Events.OfType<TrainingStarted>(), t => t.At >= changes[0].At && t.At <= changes[0].At.AddHours(2));
        var shed = Events.OfType<ModeChanged>().First(m => m.State.Mode == OperatingMode.Advisory);
        Assert.Contains("purity: errors have outgrown the interval that training promised", shed.State.Cause, StringComparison.Ordinal);
        Assert.Contains("purity", Events.OfType<DecisionMade>().First(d => d.At == shed.At).Outcome.Sentence, StringComparison.Ordinal);
        // What works no longer need not be beaten: the next training takes over at once, and a person decides on the mode.
        Assert.Contains(Events.OfType<SurrogatesAdopted>(), a => a.At > shed.At);
        Assert.Equal(OperatingMode.Advisory, Loop.Mode.Mode);
    }

    [Fact]
    public void StoredSurrogates_SteerFromTheFirstCycleAndTrainingsCountOn()
    {
        var line = SmallLine.Definition();
        var loop = new LineLoop(line, Trainer, new LineStart(1, OperatingMode.Advisory, SmallLine.Start, 5, true) { Surrogates = SmallLine.Truth(7), LastVersion = 9 });

        Assert.Equal(7, loop.Surrogates!.Version);
        loop.Advance(SmallLine.Start.AddHours(1));
        Assert.DoesNotContain("no model yet", loop.LastOutcome!.Sentence, StringComparison.Ordinal);
        var events = loop.Install(SmallLine.Truth(4), "rolled back by anna", SmallLine.Start.AddHours(1));
        Assert.Equal(4, Assert.IsType<SurrogatesAdopted>(Assert.Single(events)).Set.Version);
    }

    private static SurrogateSet WithLearnedUntil(SurrogateSet set, DateTimeOffset at) => set with { Surrogates = [.. set.Surrogates.Select(s => s with { LearnedUntil = at })] };

    // Purity rises with y instead of x.
    private static SurrogateSet Wrong(int version, DateTimeOffset at)
    {
        var truth = SmallLine.Truth(version);
        var purity = truth.Surrogates[1];
        var wrong = new Backbone(purity.Backbone.Terms, [0, 0], [1, 1], 90, [0, 1], new double[2, 2]);
        return truth with { TrainedAt = at, Surrogates = [truth.Surrogates[0], purity with { Backbone = wrong }] };
    }
}
