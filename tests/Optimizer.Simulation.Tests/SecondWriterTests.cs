using Optimizer.Plant;
using static Optimizer.Simulation.Tests.GatewayBench;

namespace Optimizer.Simulation.Tests;

/// <summary>Two writers on one gateway: the gateway's own limits hold against both, and no write of one undoes the other's unseen.</summary>
public class SecondWriterTests
{
    [Fact]
    public void NaiveWriter_CannotPassTheGatewaysLimits()
    {
        var bench = new GatewayBench();
        var naive = new NaiveWriter("gw");

        Assert.Equal(ReasonCode.LimitHi, Assert.Single(bench.Gateway.Receive(naive.Write("fast.SP", 9000, "A/m2", bench.Now), bench.Now)).ReasonCode);
        Assert.Equal(ReasonCode.Rate, Assert.Single(bench.Gateway.Receive(naive.Write("fast.SP", 6500, "A/m2", bench.Now), bench.Now)).ReasonCode);
        bench.Wait(60);
        Assert.Equal([5500, 88, 4], bench.Gateway.Setpoints);
    }

    [Fact]
    public void NaiveWriter_TakesTheLineOver_AndTheFirstWriterIsFencedOff()
    {
        var bench = new GatewayBench();
        var first = bench.Write(Fast(5550));
        bench.Send(first);
        bench.Wait(30);

        var acks = bench.Gateway.Receive(new NaiveWriter("gw").Write("fast.SP", 5650, "A/m2", bench.Now), bench.Now);

        // The one who was walking is told, and can no longer renew or write with its old epoch.
        Assert.Equal((first.SetpointId, AcknowledgementState.Superseded), (acks[0].SetpointId, acks[0].State));
        Assert.Equal(ReasonCode.StaleEpoch, bench.Send(bench.Request(RequestKind.Renew, Fast(5550)))[0].ReasonCode);
        Assert.Equal(ReasonCode.StaleEpoch, bench.Send(bench.Write(Fast(5500, 5650)))[0].ReasonCode);
    }

    [Fact]
    public void AfterAnotherWriter_CompareAndSetRefusesTheOldBelief()
    {
        var bench = new GatewayBench();
        bench.Gateway.Receive(new NaiveWriter("gw").Write("fast.SP", 5600, "A/m2", bench.Now), bench.Now);
        bench.Wait(180);

        // A writer of a newer life that has not noticed still expects 5500.
        var late = bench.Write(Fast(5550)) with { WriterEpoch = bench.Now.ToUnixTimeSeconds() + 1 };
        Assert.Equal(ReasonCode.ExpectMismatch, bench.Send(late)[0].ReasonCode);
        Assert.Equal(5600, bench.Gateway.Setpoints[0]);
    }

    [Fact]
    public void NaiveWriter_ThatNeverBeats_LosesItsLeaseByTheWatchdog()
    {
        var bench = new GatewayBench();
        bench.Gateway.Receive(new NaiveWriter("gw").Write("fast.SP", 5600, "A/m2", bench.Now), bench.Now);

        var acks = bench.Wait(120, beats: false);

        Assert.Contains(acks, a => a.State == AcknowledgementState.LeaseLost && a.ReasonCode == ReasonCode.Watchdog);
        Assert.False(bench.Gateway.Leased);
    }

    [Fact]
    public void DryRun_IsVerifiedAndDoesNothing()
    {
        var bench = new GatewayBench();

        var ack = Assert.Single(bench.Send(bench.Write(Fast(5550)) with { DryRun = true }));
        Assert.Equal((AcknowledgementState.Accepted, ReasonCode.DryRun), (ack.State, ack.ReasonCode));
        Assert.Null(ack.Items[0].Applied);
        Assert.Equal(ReasonCode.LimitHi, bench.Send(bench.Write(Fast(7501) with { High = 9999 }) with { DryRun = true })[0].ReasonCode);
        bench.Wait(60);
        Assert.Equal([5500, 88, 4], bench.Gateway.Setpoints);
        Assert.False(bench.Gateway.Leased);
    }

    [Theory]
    [InlineData(Windup.Hi, 5550, false)]
    [InlineData(Windup.Hi, 5450, true)]
    [InlineData(Windup.Lo, 5450, false)]
    [InlineData(Windup.Lo, 5550, true)]
    [InlineData(Windup.Both, 5550, false)]
    public void WoundUpLoop_TakesNoWriteFurtherThatWay(Windup wound, double value, bool taken)
    {
        var bench = new GatewayBench();
        bench.Gateway.WoundUp["fast.SP"] = wound;

        var ack = bench.Send(bench.Write(Fast(value)))[0];

        Assert.Equal(taken, ack.ReasonCode == ReasonCode.None);
        Assert.Equal(wound, ack.Controller!.Windup);
        Assert.True(taken || ack.ReasonCode == ReasonCode.Windup);
    }

    [Fact]
    public void Controller_SaysWhoHasTheSetpoints()
    {
        var bench = new GatewayBench();
        Assert.Equal(ControllerMode.RemoteCascade, bench.Send(bench.Write(Fast(5550)))[^1].Controller!.Mode);
        bench.Gateway.SetRemote(false, bench.Now);
        var refused = bench.Send(bench.Write(Fast(5600, 5550)))[0];
        Assert.Equal((ControllerMode.Manual, false), (refused.Controller!.Mode, refused.Controller.RemoteEnabled));
        Assert.Equal(ReasonCode.NotRemote, refused.ReasonCode);
    }
}
