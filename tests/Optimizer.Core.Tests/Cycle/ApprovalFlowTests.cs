using Optimizer.Cycle;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Core.Tests.Cycle;

/// <summary>Supervised: the optimizer recommends, a person decides, every rule looks again.</summary>
public class ApprovalFlowTests() : ScriptedLoop(OperatingMode.Supervised)
{
    private static readonly Actor Anna = new("anna", ActorRole.Operator, "hmi-3");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private int _commands;

    [Fact]
    public void AcceptedMove_IsWrittenWithWhoAndWhat()
    {
        var open = Recommended();
        Assert.Equal((0, "x 4 -> 4.2"), (Loop.Ledger.Written, Events.OfType<DecisionMade>().Last().Outcome.Sentence.Split(" t/h")[0]));
        Assert.Contains("waits for an operator", Loop.LastOutcome!.Sentence, StringComparison.Ordinal);

        Run(hours: 0.1, Minute);
        Assert.Null(Decide(OperatorChoice.Accept));

        var request = Events.OfType<SendWrite>().Single(s => s.Write.Kind == RequestKind.Write).Write.ToRequest();
        Assert.Equal((open.Id, Anna, OperatingMode.Supervised), (request.RecommendationId, request.ApprovedBy, request.Mode));
        Assert.Equal([4.2, 4.8], request.Items.Select(i => Math.Round(i.Value, 9)));
        Assert.Equal([4.0, 5.0], request.Items.Select(i => i.Expected));
        Assert.Equal(Now, request.IssuedAt);
        Assert.Equal(1, Loop.Ledger.Count(WriteFate.Verified));
        Assert.StartsWith("anna accepted: x 4 -> 4.2 t/h", Loop.LastOutcome!.Sentence, StringComparison.Ordinal);
        Assert.Null(Loop.OpenRecommendation);
    }

    [Fact]
    public void Acceptance_ReplaysFromItsInput()
    {
        Recommended();
        Decide(OperatorChoice.Accept);

        var again = OptimizationCycle.Decide(Loop.LastInput!);

        Assert.Equal(Loop.LastOutcome!.Sentence, again.Sentence);
        Assert.Equal(Loop.LastOutcome.Write!.ToRequest().Items, again.Write!.ToRequest().Items);
        Assert.Equal(Loop.LastOutcome.Write.Id, again.Write.Id);
    }

    [Fact]
    public void SetpointThatAnOperatorMovedMeanwhile_IsNotOverwritten()
    {
        Recommended();
        X = 4.1;
        Run(hours: 0.05, Minute);

        var refusal = Decide(OperatorChoice.Accept)!;

        Assert.Equal(("guardrail", "Hold: x stands at 4.1 t/h, the move starts at 4"), (refusal.Code, refusal.Text));
        Assert.Equal(0, Loop.Ledger.Written);
        // Nobody decided anything yet: put back, it can be accepted.
        X = 4;
        Run(hours: 0.05, Minute);
        Assert.Null(Decide(OperatorChoice.Accept));
    }

    [Fact]
    public void SecondAcceptance_WritesNothing()
    {
        string id = Recommended().Id;
        Decide(OperatorChoice.Accept);

        var refusal = Decide(OperatorChoice.Accept, id)!;

        Assert.Equal("already_decided", refusal.Code);
        Assert.Contains("was accepted by anna", refusal.Text, StringComparison.Ordinal);
        Assert.Equal(1, Loop.Ledger.Written);
    }

    [Fact]
    public void ExpiredSupersededOrUnknown_IsRefusedWithTheReason()
    {
        string first = Recommended().Id;
        Run(hours: 0.3, Minute);
        Assert.Equal("expired", Decide(OperatorChoice.Accept, first)!.Code);

        Run(hours: 1, Minute);
        string second = Loop.OpenRecommendation!.Id;
        Assert.NotEqual(first, second);
        Assert.Equal(first, Loop.OpenRecommendation.Supersedes);
        var refusal = Decide(OperatorChoice.Accept, first)!;
        Assert.Equal("superseded", refusal.Code);
        Assert.Contains(second, refusal.Text, StringComparison.Ordinal);

        Assert.Equal("unknown_recommendation", Decide(OperatorChoice.Accept, "019a3f1c-7c10-7abc-8def-0123456789ac")!.Code);
        Assert.Equal(0, Loop.Ledger.Written);
    }

    [Fact]
    public void Viewer_DecidesNothing()
    {
        Recommended();

        Assert.Equal("role", Decide(OperatorChoice.Accept, by: Anna with { Role = ActorRole.Viewer })!.Code);
        Assert.NotNull(Loop.OpenRecommendation);
    }

    [Theory]
    [InlineData(OperatingMode.Advisory, "advisory: nothing is written; ask for supervised first")]
    [InlineData(OperatingMode.Closed, "closed: moves are written without approval")]
    public void OtherModes_RefuseAcceptanceSayingWhy(OperatingMode mode, string why)
    {
        Recommended();
        Loop.Request(new ModeRequest(mode, "anna", "", Loop.Mode.Version), Now, out string? no);
        Assert.Null(no);

        Assert.Equal(new Refusal("mode", why), Decide(OperatorChoice.Accept));
    }

    [Fact]
    public void ModifiedMove_GoesThroughTheSameRules()
    {
        Recommended();

        Assert.Null(Decide(OperatorChoice.Modify, moves: [new("x", 4.1)]));

        var item = Events.OfType<SendWrite>().Single(s => s.Write.Kind == RequestKind.Write).Write.Items.Single();
        Assert.Equal(("x.SP", 4.1, 4.0), (item.Tag, item.Value, item.Expected));
        Assert.StartsWith("anna modified: x 4 -> 4.1 t/h", Loop.LastOutcome!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ModifiedMoveThatIsTooLarge_IsClampedAndSaysSo()
    {
        Recommended();

        Assert.Null(Decide(OperatorChoice.Modify, moves: [new("x", 4.5)]));

        Assert.Equal(4.2, Events.OfType<SendWrite>().Single(s => s.Write.Kind == RequestKind.Write).Write.Items.Single().Value, 9);
        Assert.Contains("anna modified (x by 0.5 t/h, at most 0.2)", Loop.LastOutcome!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ModifiedMove_IsRefusedWhereItMakesThingsWorseOrNamesAStranger()
    {
        Recommended();

        Assert.Contains("does not exceed", Decide(OperatorChoice.Modify, moves: [new("x", 3.9)])!.Text, StringComparison.Ordinal);
        Assert.Equal(new Refusal("unknown_mv", "z is not part of the recommendation, expected one of x, y"), Decide(OperatorChoice.Modify, moves: [new("z", 1)]));
        Assert.Equal("bad_schema", Decide(OperatorChoice.Modify)!.Code);
        Assert.Contains("changes nothing", Decide(OperatorChoice.Modify, moves: [new("x", 4)])!.Text, StringComparison.Ordinal);
        Assert.Equal(0, Loop.Ledger.Written);
    }

    [Fact]
    public void RejectedDirection_StaysClosedForAnHour()
    {
        var open = Recommended();
        Run(hours: 0.1, Minute);
        Assert.Null(Decide(OperatorChoice.Reject, reason: "grade_change"));

        var decided = Events.OfType<OperatorDecided>().Single();
        Assert.Equal(("grade_change", null), (decided.Decision.ReasonCode, decided.Refusal));
        Assert.StartsWith("raising x is closed until", decided.Lockouts[0], StringComparison.Ordinal);
        Assert.Equal("already_decided", Decide(OperatorChoice.Accept, open.Id)!.Code);

        // The decision at the next full hour falls into the hour; the one after it does not.
        Run(hours: 0.99, Minute);
        Assert.Contains("an operator refused to raise x, closed until", Loop.LastOutcome!.Sentence, StringComparison.Ordinal);
        Run(hours: 1, Minute);
        Assert.Equal(DecisionKind.Recommended, Loop.LastOutcome!.Kind);
    }

    [Fact]
    public void ThreeRejectionsInARow_LeadToAdvisoryUntilAPersonReArms()
    {
        foreach (int n in new[] { 1, 2, 3 })
        {
            Recommended();
            Assert.Equal(OperatingMode.Supervised, Loop.Mode.Mode);
            Decide(OperatorChoice.Defer);
            Decide(OperatorChoice.Reject, reason: $"reason-{n}");
            Run(hours: 1.5, Minute);
        }

        Assert.Equal((OperatingMode.Advisory, OperatingMode.Supervised, null), (Loop.Mode.Mode, Loop.Mode.Target, Loop.Mode.By));
        Assert.StartsWith("operators rejected 3 recommendations in a row, last: anna, reason-3", Loop.Mode.Cause, StringComparison.Ordinal);
        Assert.Equal(AlarmKind.OptShed, Loop.Alarms.Single().Kind);

        Events.AddRange(Loop.Request(new ModeRequest(OperatingMode.Supervised, "anna", "understood", Loop.Mode.Version), Now, out _));
        Assert.Empty(Loop.Alarms);
        Assert.Equal([true, false], Events.OfType<AlarmChanged>().Select(a => a.Alarm.Active));
    }

    [Fact]
    public void AcceptanceBetweenRejections_StartsTheCountAnew()
    {
        foreach (var choice in new[] { OperatorChoice.Reject, OperatorChoice.Reject, OperatorChoice.Accept, OperatorChoice.Reject, OperatorChoice.Reject })
        {
            Recommended();
            Assert.Null(Decide(choice));
            Run(hours: 1.5, Minute);
        }

        Assert.Equal(OperatingMode.Supervised, Loop.Mode.Mode);
    }

    [Fact]
    public void DeferredRecommendation_StaysOpenUntilItExpires()
    {
        string id = Recommended().Id;

        Assert.Null(Decide(OperatorChoice.Defer));
        Assert.Equal(id, Loop.OpenRecommendation!.Id);
        Assert.Null(Decide(OperatorChoice.Accept));
    }

    [Fact]
    public void VariableLeftOut_IsNotMovedAndTheOthersAre()
    {
        var state = Loop.Mode;
        Loop.Request(new ModeRequest(OperatingMode.Supervised, "anna", "valve sticks", 99) { Participants = ["x"] }, Now, out string? refusal);
        Assert.Null(refusal);
        Assert.Equal((2, "anna"), (Loop.Mode.Version, Loop.Mode.ChosenBy));

        Assert.Equal("x", Recommended().Move.Items.Single().Variable.Name);

        Loop.Request(new ModeRequest(OperatingMode.Supervised, "anna", "", state.Version), Now, out refusal);
        Assert.Contains("version", refusal, StringComparison.Ordinal);
        Loop.Request(new ModeRequest(OperatingMode.Supervised, "anna", "", Loop.Mode.Version) { Participants = ["x", "zz"] }, Now, out refusal);
        Assert.Equal("zz is no manipulated variable of U1, expected some of x, y", refusal);
        Loop.Request(new ModeRequest(OperatingMode.Advisory, "anna", "", 0), Now, out refusal);
        Assert.Null(refusal);
    }

    private Recommendation Recommended()
    {
        for (int hours = 0; hours < 24 && (Loop.OpenRecommendation is not { } open || open.CreatedAt != Now); hours++)
        {
            do
            {
                Run(hours: 1 / 60.0, Minute);
            }
            while (Now.Minute != 0);
        }

        return Loop.OpenRecommendation!;
    }

    private Refusal? Decide(OperatorChoice choice, string? id = null, Actor? by = null, IReadOnlyList<AskedSetpoint>? moves = null, string? reason = null)
    {
        var decision = new OperatorDecision($"c{++_commands}", id ?? Loop.OpenRecommendation!.Id, choice, by ?? Anna) { Moves = moves ?? [], ReasonCode = reason };
        Act(Loop.Take(decision, Now, out var refusal));
        return refusal;
    }
}
