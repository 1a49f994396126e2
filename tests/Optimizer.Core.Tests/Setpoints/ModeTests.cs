using Optimizer.Core.Tests.Guardrails;
using Optimizer.Guardrails;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Core.Tests.Setpoints;

public class ModeTests
{
    private static readonly WriteTerms Terms = new("gw-1", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));

    [Theory]
    [InlineData(OperatingMode.Off, null, false)]
    [InlineData(OperatingMode.Shadow, "anna", false)]
    [InlineData(OperatingMode.Advisory, "anna", false)]
    [InlineData(OperatingMode.Supervised, null, false)]
    [InlineData(OperatingMode.Supervised, "anna", true)]
    [InlineData(OperatingMode.Closed, null, true)]
    public void ApprovedMove_IsWrittenOnlyWhereTheModeAllowsIt(OperatingMode mode, string? acceptedBy, bool written)
    {
        var approved = GuardrailChain.Standard.Review(Moves.Move(), Moves.Context()).Approved!;

        var write = ModeGate.Admit(approved, mode, null, acceptedBy is null ? null : new Actor(acceptedBy, ActorRole.Operator), new WriterTurn(3, 9), Terms, Moves.Now, out string? whyNot);

        Assert.Equal(written, write is not null);
        Assert.Equal(written, whyNot is null);
        if (write is not null)
        {
            var request = write.ToRequest();
            Assert.Equal((3L, 9L, Moves.Now.AddSeconds(10)), (request.WriterEpoch, request.Sequence, request.ExpiresAt));
            Assert.Equal((60.5, 60.0, 50.0, 80.0), (request.Items[0].Value, request.Items[0].Expected, request.Items[0].Low, request.Items[0].High));
        }
    }

    [Fact]
    public void GoingDown_IsAutomaticAndLocksOutUntilAPersonReArms()
    {
        var machine = new ModeMachine(OperatingMode.Closed, OperatingMode.Closed, Moves.Now);

        Assert.True(machine.Demote(OperatingMode.Advisory, "gateway silent", Moves.Now));
        Assert.Equal((OperatingMode.Advisory, "gateway silent", "gateway silent"), (machine.State.Mode, machine.State.Cause, machine.LockedOut));
        Assert.False(machine.Demote(OperatingMode.Advisory, "again", Moves.Now));

        Assert.Null(machine.Request(new ModeRequest(OperatingMode.Closed, "anna", "checked", machine.State.Version), Moves.Now));
        Assert.Equal((OperatingMode.Closed, 3), (machine.State.Mode, machine.State.Version));
        Assert.Null(machine.LockedOut);
    }

    [Theory]
    [InlineData("", 1, OperatingMode.Closed, "name")]
    [InlineData("anna", 9, OperatingMode.Closed, "version")]
    public void GoingUp_NeedsANameAndTheVersionSeen(string by, int version, OperatingMode wanted, string why)
    {
        var machine = new ModeMachine(OperatingMode.Advisory, OperatingMode.Closed, Moves.Now);

        Assert.Contains(why, machine.Request(new ModeRequest(wanted, by, "", version), Moves.Now), StringComparison.Ordinal);
        Assert.Equal(OperatingMode.Advisory, machine.State.Mode);
    }

    [Fact]
    public void AboveTheCeiling_IsRefused()
    {
        var machine = new ModeMachine(OperatingMode.Advisory, OperatingMode.Supervised, Moves.Now);

        Assert.Contains("Supervised at most", machine.Request(new ModeRequest(OperatingMode.Closed, "anna", "", 1), Moves.Now), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OperatingMode.Advisory, OperatingMode.Supervised)]
    [InlineData(OperatingMode.Closed, OperatingMode.Closed)]
    public void WritingModeWhileItIsForbidden_IsRefusedAlsoToWhoeverIsThere(OperatingMode start, OperatingMode wanted)
    {
        var machine = new ModeMachine(start, OperatingMode.Closed, Moves.Now) { Forbidden = "no way to the plant" };

        Assert.Equal("Advisory at most: no way to the plant", machine.Request(new ModeRequest(wanted, "anna", "", 1), Moves.Now));
        Assert.Null(machine.Request(new ModeRequest(OperatingMode.Shadow, "anna", "", 1), Moves.Now));
    }

    [Fact]
    public void GoingDown_NeverChecksTheVersion()
    {
        var machine = new ModeMachine(OperatingMode.Closed, OperatingMode.Closed, Moves.Now);

        Assert.Null(machine.Request(new ModeRequest(OperatingMode.Off, "anna", "smoke", 99), Moves.Now));
        Assert.Equal(OperatingMode.Off, machine.State.Mode);
    }
}
