using Optimizer.Plant;
using static Optimizer.Simulation.Tests.GatewayBench;

namespace Optimizer.Simulation.Tests;

/// <summary>One flaw in an otherwise good request: it is refused with that reason, and no setpoint moves.</summary>
public class RequestRefusalTests
{
    private static readonly Dictionary<string, (ReasonCode Code, Func<SetpointRequest, SetpointRequest> Flaw)> Flaws = new()
    {
        ["another gateway"] = (ReasonCode.BadSchema, r => r with { Gateway = "gw-2" }),
        ["no id"] = (ReasonCode.BadSchema, r => r with { SetpointId = "" }),
        ["epoch zero"] = (ReasonCode.BadSchema, r => r with { WriterEpoch = 0 }),
        ["sequence zero"] = (ReasonCode.BadSchema, r => r with { Sequence = 0 }),
        ["lease too short"] = (ReasonCode.BadSchema, r => r with { Lease = TimeSpan.FromSeconds(4) }),
        ["lease too long"] = (ReasonCode.BadSchema, r => r with { Lease = TimeSpan.FromHours(2) }),
        ["no items"] = (ReasonCode.BadSchema, r => r with { Items = [] }),
        ["a tag twice"] = (ReasonCode.BadSchema, r => r with { Items = [Fast(5550), Fast(5560)] }),
        ["not a number"] = (ReasonCode.BadSchema, r => r with { Items = [Fast(double.NaN)] }),
        ["infinite"] = (ReasonCode.BadSchema, r => r with { Items = [Fast(double.PositiveInfinity)] }),
        ["ramp backwards"] = (ReasonCode.BadSchema, r => r with { Items = [Fast(5550) with { RampPerMinute = -50 }] }),
        ["ramp zero"] = (ReasonCode.BadSchema, r => r with { Items = [Fast(5550) with { RampPerMinute = 0 }] }),
        ["tolerance not a number"] = (ReasonCode.BadSchema, r => r with { Items = [Fast(5550) with { ExpectedTolerance = double.NaN }] }),
        ["expired"] = (ReasonCode.Expired, r => r with { IssuedAt = Start - TimeSpan.FromSeconds(11), ExpiresAt = Start - TimeSpan.FromSeconds(1) }),
        ["issued in the future"] = (ReasonCode.Expired, r => r with { IssuedAt = Start + TimeSpan.FromSeconds(6), ExpiresAt = Start + TimeSpan.FromSeconds(16) }),
        ["expires before issue"] = (ReasonCode.Expired, r => r with { ExpiresAt = r.IssuedAt }),
        ["lives too long"] = (ReasonCode.Expired, r => r with { ExpiresAt = r.IssuedAt + TimeSpan.FromSeconds(61) }),
        ["unknown tag"] = (ReasonCode.UnknownTag, r => r with { Items = [Fast(5550), new("nowhere.SP", 1, "1", 1, 1, 0, 2, null)] }),
        ["other unit"] = (ReasonCode.UnitMismatch, r => r with { Items = [Fast(5550) with { EngineeringUnit = "A/dm2" }] }),
        ["unit in other case"] = (ReasonCode.UnitMismatch, r => r with { Items = [Fast(5550) with { EngineeringUnit = "a/m2" }] }),
        ["above the gateway's limit"] = (ReasonCode.LimitHi, r => r with { Items = [Fast(7501) with { High = 9999 }] }),
        ["below the gateway's limit"] = (ReasonCode.LimitLo, r => r with { Items = [Fast(3999) with { Low = 0 }] }),
        ["above its own limit"] = (ReasonCode.LimitHi, r => r with { Items = [Fast(5550) with { High = 5540 }] }),
        ["below its own limit"] = (ReasonCode.LimitLo, r => r with { Items = [Fast(5450) with { Low = 5460 }] }),
        ["own limit not a number"] = (ReasonCode.LimitHi, r => r with { Items = [Fast(5550) with { High = double.NaN }] }),
        ["step too large"] = (ReasonCode.Rate, r => r with { Items = [Fast(5701)] }),
        ["ramp too fast"] = (ReasonCode.Rate, r => r with { Items = [Fast(5550) with { RampPerMinute = 51 }] }),
        ["operator moved it meanwhile"] = (ReasonCode.ExpectMismatch, r => r with { Items = [Fast(5550, expected: 5480)] }),
        ["expected is not a number"] = (ReasonCode.ExpectMismatch, r => r with { Items = [Fast(5550, expected: double.NaN)] }),
        ["renewal without a lease"] = (ReasonCode.ExpectMismatch, r => r with { Kind = RequestKind.Renew }),
        ["one bad item of two"] = (ReasonCode.LimitHi, r => r with { Items = [Fast(5550), Loop(8.5)] }),
    };

    public static TheoryData<string> Names => [.. Flaws.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void FlawedRequest_IsRefusedAsAWhole(string name)
    {
        var bench = new GatewayBench();
        var (code, flaw) = Flaws[name];

        var ack = Assert.Single(bench.Send(flaw(bench.Write(Fast(5550)))));

        Assert.Equal(code, ack.ReasonCode);
        Assert.Equal(code == ReasonCode.Expired ? AcknowledgementState.Expired : AcknowledgementState.Rejected, ack.State);
        Assert.NotNull(ack.Reason);
        Assert.All(ack.Items, i => Assert.Null(i.Applied));
        bench.Wait(120);
        Assert.Equal([5500, 88, 4], bench.Gateway.Setpoints);
        Assert.False(bench.Gateway.Leased);
    }

    [Fact]
    public void FlawlessRequest_IsTaken()
    {
        var bench = new GatewayBench();

        Assert.Equal(AcknowledgementState.Applied, bench.Send(bench.Write(Fast(5550), Loop(4.2)))[^1].State);
    }

    [Fact]
    public void Local_RefusesWrites_ButNotARelease()
    {
        var bench = new GatewayBench();
        bench.Gateway.SetRemote(false, bench.Now);

        Assert.Equal(ReasonCode.NotRemote, bench.Send(bench.Write(Fast(5550)))[0].ReasonCode);
        Assert.Equal(AcknowledgementState.Released, bench.Send(bench.Request(RequestKind.Release, Fast(5550)))[0].State);
    }

    [Fact]
    public void Interlock_RefusesWrites_ButNotARelease()
    {
        var bench = new GatewayBench();
        bench.Gateway.Interlock = true;

        Assert.Equal(ReasonCode.Interlock, bench.Send(bench.Write(Fast(5550)))[0].ReasonCode);
        Assert.Equal(AcknowledgementState.Released, bench.Send(bench.Request(RequestKind.Release, Fast(5550)))[0].State);
    }

    [Fact]
    public void OlderEpoch_IsFencedOff_EvenWhenTheNewerOneWasRefused()
    {
        var bench = new GatewayBench();
        var old = bench.Write(Fast(5550));
        var newer = bench.Write(Fast(9999) with { High = 9999 }) with { WriterEpoch = 2 };

        Assert.Equal(ReasonCode.LimitHi, bench.Send(newer)[0].ReasonCode);
        Assert.Equal(ReasonCode.StaleEpoch, bench.Send(old)[0].ReasonCode);
    }

    [Fact]
    public void NewEpoch_CountsFromOneAgain()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5510)) with { Sequence = 900 });

        var ack = bench.Send(bench.Write(Loop(4.1)) with { WriterEpoch = 2, Sequence = 1 });

        Assert.Equal(AcknowledgementState.Applied, ack[^1].State);
    }

    [Fact]
    public void NewEpochRefusedAtFirst_StillCountsFromOne()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5510)) with { Sequence = 900 });
        bench.Send(bench.Write(Loop(9)) with { WriterEpoch = 2, Sequence = 1 });

        Assert.Equal(AcknowledgementState.Applied, bench.Send(bench.Write(Loop(4.1)) with { WriterEpoch = 2, Sequence = 2 })[^1].State);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public void SequenceNotAboveTheLastTaken_IsOld(long sequence)
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Loop(4.1)) with { Sequence = 5 });

        Assert.Equal(ReasonCode.OldSeq, bench.Send(bench.Write(Loop(4.1)) with { Sequence = sequence })[0].ReasonCode);
    }

    [Fact]
    public void SameRequestAgain_GetsTheStoredAnswer_AndChangesNothing()
    {
        var bench = new GatewayBench();
        var write = bench.Write(Fast(5550));
        bench.Send(write);
        bench.Wait(90, renew: write);

        var again = Assert.Single(bench.Send(write with { Items = [.. write.Items] }));

        Assert.Equal(AcknowledgementState.Verified, again.State);
        Assert.Equal(5550, bench.Gateway.Setpoints[0]);
    }

    [Fact]
    public void RefusedRequestAgain_IsStillRefused_ThoughTheReasonIsGone()
    {
        var bench = new GatewayBench();
        var write = bench.Write(Fast(5550));
        bench.Gateway.Interlock = true;
        bench.Send(write);
        bench.Gateway.Interlock = false;

        Assert.Equal(ReasonCode.Interlock, bench.Send(write)[0].ReasonCode);
    }

    [Fact]
    public void SameIdWithOtherContent_IsADuplicate()
    {
        var bench = new GatewayBench();
        var write = bench.Write(Fast(5550));
        bench.Send(write);

        SetpointRequest[] forged = [write with { Items = [Fast(5560)] }, write with { Sequence = 9 }, write with { Lease = TimeSpan.FromHours(1) }, write with { Kind = RequestKind.Release }];

        Assert.All(forged, f => Assert.Equal(ReasonCode.Duplicate, Assert.Single(bench.Send(f)).ReasonCode));
        Assert.Equal(AcknowledgementState.Applied, bench.Send(write)[0].State);
    }
}
