using Optimizer.Guardrails;
using Optimizer.Plant;

namespace Optimizer.Setpoints;

/// <param name="Expiry">Life of a command on the wire. Default 10 s.</param>
/// <param name="Lease">Time the setpoints hold without renewal. Default 60 s, range 5 s to 1 h.</param>
public sealed record WriteTerms(string Gateway, TimeSpan Expiry, TimeSpan Lease);

/// <summary>Who writes: the fencing token of this process life and the next sequence number in it.</summary>
public readonly record struct WriterTurn(long Epoch, long Sequence);

/// <summary>The only place where an <see cref="ApprovedMove"/> becomes a <see cref="SetpointWrite"/>.</summary>
public static class ModeGate
{
    /// <param name="recommendationId">The recommendation it comes from; null: none was made.</param>
    /// <param name="acceptedBy">Operator who accepted the recommendation; null: nobody did.</param>
    /// <param name="whyNot">Why nothing is written; null when the result is a write.</param>
    public static SetpointWrite? Admit(
        ApprovedMove approved, OperatingMode mode, string? recommendationId, Actor? acceptedBy, WriterTurn turn, WriteTerms terms, DateTimeOffset now, out string? whyNot)
    {
        whyNot = mode switch
        {
            OperatingMode.Closed => null,
            OperatingMode.Supervised when acceptedBy is not null => null,
            OperatingMode.Supervised => "supervised: waits for an operator to accept",
            _ => $"{mode.ToString().ToLowerInvariant()}: nothing is written",
        };
        if (whyNot is not null)
        {
            return null;
        }

        return new SetpointWrite(new SetpointRequest(
            SetpointIds.Create(now, turn.Epoch, turn.Sequence, "write"), RequestKind.Write, turn.Epoch, turn.Sequence, terms.Gateway,
            now, now + terms.Expiry, terms.Lease, [.. approved.Move.Items.Select(Item)])
        {
            RecommendationId = recommendationId,
            Mode = mode,
            ApprovedBy = acceptedBy,
        });
    }

    /// <summary>Keeps the lease of a verified write alive; carries the same values.</summary>
    internal static SetpointWrite Renew(SetpointWrite write, WriterTurn turn, WriteTerms terms, DateTimeOffset now) =>
        Derive(write, RequestKind.Renew, turn, terms, now);

    /// <summary>Gives the lease back; the controller holds its setpoints and returns to local.</summary>
    internal static SetpointWrite Release(SetpointWrite write, WriterTurn turn, WriteTerms terms, DateTimeOffset now) =>
        Derive(write, RequestKind.Release, turn, terms, now);

    private static SetpointWrite Derive(SetpointWrite write, RequestKind kind, WriterTurn turn, WriteTerms terms, DateTimeOffset now) => new(write.ToRequest() with
    {
        SetpointId = SetpointIds.Create(now, turn.Epoch, turn.Sequence, kind.ToString()),
        Kind = kind,
        WriterEpoch = turn.Epoch,
        Sequence = turn.Sequence,
        IssuedAt = now,
        ExpiresAt = now + terms.Expiry,
        Lease = terms.Lease,
    });

    private static SetpointItem Item(MoveItem item) => new(
        item.Variable.SetpointTag, item.To, item.Variable.EngineeringUnit, item.From, item.Variable.Tolerance,
        item.Variable.OperatorLow, item.Variable.OperatorHigh, item.Variable.RampPerMinute)
    {
        Readback = new SetpointReadback(item.Variable.SetpointTag, item.Variable.Tolerance, TimeSpan.FromSeconds(Math.Ceiling(VerifyTimeout(item).TotalSeconds))),
    };

    private static TimeSpan VerifyTimeout(MoveItem item) => WriteLedger.VerifyTimeout(item.Change, item.Variable.RampPerMinute);
}
