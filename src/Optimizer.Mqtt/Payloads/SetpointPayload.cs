using System.Text.RegularExpressions;
using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary><c>sp/set/{gateway}</c>: strict, because a command that is half understood is not understood.</summary>
public static partial class SetpointPayload
{
    private const int MostWrites = 64;

    public static byte[] Encode(SetpointRequest request) => PayloadForm.Encode(new Body(
        request.SetpointId, request.Kind, request.WriterEpoch, request.Sequence, request.Gateway, request.IssuedAt, request.ExpiresAt, (int)request.Lease.TotalSeconds, true,
        [.. request.Items.Select(i => new WriteBody(i.Tag, i.Value, i.EngineeringUnit, new ExpectBody(i.Expected, i.ExpectedTolerance), new LimitsBody(i.Low, i.High), i.RampPerMinute))])
    {
        RecommendationId = request.RecommendationId,
        Mode = request.Mode,
        DryRun = request.DryRun ? true : null,
    });

    public static Decoded<SetpointRequest> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<Body>(payload, PayloadForm.LargestCommand).Then(Check);

    private static Decoded<SetpointRequest> Check(Body b)
    {
        string? wrong =
            !UuidVersion7().IsMatch(b.SetpointId) ? $"$.setpoint_id \"{Short(b.SetpointId)}\", expected a version 7 UUID"
            : b.WriterEpoch < 1 ? $"$.writer_epoch {b.WriterEpoch}, expected 1 or more"
            : b.Seq < 1 ? $"$.seq {b.Seq}, expected 1 or more"
            : !TopicTree.IsIdentifier(b.Gateway) ? $"$.gateway \"{Short(b.Gateway)}\", expected an identifier"
            : b.LeaseS is < 5 or > 3600 ? $"$.lease_s {b.LeaseS}, expected 5 to 3600"
            : !b.Atomic ? "$.atomic false, expected true: a move set is taken whole or not at all"
            : b.Writes.Length is 0 or > MostWrites ? $"$.writes of {b.Writes.Length}, expected 1 to {MostWrites}"
            : b.Writes.Select(w => w.Tag).Distinct(StringComparer.Ordinal).Count() != b.Writes.Length ? "$.writes names a tag twice"
            : b.Writes.Select(CheckWrite).FirstOrDefault(w => w is not null);
        return wrong is not null ? Decoded<SetpointRequest>.Wrong(wrong) : Decoded<SetpointRequest>.Right(new SetpointRequest(
            b.SetpointId, b.Kind, b.WriterEpoch, b.Seq, b.Gateway, b.IssuedAt, b.ExpiresAt, TimeSpan.FromSeconds(b.LeaseS),
            [.. b.Writes.Select(w => new SetpointItem(w.Tag, w.Value, w.Unit, w.Expect.Value, w.Expect.Tol, w.Limits.Lo, w.Limits.Hi, w.RampPerMin))])
        {
            RecommendationId = b.RecommendationId,
            Mode = b.Mode,
            DryRun = b.DryRun ?? false,
        });
    }

    private static string? CheckWrite(WriteBody w, int i) =>
        !TopicTree.IsIdentifier(w.Tag) ? $"$.writes[{i}].tag \"{Short(w.Tag)}\", expected an identifier"
        : !double.IsFinite(w.Value) ? $"$.writes[{i}].value is not finite"
        : !double.IsFinite(w.Expect.Value) || !(w.Expect.Tol >= 0) ? $"$.writes[{i}].expect, expected a finite value and a tolerance of 0 or more"
        : !(w.Limits.Lo <= w.Limits.Hi) ? $"$.writes[{i}].limits, expected lo not above hi"
        : w.RampPerMin is { } ramp && !(ramp > 0) ? $"$.writes[{i}].ramp_per_min, expected above 0"
        : null;

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    [GeneratedRegex(@"\A[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z")]
    private static partial Regex UuidVersion7();

    private sealed record Body(
        string SetpointId, RequestKind Kind, long WriterEpoch, long Seq, string Gateway, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, int LeaseS, bool Atomic, WriteBody[] Writes)
    {
        public string? RecommendationId { get; init; }

        public OperatingMode? Mode { get; init; }

        public bool? DryRun { get; init; }

        public ActorBody? ApprovedBy { get; init; }
    }

    private sealed record WriteBody(string Tag, double Value, string Unit, ExpectBody Expect, LimitsBody Limits, double? RampPerMin = null);

    private sealed record ExpectBody(double Value, double Tol);

    private sealed record LimitsBody(double Lo, double Hi);
}

internal sealed record ActorBody(string User, ActorRole Role, string? Client = null);

internal enum ActorRole
{
    Viewer,
    Operator,
    Engineer,
    Admin,
    System,
}
