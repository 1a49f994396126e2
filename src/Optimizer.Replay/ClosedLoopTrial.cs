using Optimizer.Cycle;

namespace Optimizer.Replay;

/// <summary>Runs a <see cref="LineLoop"/> against a plant in virtual time: no network, no clock, the same decision code as live.</summary>
public sealed class ClosedLoopTrial(LineLoop loop, ITrialLine line, TimeSpan step)
{
    /// <summary>Everything the loop did, as it happens.</summary>
    public event Action<LineEvent>? Happened;

    /// <summary>Runs until process time reaches <paramref name="until"/>; <paramref name="every"/> is called once per hour of it.</summary>
    public void Run(DateTimeOffset until, Action<DateTimeOffset>? every, CancellationToken cancel)
    {
        var nextHour = line.Now + TimeSpan.FromHours(1);
        while (line.Now < until)
        {
            cancel.ThrowIfCancellationRequested();
            Step();
            if (line.Now >= nextHour)
            {
                nextHour += TimeSpan.FromHours(1);
                every?.Invoke(line.Now);
            }
        }
    }

    private void Step()
    {
        foreach (var sample in line.Step(step))
        {
            loop.Take(sample);
        }

        var now = line.Now;
        foreach (var ack in line.Answers())
        {
            Handle(loop.Take(ack, now), now);
        }

        loop.Take(line.Beat(), now);
        Handle(loop.Advance(now), now);
        line.Hear(loop.Beat(now));
    }

    private void Handle(IReadOnlyList<LineEvent> events, DateTimeOffset now)
    {
        foreach (var e in events)
        {
            Happened?.Invoke(e);
            if (e is SendWrite send)
            {
                foreach (var ack in line.Deliver(send.Write.ToRequest()))
                {
                    Handle(loop.Take(ack, now), now);
                }
            }
        }
    }
}
