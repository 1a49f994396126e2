using Optimizer.Plant;
using static Optimizer.Simulation.Tests.GatewayBench;

namespace Optimizer.Simulation.Tests;

/// <summary>What becomes of a request that was taken: walking, read-back, lease, watchdog, operators.</summary>
public class GatewayLifeTests
{
    [Fact]
    public void Write_IsReceivedAcceptedApplied_ThenVerifiedAfterTheRamp()
    {
        var bench = new GatewayBench();
        var write = bench.Write(Fast(5550), Loop(4.2));

        Assert.Equal([AcknowledgementState.Received, AcknowledgementState.Accepted, AcknowledgementState.Applied], bench.Send(write).Select(a => a.State));
        Assert.Empty(bench.Wait(30));
        Assert.Equal(5525, bench.Gateway.Setpoints[0], 9);
        Assert.Equal(4.2, bench.Gateway.Setpoints[2]);
        var verified = Assert.Single(bench.Wait(30));
        Assert.Equal(AcknowledgementState.Verified, verified.State);
        Assert.Equal(("id-1", 1L, 1L, "gw"), (verified.SetpointId, verified.WriterEpoch, verified.Sequence, verified.Gateway));
        Assert.Equal(new AcknowledgedItem("fast.SP", 5550, 5550, 5550), verified.Items[0]);
    }

    [Fact]
    public void RequestedRamp_SlowerThanTheGateways_IsKept()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5550) with { RampPerMinute = 10 }));

        bench.Wait(30);

        Assert.Equal(5505, bench.Gateway.Setpoints[0], 9);
    }

    [Fact]
    public void LiveSetpoint_NeverWalksFasterThanItsRate()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5700)));
        double before = 5500;

        for (int k = 0; k < 240; k++)
        {
            bench.Wait(1);
            Assert.InRange(bench.Gateway.Setpoints[0] - before, 0, (50.0 / 60) + 1e-9);
            before = bench.Gateway.Setpoints[0];
        }
    }

    [Fact]
    public void StuckSetpoint_Deviates_AfterTwiceTheRampAndAMinute()
    {
        var bench = new GatewayBench(o => o with { Watchdog = TimeSpan.FromHours(1) });
        bench.Gateway.Stuck = true;
        var write = bench.Write(Fast(5550));
        bench.Send(write);

        Assert.DoesNotContain(bench.Wait(180, renew: write), a => a.State == AcknowledgementState.Deviated);
        var deviated = Assert.Single(bench.Wait(1), a => a.State == AcknowledgementState.Deviated);
        Assert.Equal(ReasonCode.ControllerFault, deviated.ReasonCode);
        Assert.Equal(5500, deviated.Items[0].Readback);
    }

    [Fact]
    public void NewerWrite_SupersedesOneStillWalking()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5600)));
        bench.Wait(6);

        var acks = bench.Send(bench.Write(Fast(5520, expected: 5505)));

        Assert.Equal((AcknowledgementState.Superseded, "id-1"), (acks[0].State, acks[0].SetpointId));
        Assert.Equal(AcknowledgementState.Applied, acks[^1].State);
        Assert.Equal("id-2", Assert.Single(bench.Wait(30)).SetpointId);
        Assert.Equal(5520, bench.Gateway.Setpoints[0]);
    }

    [Fact]
    public void Renewals_KeepTheLease()
    {
        var bench = new GatewayBench();
        var write = bench.Write(Loop(4.2));
        bench.Send(write);

        var acks = bench.Wait(600, renew: write);

        Assert.Equal(30, acks.Count(a => a.State == AcknowledgementState.Accepted));
        Assert.DoesNotContain(acks, a => a.State == AcknowledgementState.LeaseLost);
        Assert.True(bench.Gateway.Leased);
    }

    [Fact]
    public void Renewal_MayNotChangeAValue()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Loop(4.2)));

        Assert.Equal(ReasonCode.ExpectMismatch, bench.Send(bench.Request(RequestKind.Renew, Loop(4.3)))[0].ReasonCode);
        bench.Wait(5);
        Assert.Equal(4.2, bench.Gateway.Setpoints[2]);
    }

    [Fact]
    public void LeaseNotRenewed_IsLost_AndTheLineHoldsWhereItStands()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5690)));

        Assert.Empty(bench.Wait(60));
        var lost = Assert.Single(bench.Wait(1));
        Assert.Equal((AcknowledgementState.LeaseLost, ReasonCode.Expired), (lost.State, lost.ReasonCode));
        double held = bench.Gateway.Setpoints[0];
        Assert.InRange(held, 5550, 5551);
        Assert.Empty(bench.Wait(300));
        Assert.Equal(held, bench.Gateway.Setpoints[0]);
        Assert.False(bench.Gateway.Leased);
    }

    [Theory]
    [InlineData(false, ReasonCode.None)]
    [InlineData(true, ReasonCode.NotRemote)]
    public void AfterALostLease_AFreshWriteNeedsTheRemoteSwitch(bool local, ReasonCode expected)
    {
        var bench = new GatewayBench(o => o with { LocalAfterLeaseLoss = local });
        bench.Send(bench.Write(Loop(4.2)));
        bench.Wait(61);

        var next = bench.Send(bench.Write(Fast(5510)));

        Assert.Equal(expected, next[^1].ReasonCode);
        bench.Gateway.SetRemote(true, bench.Now);
        Assert.Equal(AcknowledgementState.Applied, bench.Send(bench.Write(Fast(5511)))[^1].State);
    }

    [Fact]
    public void Release_StopsTheRamp_AndGivesTheLeaseBack()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5600)));
        bench.Wait(12);

        var acks = bench.Send(bench.Request(RequestKind.Release, Fast(5600)));

        Assert.Equal([("id-1", AcknowledgementState.Released), ("id-2", AcknowledgementState.Released)], acks.Select(a => (a.SetpointId, a.State)));
        Assert.Empty(bench.Wait(120));
        Assert.Equal(5510, bench.Gateway.Setpoints[0], 9);
    }

    [Fact]
    public void SilentPeer_LosesItsLease_ThoughItWasNeverHeard()
    {
        var bench = new GatewayBench();
        var write = bench.Write(Loop(4.2)) with { Lease = TimeSpan.FromMinutes(30) };
        bench.Send(write);

        Assert.Single(bench.Wait(30, beats: false), a => a.State == AcknowledgementState.Verified);
        var lost = Assert.Single(bench.Wait(1, beats: false));
        Assert.Equal((AcknowledgementState.LeaseLost, ReasonCode.Watchdog), (lost.State, lost.ReasonCode));
    }

    [Fact]
    public void FrozenCounter_IsSilence()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Loop(4.2)) with { Lease = TimeSpan.FromMinutes(30) });
        bench.Wait(10);
        var states = new List<ReasonCode>();

        for (int k = 0; k < 31; k++)
        {
            bench.Gateway.Receive(new Heartbeat("opt", 10, null, bench.Now) { Epoch = 1 }, bench.Now);
            states.AddRange(bench.Wait(1, beats: false).Select(a => a.ReasonCode));
        }

        Assert.Equal([ReasonCode.Watchdog], states);
    }

    [Fact]
    public void RestartedPeer_IsHeardFromItsFirstBeat()
    {
        var bench = new GatewayBench();
        bench.Wait(100);
        bench.Gateway.Receive(new Heartbeat("opt", 1, null, bench.Now) { Epoch = 2 }, bench.Now);

        Assert.Equal(1, bench.Gateway.Beat(bench.Now).PeerN);
        bench.Gateway.Receive(new Heartbeat("opt", 101, null, bench.Now) { Epoch = 1 }, bench.Now);
        Assert.Equal(1, bench.Gateway.Beat(bench.Now).PeerN);
    }

    [Fact]
    public void Beats_CountUpAndEcho()
    {
        var bench = new GatewayBench();

        Assert.Equal((1L, null), (bench.Gateway.Beat(bench.Now).N, bench.Gateway.Beat(bench.Now).PeerN));
        bench.Wait(7);
        Assert.Equal((3L, 7L), (bench.Gateway.Beat(bench.Now) is var beat ? beat.N : 0, beat.PeerN));
    }

    [Fact]
    public void OperatorsValue_Stands_AndTheLeaseIsLost()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5600)));
        bench.Wait(6);

        var lost = Assert.Single(bench.Gateway.OperatorSet("fast.SP", 5450, bench.Now));

        Assert.Equal((AcknowledgementState.LeaseLost, ReasonCode.OperatorVeto), (lost.State, lost.ReasonCode));
        Assert.Empty(bench.Wait(120));
        Assert.Equal(5450, bench.Gateway.Setpoints[0]);
    }

    [Fact]
    public void OperatorWithoutALeaseAround_JustMovesIt()
    {
        var bench = new GatewayBench();

        Assert.Empty(bench.Gateway.OperatorSet("loop.SP", 5, bench.Now));
        bench.Wait(1);
        Assert.Equal(5, bench.Gateway.Setpoints[2]);
        Assert.Throws<ArgumentException>(() => bench.Gateway.OperatorSet("loop.SP", 13, bench.Now));
        Assert.Throws<ArgumentException>(() => bench.Gateway.OperatorSet("loop.sp", 5, bench.Now));
    }

    [Fact]
    public void SwitchToLocal_TakesTheLeaseBack()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5600)));

        Assert.Equal(ReasonCode.OperatorVeto, Assert.Single(bench.Gateway.SetRemote(false, bench.Now)).ReasonCode);
        Assert.False(bench.Gateway.Leased);
    }

    [Fact]
    public void InterlockTrip_TakesTheLeaseBack()
    {
        var bench = new GatewayBench();
        bench.Send(bench.Write(Fast(5600)));
        bench.Gateway.Interlock = true;

        var lost = Assert.Single(bench.Wait(1));

        Assert.Equal((AcknowledgementState.LeaseLost, ReasonCode.Interlock), (lost.State, lost.ReasonCode));
    }

    [Fact]
    public void RepeatedWrite_AfterItsLeaseWasLost_LearnsThat()
    {
        var bench = new GatewayBench();
        var write = bench.Write(Loop(4.2));
        bench.Send(write);
        bench.Wait(61);

        Assert.Equal(AcknowledgementState.LeaseLost, Assert.Single(bench.Send(write)).State);
    }

    [Fact]
    public void OptionsThatProtectNothing_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new GatewayBench(o => o with { Watchdog = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => new GatewayBench(o => o with { Tags = [o.Tags[0] with { Low = 9000 }] }));
        Assert.Throws<ArgumentException>(() => new GatewayBench(o => o with { Tags = [o.Tags[0] with { MaxStep = double.NaN }] }));
        Assert.Throws<ArgumentException>(() => new GatewayBench(o => o with { Tags = [o.Tags[0], o.Tags[0]] }));
    }
}
