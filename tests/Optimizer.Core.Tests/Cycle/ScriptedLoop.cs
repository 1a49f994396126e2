using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Core.Tests.Cycle;

/// <summary>The loop on a scripted line: perfect models, a gateway that answers as told.</summary>
public abstract class ScriptedLoop
{
    private readonly OperatingMode _mode;
    private long _beat;
    private Heartbeat? _ours;

    protected ScriptedLoop(OperatingMode start = OperatingMode.Closed)
    {
        _mode = start;
        Loop = NewLoop();
    }

    protected List<LineEvent> Events { get; } = [];

    protected FakeTrainer Trainer { get; } = new();

    protected LineLoop Loop { get; private set; }

    protected DateTimeOffset Now { get; private set; } = SmallLine.Start;

    protected double X { get; set; } = 4;

    protected double Y { get; set; } = 5;

    protected Func<SetpointWrite, DateTimeOffset, IReadOnlyList<Acknowledgement>>? Answer { get; set; }

    protected bool Echo { get; set; } = true;

    /// <summary>Added to what the laboratory finds.</summary>
    protected Func<DateTimeOffset, double> PurityError { get; set; } = _ => 0;

    /// <summary>How far the gateway's clock is ahead.</summary>
    protected TimeSpan GatewayClock { get; set; }

    /// <summary>False: the gateway sends no heartbeats.</summary>
    protected bool Beats { get; set; } = true;

    protected void StartAgain()
    {
        (Now, X, Y, _beat, _ours) = (SmallLine.Start, 4, 5, 0, null);
        Events.Clear();
        Loop = NewLoop();
    }

    private LineLoop NewLoop() => new(SmallLine.Definition(), Trainer, new LineStart(1, _mode, SmallLine.Start, 5, SourceClock: true));

    protected void Run(double hours, TimeSpan step)
    {
        var until = Now.AddHours(hours);
        while (Now < until)
        {
            Now += step;
            Sense();
            Hear(new Heartbeat("gw-1", ++_beat, Echo ? _ours?.N : null, Now + GatewayClock));
            Act(Loop.Advance(Now));
            _ours = Loop.Beat(Now);
        }
    }

    private void Hear(Heartbeat beat)
    {
        if (Beats)
        {
            Loop.Take(beat, Now);
        }
    }

    private void Sense()
    {
        if (Now.Second == 0)
        {
            Loop.Take(Sample.Online("x.SP", X, Now));
            Loop.Take(Sample.Online("y.SP", Y, Now));
            Loop.Take(Sample.Online("cost_meter", 10 + (Math.Pow(X - 6, 2) / 10) + (Math.Pow(Y - 3, 2) / 10), Now));
            if (Now.Minute == 0)
            {
                Loop.Take(new Sample("purity_lab", 90 + X + PurityError(Now), Now.AddMinutes(-30), Now, Now, Quality.Good));
            }
        }
    }

    protected void Act(IReadOnlyList<LineEvent> events)
    {
        foreach (var e in events)
        {
            Events.Add(e);
            if (e is SendWrite send)
            {
                foreach (var ack in (Answer ?? Obedient)(send.Write, Now))
                {
                    Act(Loop.Take(ack, Now));
                }
            }
        }
    }

    protected IReadOnlyList<Acknowledgement> Obedient(SetpointWrite write, DateTimeOffset now)
    {
        if (write.Kind != RequestKind.Write)
        {
            return [Ack(write, AcknowledgementState.Accepted)];
        }

        foreach (var item in write.Items)
        {
            (X, Y) = item.Tag == "x.SP" ? (item.Value, Y) : (X, item.Value);
        }

        return [Ack(write, AcknowledgementState.Received), Ack(write, AcknowledgementState.Accepted), Ack(write, AcknowledgementState.Verified)];
    }

    protected Acknowledgement Ack(SetpointWrite write, AcknowledgementState state, ReasonCode code = ReasonCode.None) =>
        new(write.Id, write.WriterEpoch, write.Sequence, "gw-1", state, code, null, Now, []);

    protected sealed class FakeTrainer : ISurrogateTrainer
    {
        public bool Fails { get; set; }

        public Func<int, DateTimeOffset, SurrogateSet> Makes { get; set; } = (version, _) => SmallLine.Truth(version);

        public SurrogateSet Train(IReadOnlyList<TrainingSet> sets, double[] reference, int version, DateTimeOffset at) =>
            Fails ? throw new InvalidOperationException("no luck") : Makes(version, at);
    }
}
