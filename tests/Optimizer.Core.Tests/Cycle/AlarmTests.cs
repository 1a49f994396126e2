using Optimizer.Cycle;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Core.Tests.Cycle;

/// <summary>Each alarm is raised once, returns by its own condition, and does not chatter.</summary>
public class AlarmTests : ScriptedLoop
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void QuietLine_CallsNobody()
    {
        Run(hours: 12, TimeSpan.FromMinutes(1));

        Assert.True(Loop.Ledger.Written > 3);
        Assert.Empty(Events.OfType<AlarmChanged>());
    }

    [Fact]
    public void SilentGateway_IsRaisedOnceAndReturnsWhenItIsHeardForAWhile()
    {
        Run(hours: 0.01, Second);
        Beats = false;
        Run(hours: 0.02, Second);
        // Three short sentences from a dying gateway are not its return.
        foreach (int _ in new[] { 1, 2, 3 })
        {
            Beats = true;
            Run(hours: 10 / 3600.0, Second);
            Beats = false;
            Run(hours: 10 / 3600.0, Second);
        }

        Beats = true;
        Run(hours: 0.02, Second);

        Assert.Equal([(AlarmKind.OptWatchdog, true), (AlarmKind.OptWatchdog, false)], Changes);
        var (raised, returned) = (Events.OfType<AlarmChanged>().First(), Events.OfType<AlarmChanged>().Last());
        Assert.True(returned.At - raised.At > TimeSpan.FromSeconds(90), $"{returned.At - raised.At}");
        Assert.All([raised.Alarm.Consequence, raised.Alarm.Response, raised.Alarm.Message], t => Assert.False(string.IsNullOrWhiteSpace(t)));
    }

    [Fact]
    public void WrongClock_IsRaisedStopsWritesAndReturns()
    {
        GatewayClock = TimeSpan.FromSeconds(2.5);
        Run(hours: 7, TimeSpan.FromMinutes(1));
        Assert.Equal(0, Loop.Ledger.Written);
        Assert.Contains("the clock of gateway gw-1 and ours differ by 2.5 s, limit 2 s", Loop.LastOutcome!.Sentence, StringComparison.Ordinal);

        GatewayClock = TimeSpan.FromSeconds(-1.5);
        Run(hours: 2, TimeSpan.FromMinutes(1));

        Assert.Equal([(AlarmKind.OptClock, true), (AlarmKind.OptClock, false)], Changes);
        Assert.True(Loop.Ledger.Written > 0);
    }

    [Fact]
    public void OneLateHeartbeat_IsNoWrongClock()
    {
        Run(hours: 0.1, Second);
        Loop.Take(new Heartbeat("gw-1", 1_000_000, null, Now - TimeSpan.FromSeconds(4)), Now);
        Run(hours: 0.1, Second);

        Assert.Empty(Changes);
    }

    [Fact]
    public void WriteThatDoesNotArrive_IsRaisedUntilOneDoes()
    {
        Answer = (write, _) => write.Kind == RequestKind.Write
            ? [Ack(write, AcknowledgementState.Accepted), Ack(write, AcknowledgementState.Deviated, ReasonCode.ControllerFault)]
            : [Ack(write, AcknowledgementState.Accepted)];
        Run(hours: 6.1, TimeSpan.FromMinutes(1));
        Assert.Equal([(AlarmKind.OptDeviated, true)], Changes);

        Answer = null;
        Run(hours: 2, TimeSpan.FromMinutes(1));
        Assert.Equal([(AlarmKind.OptDeviated, true), (AlarmKind.OptDeviated, false)], Changes);
    }

    [Fact]
    public void Shed_StandsUntilAPersonReArms()
    {
        Answer = (write, _) => [Ack(write, AcknowledgementState.Rejected, ReasonCode.LimitHi)];
        Run(hours: 14, TimeSpan.FromMinutes(1));
        Assert.Equal([(AlarmKind.OptShed, true)], Changes);
        Assert.StartsWith("3 writes in a row rejected", Loop.Alarms.Single().Message, StringComparison.Ordinal);

        Events.AddRange(Loop.Request(new ModeRequest(OperatingMode.Closed, "anna", "mended", Loop.Mode.Version), Now, out _));
        Assert.Equal((AlarmKind.OptShed, false), Changes[^1]);
    }

    [Fact]
    public void AnswerToWhatWasNeverSent_IsASecurityAlarmThatReturnsAfterAnHour()
    {
        Run(hours: 6.2, TimeSpan.FromMinutes(1));
        var write = Events.OfType<SendWrite>().First(s => s.Write.Kind == RequestKind.Write).Write;
        Act(Loop.Take(Ack(write, AcknowledgementState.Verified), Now));
        Act(Loop.Take(Ack(write, AcknowledgementState.Verified) with { WriterEpoch = 0 }, Now));
        Assert.Empty(Changes);

        foreach (int _ in new[] { 1, 2 })
        {
            Act(Loop.Take(Ack(write, AcknowledgementState.Verified) with { SetpointId = "019a3f1c-7c10-7abc-8def-0123456789ac" }, Now));
            Run(hours: 0.5, TimeSpan.FromMinutes(1));
        }

        Assert.Equal([(AlarmKind.OptSecurity, true)], Changes);
        Run(hours: 0.6, TimeSpan.FromMinutes(1));
        Assert.Equal((AlarmKind.OptSecurity, false), Changes[^1]);
    }

    [Fact]
    public void AuditThatFails_StandsForTheRestOfThisLife()
    {
        Run(hours: 1, TimeSpan.FromMinutes(1));
        Act(Loop.AuditLost("disk full", Now));
        Act(Loop.AuditLost("disk full", Now));
        Run(hours: 3, TimeSpan.FromMinutes(1));

        Assert.Equal([(AlarmKind.OptShed, true), (AlarmKind.OptAuditFail, true)], Changes.OrderBy(c => c.Kind));
    }

    private IReadOnlyList<(AlarmKind Kind, bool Active)> Changes => [.. Events.OfType<AlarmChanged>().Select(a => (a.Alarm.Kind, a.Alarm.Active))];
}
