using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Core.Tests.Cycle;

/// <summary>The loop on a scripted line: perfect models, a gateway that answers as told.</summary>
public class LineLoopTests
{
    private readonly List<LineEvent> _events = [];
    private readonly FakeTrainer _trainer = new();
    private LineLoop _loop;
    private DateTimeOffset _now = SmallLine.Start;
    private long _beat;
    private double _x = 4, _y = 5;

    public LineLoopTests() => _loop = NewLoop();

    [Fact]
    public void Training_StartsWithEnoughResultsAndIsAdoptedTenMinutesLater()
    {
        Run(hours: 8, TimeSpan.FromMinutes(1));

        var started = _events.OfType<TrainingStarted>().First();
        var adopted = _events.OfType<SurrogatesAdopted>().First();
        // Five purity results, one an hour from 01:00 on, and five whole hours of the cost meter: at 05:00.
        Assert.Equal(SmallLine.Start.AddHours(5), started.At);
        Assert.Equal(started.At.AddMinutes(10), adopted.At);
        Assert.All(_events.OfType<DecisionMade>().Where(d => d.At < adopted.At), d => Assert.Contains("no model yet", d.Outcome.Sentence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(300)]
    public void Decisions_FallOnTheHourWhateverTheStep(int stepSeconds)
    {
        Run(hours: 8, TimeSpan.FromSeconds(stepSeconds));

        var decisions = _events.OfType<DecisionMade>().Skip(1).ToList();
        Assert.Equal(Enumerable.Range(1, 8).Select(h => SmallLine.Start.AddHours(h)), decisions.Select(d => d.At));
        Assert.Equal(("x 4 -> 4.2 t/h, y 5 -> 4.8 t/h", 2), (decisions[5].Outcome.Sentence.Split(':')[0], decisions[5].Outcome.Move!.Items.Count));
    }

    [Fact]
    public void FailedTraining_KeepsTheModelsInForce()
    {
        Run(hours: 6, TimeSpan.FromMinutes(1));
        var set = _loop.Surrogates;
        _trainer.Fails = true;
        Run(hours: 7, TimeSpan.FromMinutes(1));

        Assert.Equal("no luck", _events.OfType<TrainingFailed>().First().Reason);
        Assert.Same(set, _loop.Surrogates);
    }

    [Fact]
    public void VerifiedWrites_WalkToTheOptimumAndStop()
    {
        Run(hours: 48, TimeSpan.FromMinutes(1));

        Assert.True(_loop.Ledger.Written >= 8, $"{_loop.Ledger.Written} writes");
        Assert.Equal(_loop.Ledger.Written, _loop.Ledger.Count(WriteFate.Verified));
        Assert.InRange(_x, 5.8, 6.2);
        Assert.InRange(_y, 2.8, 3.2);
        Assert.Equal(DecisionKind.Held, _loop.LastOutcome!.Kind);
    }

    [Fact]
    public void ThreeRejectionsInARow_ShedUntilAPersonReArms()
    {
        Answer = (write, _) => [Ack(write, AcknowledgementState.Rejected, ReasonCode.LimitHi)];
        Run(hours: 14, TimeSpan.FromMinutes(1));

        Assert.Equal(3, _loop.Ledger.Count(WriteFate.Rejected));
        Assert.Equal(OperatingMode.Advisory, _loop.Mode.Mode);
        Assert.StartsWith("3 writes in a row rejected", _loop.Mode.Cause, StringComparison.Ordinal);
        Assert.Contains("suspended until somebody re-arms", _loop.LastOutcome!.Sentence, StringComparison.Ordinal);

        Answer = Obedient;
        _events.AddRange(_loop.Request(new ModeRequest(OperatingMode.Closed, "anna", "limits mended", _loop.Mode.Version), _now, out string? refusal));
        Assert.Null(refusal);
        Run(hours: 3, TimeSpan.FromMinutes(1));
        Assert.True(_loop.Ledger.Count(WriteFate.Verified) > 0, _loop.LastOutcome?.Sentence);
    }

    [Fact]
    public void SilentGateway_ShedsAtTheWriteThatGetsNoAnswer()
    {
        Answer = (_, _) => [];
        Run(hours: 7, TimeSpan.FromSeconds(1));

        Assert.Equal(1, _loop.Ledger.Count(WriteFate.TimedOut));
        Assert.Equal(3, _events.OfType<SendWrite>().Count(s => s.Write.Kind == RequestKind.Write));
        Assert.Contains("no answer to 3 attempts", _loop.Mode.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void LeaseTakenBackByAnOperator_ShedsWithTheReason()
    {
        Run(hours: 6.2, TimeSpan.FromMinutes(1));
        var write = _events.OfType<SendWrite>().First(s => s.Write.Kind == RequestKind.Write).Write;

        _events.AddRange(_loop.Take(Ack(write, AcknowledgementState.LeaseLost, ReasonCode.OperatorVeto), _now));

        Assert.Equal(OperatingMode.Advisory, _loop.Mode.Mode);
        Assert.Contains("OperatorVeto", _loop.Mode.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void LosingTheMode_GivesTheLeaseBack()
    {
        Run(hours: 6.2, TimeSpan.FromMinutes(1));
        _events.Clear();

        _events.AddRange(_loop.Request(new ModeRequest(OperatingMode.Advisory, "anna", "", 0), _now, out _));

        Assert.Equal(RequestKind.Release, Assert.Single(_events.OfType<SendWrite>()).Write.Kind);
    }

    [Fact]
    public void WritingForbidden_GivesTheLeaseBackAndStaysForbiddenWhoeverAsks()
    {
        Run(hours: 6.2, TimeSpan.FromMinutes(1));
        int written = _loop.Ledger.Written;
        _events.Clear();

        _events.AddRange(_loop.ForbidWriting("the broker speaks MQTT 3.1.1", _now));

        Assert.Equal(RequestKind.Release, Assert.Single(_events.OfType<SendWrite>()).Write.Kind);
        Assert.Equal((OperatingMode.Advisory, "the broker speaks MQTT 3.1.1"), (_loop.Mode.Mode, _loop.Mode.Cause));
        _loop.Request(new ModeRequest(OperatingMode.Closed, "anna", "", _loop.Mode.Version), _now, out string? refusal);
        Assert.Equal("Advisory at most: the broker speaks MQTT 3.1.1", refusal);
        Run(hours: 3, TimeSpan.FromMinutes(1));
        Assert.Equal(written, _loop.Ledger.Written);

        // Allowed again is not raised again.
        Assert.Empty(_loop.ForbidWriting(null, _now));
        Assert.Equal(OperatingMode.Advisory, _loop.Mode.Mode);
        _events.AddRange(_loop.Request(new ModeRequest(OperatingMode.Closed, "anna", "broker replaced", _loop.Mode.Version), _now, out refusal));
        Assert.Null(refusal);
        Run(hours: 3, TimeSpan.FromMinutes(1));
        Assert.True(_loop.Ledger.Written > written, _loop.LastOutcome?.Sentence);
    }

    [Fact]
    public void WithoutHeartbeatEcho_NothingIsWritten()
    {
        Echo = false;
        Run(hours: 8, TimeSpan.FromMinutes(1));

        Assert.Equal(0, _loop.Ledger.Written);
        Assert.Contains("does not echo our heartbeat", _loop.LastOutcome!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoRunsOfTheSameScript_DecideAlike()
    {
        Run(hours: 24, TimeSpan.FromMinutes(1));
        string[] first = [.. _events.OfType<DecisionMade>().Select(d => d.Outcome.Sentence)];
        (_now, _x, _y, _beat) = (SmallLine.Start, 4, 5, 0);
        _events.Clear();
        _loop = NewLoop();
        Run(hours: 24, TimeSpan.FromMinutes(1));

        Assert.Equal(first, _events.OfType<DecisionMade>().Select(d => d.Outcome.Sentence));
    }

    private Func<SetpointWrite, DateTimeOffset, IReadOnlyList<Acknowledgement>>? Answer { get; set; }

    private bool Echo { get; set; } = true;

    private LineLoop NewLoop() => new(SmallLine.Definition(), _trainer, new LineStart(1, OperatingMode.Closed, SmallLine.Start, 5, SourceClock: true));

    private void Run(double hours, TimeSpan step)
    {
        var until = _now.AddHours(hours);
        Heartbeat? ours = null;
        while (_now < until)
        {
            _now += step;
            Sense();
            _loop.Take(new Heartbeat("gw-1", ++_beat, Echo ? ours?.N : null, _now), _now);
            Act(_loop.Advance(_now));
            ours = _loop.Beat(_now);
        }
    }

    private void Sense()
    {
        if (_now.Second == 0)
        {
            _loop.Take(Sample.Online("x.SP", _x, _now));
            _loop.Take(Sample.Online("y.SP", _y, _now));
            _loop.Take(Sample.Online("cost_meter", 10 + (Math.Pow(_x - 6, 2) / 10) + (Math.Pow(_y - 3, 2) / 10), _now));
            if (_now.Minute == 0)
            {
                _loop.Take(new Sample("purity_lab", 90 + _x, _now.AddMinutes(-30), _now, _now, Quality.Good));
            }
        }
    }

    private void Act(IReadOnlyList<LineEvent> events)
    {
        foreach (var e in events)
        {
            _events.Add(e);
            if (e is SendWrite send)
            {
                foreach (var ack in (Answer ?? Obedient)(send.Write, _now))
                {
                    Act(_loop.Take(ack, _now));
                }
            }
        }
    }

    private IReadOnlyList<Acknowledgement> Obedient(SetpointWrite write, DateTimeOffset now)
    {
        if (write.Kind != RequestKind.Write)
        {
            return [Ack(write, AcknowledgementState.Accepted)];
        }

        foreach (var item in write.Items)
        {
            (_x, _y) = item.Tag == "x.SP" ? (item.Value, _y) : (_x, item.Value);
        }

        return [Ack(write, AcknowledgementState.Received), Ack(write, AcknowledgementState.Accepted), Ack(write, AcknowledgementState.Verified)];
    }

    private Acknowledgement Ack(SetpointWrite write, AcknowledgementState state, ReasonCode code = ReasonCode.None) =>
        new(write.Id, write.WriterEpoch, write.Sequence, "gw-1", state, code, null, _now, []);

    private sealed class FakeTrainer : ISurrogateTrainer
    {
        public bool Fails { get; set; }

        public SurrogateSet Train(IReadOnlyList<TrainingSet> sets, double[] reference, int version, DateTimeOffset at) =>
            Fails ? throw new InvalidOperationException("no luck") : SmallLine.Truth(version);
    }
}
