using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>
/// The controller's side of the setpoint contract: verifies requests, walks setpoints, keeps the lease, sheds.
/// It knows no MQTT; time is process time and comes in with every call.
/// </summary>
public interface IGateway
{
    string Name { get; }

    /// <summary>Live setpoints, in the order of <see cref="IPlant.SetpointTags"/>.</summary>
    IReadOnlyList<double> Setpoints { get; }

    /// <summary>Verifies and perhaps takes a request; returns the acknowledgements it causes now.</summary>
    IReadOnlyList<Acknowledgement> Receive(SetpointRequest request, DateTimeOffset now);

    /// <summary>Passes time: ramps, read-back, lease, watchdog. Returns acknowledgements that fell due.</summary>
    IReadOnlyList<Acknowledgement> Advance(DateTimeOffset now);

    /// <summary>The optimizer's beat: proves it alive and echoes our counter.</summary>
    void Receive(Heartbeat heartbeat, DateTimeOffset now);

    /// <summary>An operator moves a setpoint by hand: theirs stands, and a lease is lost.</summary>
    /// <exception cref="ArgumentException">The gateway has no such tag, or the value is outside its limits.</exception>
    IReadOnlyList<Acknowledgement> OperatorSet(string tag, double value, DateTimeOffset now);

    /// <summary>The operator's local/remote switch; to local takes a lease back.</summary>
    IReadOnlyList<Acknowledgement> SetRemote(bool remote, DateTimeOffset now);

    /// <summary>Operators run the line by hand: live setpoints are where they put them.</summary>
    void TakeOver(ReadOnlySpan<double> setpoints);

    /// <summary>The next beat to send.</summary>
    Heartbeat Beat(DateTimeOffset now);
}
