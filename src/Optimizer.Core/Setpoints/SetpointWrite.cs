using Optimizer.Guardrails;
using Optimizer.Plant;

namespace Optimizer.Setpoints;

/// <summary>
/// A command to a gateway: setpoints with an expiry and a lease. Only <see cref="ModeGate"/> makes one from an
/// <see cref="ApprovedMove"/>; renewals and releases derive from it and cannot change a value.
/// </summary>
public sealed class SetpointWrite
{
    private readonly SetpointRequest _request;

    internal SetpointWrite(SetpointRequest request) => _request = request;

    public string Id => _request.SetpointId;

    public RequestKind Kind => _request.Kind;

    public long WriterEpoch => _request.WriterEpoch;

    public long Sequence => _request.Sequence;

    public DateTimeOffset IssuedAt => _request.IssuedAt;

    public DateTimeOffset ExpiresAt => _request.ExpiresAt;

    public TimeSpan Lease => _request.Lease;

    public IReadOnlyList<SetpointItem> Items => _request.Items;

    /// <summary>What goes on the wire. A copy proves nothing: gateways trust no request.</summary>
    public SetpointRequest ToRequest() => _request;
}
