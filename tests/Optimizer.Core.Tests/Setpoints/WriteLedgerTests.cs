using Optimizer.Core.Tests.Guardrails;
using Optimizer.Guardrails;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Core.Tests.Setpoints;

public class WriteLedgerTests
{
    private static readonly WriteTerms Terms = new("gw-1", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));

    private readonly WriteLedger _ledger = new(epoch: 7, Terms);
    private DateTimeOffset _now = Moves.Now;

    [Fact]
    public void AcknowledgedAndVerified_IsAccountedFor()
    {
        var write = Open();
        Assert.Null(Take(write, AcknowledgementState.Received));
        Assert.Null(Take(write, AcknowledgementState.Accepted));
        Assert.Null(Take(write, AcknowledgementState.Applied));

        var account = Take(write, AcknowledgementState.Verified);

        Assert.Equal(WriteFate.Verified, account!.Fate);
        Assert.Equal((1, 1, 0), (_ledger.Written, _ledger.Count(WriteFate.Verified), _ledger.Count(WriteFate.Open)));
    }

    [Fact]
    public void NoAnswer_IsSentTwiceMoreWithTheSameIdAndThenTimesOut()
    {
        var write = Open();
        var sent = new List<string>();
        WriteAccount? ended = null;
        for (int second = 0; second < 15 && ended is null; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            sent.AddRange(_ledger.Advance(_now, out ended).Select(w => w.Id));
        }

        Assert.Equal([write.Id, write.Id], sent);
        Assert.Equal(WriteFate.TimedOut, ended!.Fate);
        Assert.False(_ledger.HasOpen);
        Assert.Equal(TimeSpan.FromSeconds(12), _now - Moves.Now);
    }

    [Fact]
    public void ExpiredBeforeTheResend_IsNotSentAgain()
    {
        Open();
        _now += TimeSpan.FromSeconds(11);

        Assert.Empty(_ledger.Advance(_now, out var ended));
        Assert.Equal(WriteFate.TimedOut, ended!.Fate);
    }

    [Fact]
    public void AcceptedButNeverVerified_Deviates()
    {
        var write = Open();
        Take(write, AcknowledgementState.Accepted);
        // 0.5 m3/h at 5 m3/h per minute is a ramp of 6 s: twice that and a minute.
        _now += TimeSpan.FromSeconds(73);

        _ledger.Advance(_now, out var ended);

        Assert.Equal(WriteFate.Deviated, ended!.Fate);
        Assert.False(_ledger.HoldsLease);
    }

    [Fact]
    public void Lease_IsRenewedEveryThirdWithTheSameValues()
    {
        var write = Open();
        Take(write, AcknowledgementState.Accepted);
        Take(write, AcknowledgementState.Verified);
        var renewals = new List<SetpointWrite>();
        for (int second = 0; second < 60; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            renewals.AddRange(_ledger.Advance(_now, out _));
        }

        Assert.Equal(3, renewals.Count);
        Assert.All(renewals, r => Assert.Equal(RequestKind.Renew, r.Kind));
        Assert.All(renewals, r => Assert.Equal(write.Items, r.Items));
        Assert.Equal([2L, 3L, 4L], renewals.Select(r => r.Sequence));
        Assert.Equal(1, _ledger.Written);
    }

    [Theory]
    [InlineData(AcknowledgementState.Rejected, WriteFate.Rejected)]
    [InlineData(AcknowledgementState.Expired, WriteFate.Rejected)]
    [InlineData(AcknowledgementState.Deviated, WriteFate.Deviated)]
    [InlineData(AcknowledgementState.Superseded, WriteFate.Lost)]
    [InlineData(AcknowledgementState.LeaseLost, WriteFate.Lost)]
    public void BadAnswer_EndsTheWrite(AcknowledgementState state, WriteFate fate)
    {
        var write = Open();
        Take(write, AcknowledgementState.Accepted);

        Assert.Equal(fate, Take(write, state)!.Fate);
        Assert.False(_ledger.HasOpen);
    }

    [Fact]
    public void ForeignOrOldAcknowledgement_ChangesNothing()
    {
        var write = Open();
        Assert.Null(_ledger.Take(Ack(write, AcknowledgementState.Verified) with { WriterEpoch = 6 }, _now));
        Assert.Null(_ledger.Take(Ack(write, AcknowledgementState.Verified) with { SetpointId = "other" }, _now));

        Assert.Null(_ledger.Take(Ack(write, AcknowledgementState.Verified) with { WriterEpoch = 8 }, _now));

        // Of a life before this one: late. Of an id we never sent, or of a life to come: somebody else.
        Assert.Equal((2, 1), (_ledger.Unmatched, _ledger.Late));
        Assert.True(_ledger.HasOpen);
    }

    [Fact]
    public void AnswerToWhatHasEnded_IsLateAndNotForeign()
    {
        var write = Open();
        Take(write, AcknowledgementState.Accepted);
        Take(write, AcknowledgementState.Verified);
        var release = _ledger.Release(_now)!;

        Take(write, AcknowledgementState.Verified);
        Take(release, AcknowledgementState.Released);

        Assert.Equal((0, 2), (_ledger.Unmatched, _ledger.Late));
    }

    [Fact]
    public void SecondWriteWhileOneIsOpen_IsADefect()
    {
        Open();
        Assert.Throws<InvalidOperationException>(() => Open());
    }

    [Fact]
    public void Release_GivesTheLeaseBackOnce()
    {
        var write = Open();
        Assert.Null(_ledger.Release(_now));
        Take(write, AcknowledgementState.Accepted);

        Assert.Equal(RequestKind.Release, _ledger.Release(_now)!.Kind);
        Assert.Null(_ledger.Release(_now));
    }

    [Fact]
    public void Ids_AreVersionSevenAndReproducible()
    {
        string id = SetpointIds.Create(Moves.Now, 7, 1, "write");

        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id);
        Assert.Equal(id, SetpointIds.Create(Moves.Now, 7, 1, "write"));
        Assert.NotEqual(id, SetpointIds.Create(Moves.Now, 7, 2, "write"));
        Assert.Equal(Moves.Now.ToUnixTimeMilliseconds(), Convert.ToInt64(id.Replace("-", "", StringComparison.Ordinal)[..12], 16));
    }

    private SetpointWrite Open()
    {
        var approved = GuardrailChain.Standard.Review(Moves.Move(), Moves.Context()).Approved!;
        var write = ModeGate.Admit(approved, OperatingMode.Closed, null, null, _ledger.NextTurn, Terms, _now, out _)!;
        _ledger.Open(write, _now);
        return write;
    }

    private WriteAccount? Take(SetpointWrite write, AcknowledgementState state) => _ledger.Take(Ack(write, state), _now);

    private Acknowledgement Ack(SetpointWrite write, AcknowledgementState state) =>
        new(write.Id, write.WriterEpoch, write.Sequence, "gw-1", state, ReasonCode.None, null, _now, []);
}
