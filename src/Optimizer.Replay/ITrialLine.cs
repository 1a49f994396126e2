using Optimizer.Plant;

namespace Optimizer.Replay;

/// <summary>A plant with its gateway in virtual time, its samples already under the site's tag names.</summary>
public interface ITrialLine
{
    DateTimeOffset Now { get; }

    /// <summary>Moves process time; returns what became known meanwhile.</summary>
    IReadOnlyList<Sample> Step(TimeSpan dt);

    /// <summary>Hands a request to the gateway; returns its answers so far.</summary>
    IReadOnlyList<Acknowledgement> Deliver(SetpointRequest request);

    /// <summary>Answers that fell due with time.</summary>
    IReadOnlyList<Acknowledgement> Answers();

    /// <summary>The gateway's heartbeat.</summary>
    Heartbeat Beat();

    /// <summary>Our heartbeat reaches the gateway.</summary>
    void Hear(Heartbeat heartbeat);
}
