using Optimizer.Cycle;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Core.Tests.Cycle;

/// <summary>The loop on a scripted line, in closed loop.</summary>
public class LineLoopTests : ScriptedLoop
{
    [Fact]
    public void Training_StartsWithEnoughResultsAndIsAdoptedTenMinutesLater()
    {
        Run(hours: 8, TimeSpan.FromMinutes(1));

        var started = Events.OfType<TrainingStarted>().First();
        var adopted = Events.OfType<SurrogatesAdopted>().First();
        // Five purity results, one an hour from 01:00 on, and five whole hours of the cost meter: at 05:00.
        Assert.Equal(SmallLine.Start.AddHours(5), started.At);
        Assert.Equal(started.At.AddMinutes(10), adopted.At);
        Assert.All(Events.OfType<DecisionMade>().Where(d => d.At < adopted.At), d => Assert.Contains("no model yet", d.Outcome.Sentence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(300)]
    public void Decisions_FallOnTheHourWhateverTheStep(int stepSeconds)
    {
        Run(hours: 8, TimeSpan.FromSeconds(stepSeconds));

        var decisions = Events.OfType<DecisionMade>().Skip(1).ToList();
        Assert.Equal(Enumerable.Range(1, 8).Select(h => SmallLine.Start.AddHours(h)), decisions.Select(d => d.At));
        Assert.Equal(("x 4 -> 4.2 t/h, y 5 -> 4.8 t/h", 2), (decisions[5].Outcome.Sentence.Split(':')[0], decisions[5].Outcome.Move!.Items.Count));
    }

    [Fact]
    public void FailedTraining_KeepsTheModelsInForce()
    {
        Run(hours: 6, TimeSpan.FromMinutes(1));
        var set = Loop.Surrogates;
        Trainer.Fails = true;
        Run(hours: 7, TimeSpan.FromMinutes(1));

        Assert.Equal("no luck", Events.OfType<TrainingFailed>().First().Reason);
        Assert.Same(set, Loop.Surrogates);
    }

    [Fact]
    public void VerifiedWrites_WalkToTheOptimumAndStop()
    {
        Run(hours: 48, TimeSpan.FromMinutes(1));

        Assert.True(Loop.Ledger.Written >= 8, $"{Loop.Ledger.Written} writes");
        Assert.Equal(Loop.Ledger.Written, Loop.Ledger.Count(WriteFate.Verified));
        Assert.InRange(X, 5.8, 6.2);
        Assert.InRange(Y, 2.8, 3.2);
        Assert.Equal(DecisionKind.Held, Loop.LastOutcome!.Kind);
    }

    [Fact]
    public void ThreeRejectionsInARow_ShedUntilAPersonReArms()
    {
        Answer = (write, _) => [Ack(write, AcknowledgementState.Rejected, ReasonCode.LimitHi)];
        Run(hours: 14, TimeSpan.FromMinutes(1));

        Assert.Equal(3, Loop.Ledger.Count(WriteFate.Rejected));
        Assert.Equal(OperatingMode.Advisory, Loop.Mode.Mode);
        Assert.StartsWith("3 writes in a row rejected", Loop.Mode.Cause, StringComparison.Ordinal);
        Assert.Contains("suspended until somebody re-arms", Loop.LastOutcome!.Sentence, StringComparison.Ordinal);

        Answer = Obedient;
        Events.AddRange(Loop.Request(new ModeRequest(OperatingMode.Closed, "anna", "limits mended", Loop.Mode.Version), Now, out string? refusal));
        Assert.Null(refusal);
        Run(hours: 3, TimeSpan.FromMinutes(1));
        Assert.True(Loop.Ledger.Count(WriteFate.Verified) > 0, Loop.LastOutcome?.Sentence);
    }

    [Fact]
    public void SilentGateway_ShedsAtTheWriteThatGetsNoAnswer()
    {
        Answer = (_, _) => [];
        Run(hours: 7, TimeSpan.FromSeconds(1));

        Assert.Equal(1, Loop.Ledger.Count(WriteFate.TimedOut));
        Assert.Equal(3, Events.OfType<SendWrite>().Count(s => s.Write.Kind == RequestKind.Write));
        Assert.Contains("no answer to 3 attempts", Loop.Mode.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void LeaseTakenBackByAnOperator_ShedsWithTheReason()
    {
        Run(hours: 6.2, TimeSpan.FromMinutes(1));
        var write = Events.OfType<SendWrite>().First(s => s.Write.Kind == RequestKind.Write).Write;

        Events.AddRange(Loop.Take(Ack(write, AcknowledgementState.LeaseLost, ReasonCode.OperatorVeto), Now));

        Assert.Equal(OperatingMode.Advisory, Loop.Mode.Mode);
        Assert.Contains("OperatorVeto", Loop.Mode.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void LosingTheMode_GivesTheLeaseBack()
    {
        Run(hours: 6.2, TimeSpan.FromMinutes(1));
        Events.Clear();

        Events.AddRange(Loop.Request(new ModeRequest(OperatingMode.Advisory, "anna", "", 0), Now, out _));

        Assert.Equal(RequestKind.Release, Assert.Single(Events.OfType<SendWrite>()).Write.Kind);
    }

    [Fact]
    public void WritingForbidden_GivesTheLeaseBackAndStaysForbiddenWhoeverAsks()
    {
        Run(hours: 6.2, TimeSpan.FromMinutes(1));
        int written = Loop.Ledger.Written;
        Events.Clear();

        Events.AddRange(Loop.ForbidWriting("the broker speaks MQTT 3.1.1", Now));

        Assert.Equal(RequestKind.Release, Assert.Single(Events.OfType<SendWrite>()).Write.Kind);
        Assert.Equal((OperatingMode.Advisory, "the broker speaks MQTT 3.1.1"), (Loop.Mode.Mode, Loop.Mode.Cause));
        Loop.Request(new ModeRequest(OperatingMode.Closed, "anna", "", Loop.Mode.Version), Now, out string? refusal);
        Assert.Equal("Advisory at most: the broker speaks MQTT 3.1.1", refusal);
        Run(hours: 3, TimeSpan.FromMinutes(1));
        Assert.Equal(written, Loop.Ledger.Written);

        // Allowed again is not raised again.
        Assert.Empty(Loop.ForbidWriting(null, Now));
        Assert.Equal(OperatingMode.Advisory, Loop.Mode.Mode);
        Events.AddRange(Loop.Request(new ModeRequest(OperatingMode.Closed, "anna", "broker replaced", Loop.Mode.Version), Now, out refusal));
        Assert.Null(refusal);
        Run(hours: 3, TimeSpan.FromMinutes(1));
        Assert.True(Loop.Ledger.Written > written, Loop.LastOutcome?.Sentence);
    }

    [Fact]
    public void WithoutHeartbeatEcho_NothingIsWritten()
    {
        Echo = false;
        Run(hours: 8, TimeSpan.FromMinutes(1));

        Assert.Equal(0, Loop.Ledger.Written);
        Assert.Contains("does not echo our heartbeat", Loop.LastOutcome!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoRunsOfTheSameScript_DecideAlike()
    {
        Run(hours: 24, TimeSpan.FromMinutes(1));
        string[] first = [.. Events.OfType<DecisionMade>().Select(d => d.Outcome.Sentence)];
        StartAgain();
        Run(hours: 24, TimeSpan.FromMinutes(1));

        Assert.Equal(first, Events.OfType<DecisionMade>().Select(d => d.Outcome.Sentence));
    }
}
