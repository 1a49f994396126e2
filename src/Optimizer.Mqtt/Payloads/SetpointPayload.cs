using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary><c>sp/set/{gateway}</c>: strict, because a command that is half understood is not understood.</summary>
public static class SetpointPayload
{
    private const int MostWrites = 64;

    public static byte[] Encode(SetpointRequest request) => PayloadForm.Encode(new Body(
        request.SetpointId, request.Kind, request.WriterEpoch, request.Sequence, request.Gateway, request.IssuedAt, request.ExpiresAt, (int)request.Lease.TotalSeconds, true,
        [.. request.Items.Select(i => new WriteBody(i.Tag, i.Value, i.EngineeringUnit, new ExpectBody(i.Expected, i.ExpectedTolerance), new LimitsBody(i.Low, i.High), i.RampPerMinute)
        {
            Readback = i.Readback is { } r ? new ReadbackBody(r.Tag, r.Tolerance, (int)r.Timeout.TotalSeconds) : null,
        })])
    {
        RecommendationId = request.RecommendationId,
        Mode = request.Mode,
        DryRun = request.DryRun ? true : null,
        ApprovedBy = request.ApprovedBy,
    });

    public static Decoded<SetpointRequest> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<Body>(payload, PayloadForm.LargestCommand).Then(Check);

    private static Decoded<SetpointRequest> Check(Body b)
    {
        string? wrong =
            !PayloadForm.IsId(b.SetpointId) ? $"$.setpoint_id \"{Short(b.SetpointId)}\", expected a version 7 UUID"
            : b.RecommendationId is { } id && !PayloadForm.IsId(id) ? $"$.recommendation_id \"{Short(id)}\", expected a version 7 UUID"
            : b.WriterEpoch < 1 ? $"$.writer_epoch {b.WriterEpoch}, expected 1 or more"
            : b.Seq < 1 ? $"$.seq {b.Seq}, expected 1 or more"
            : !TopicTree.IsIdentifier(b.Gateway) ? $"$.gateway \"{Short(b.Gateway)}\", expected an identifier"
            : b.LeaseS is < 5 or > 3600 ? $"$.lease_s {b.LeaseS}, expected 5 to 3600"
            : !b.Atomic ? "$.atomic false, expected true: a move set is taken whole or not at all"
            : b.Writes.Length is 0 or > MostWrites ? $"$.writes of {b.Writes.Length}, expected 1 to {MostWrites}"
            : b.Writes.Any(w => w is null) ? "$.writes has an item that is null"
            : b.ApprovedBy is { } by && PayloadForm.CheckActor(by, "$.approved_by") is { } unknown ? unknown
            : b.Writes.Select(w => w.Tag).Distinct(StringComparer.Ordinal).Count() != b.Writes.Length ? "$.writes names a tag twice"
            : b.Writes.Select(CheckWrite).FirstOrDefault(w => w is not null);
        return wrong is not null ? Decoded<SetpointRequest>.Wrong(wrong) : Decoded<SetpointRequest>.Right(new SetpointRequest(
            b.SetpointId, b.Kind, b.WriterEpoch, b.Seq, b.Gateway, b.IssuedAt, b.ExpiresAt, TimeSpan.FromSeconds(b.LeaseS),
            [.. b.Writes.Select(w => new SetpointItem(w.Tag, w.Value, w.Unit, w.Expect.Value, w.Expect.Tol, w.Limits.Lo, w.Limits.Hi, w.RampPerMin)
            {
                Readback = w.Readback is { } r ? new SetpointReadback(r.Tag, r.Tol, TimeSpan.FromSeconds(r.TimeoutS)) : null,
            })])
        {
            RecommendationId = b.RecommendationId,
            Mode = b.Mode,
            DryRun = b.DryRun ?? false,
            ApprovedBy = b.ApprovedBy,
        });
    }

    private static string? CheckWrite(WriteBody w, int i) =>
        !TopicTree.IsIdentifier(w.Tag) ? $"$.writes[{i}].tag \"{Short(w.Tag)}\", expected an identifier"
        : !double.IsFinite(w.Value) ? $"$.writes[{i}].value is not finite"
        : !double.IsFinite(w.Expect.Value) || !(w.Expect.Tol >= 0) ? $"$.writes[{i}].expect, expected a finite value and a tolerance of 0 or more"
        : !(w.Limits.Lo <= w.Limits.Hi) ? $"$.writes[{i}].limits, expected lo not above hi"
        : w.RampPerMin is { } ramp && !(ramp > 0) ? $"$.writes[{i}].ramp_per_min, expected above 0"
        : w.Readback is { } r && !(TopicTree.IsIdentifier(r.Tag) && r.Tol >= 0 && r.TimeoutS >= 1) ? $"$.writes[{i}].readback, expected a tag, a tolerance of 0 or more and a timeout of 1 s or more"
        : null;

    private static string Short(string text) => PayloadForm.Short(text);

    private sealed record Body(
        string SetpointId, RequestKind Kind, long WriterEpoch, long Seq, string Gateway, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, int LeaseS, bool Atomic, WriteBody[] Writes)
    {
        public string? RecommendationId { get; init; }

        public OperatingMode? Mode { get; init; }

        public bool? DryRun { get; init; }

        public Actor? ApprovedBy { get; init; }
    }

    private sealed record WriteBody(string Tag, double Value, string Unit, ExpectBody Expect, LimitsBody Limits, double? RampPerMin = null)
    {
        public ReadbackBody? Readback { get; init; }
    }

    private sealed record ReadbackBody(string Tag, double Tol, int TimeoutS);

    private sealed record ExpectBody(double Value, double Tol);

    private sealed record LimitsBody(double Lo, double Hi);
}
