using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary><c>sp/ack/{gateway}</c>.</summary>
public static class AcknowledgementPayload
{
    private const int LongestReason = 300;
    private const int MostWrites = 64;

    public static byte[] Encode(Acknowledgement ack) => PayloadForm.Encode(new Body(ack.SetpointId, ack.WriterEpoch, ack.Sequence, ack.Gateway, ack.State, ack.At)
    {
        ReasonCode = ack.ReasonCode == ReasonCode.None ? null : ack.ReasonCode,
        Reason = PayloadForm.Cut(ack.Reason, LongestReason),
        Controller = ack.Controller is { } c ? new ControllerBody { Mode = c.Mode, RemoteEnabled = c.RemoteEnabled, Interlock = c.Interlock, Windup = c.Windup } : null,
        Writes = [.. ack.Items.Select(i => new ItemBody(i.Tag)
        {
            Requested = PayloadForm.Finite(i.Requested),
            Applied = PayloadForm.Finite(i.Applied),
            Readback = PayloadForm.Finite(i.Readback),
        })],
    });

    public static Decoded<Acknowledgement> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<Body>(payload, PayloadForm.LargestCommand).Then(b =>
        Wrong(b) is { } wrong ? Decoded<Acknowledgement>.Wrong(wrong) : Decoded<Acknowledgement>.Right(new Acknowledgement(
            b.SetpointId, b.WriterEpoch, b.Seq, b.Gateway, b.State, b.ReasonCode ?? ReasonCode.None, b.Reason, b.At,
            [.. (b.Writes ?? []).Select(i => new AcknowledgedItem(i.Tag, i.Requested, i.Applied, i.Readback))])
        {
            Controller = b.Controller is { } c ? new ControllerState(c.Mode ?? ControllerMode.Unknown, c.RemoteEnabled ?? false, c.Interlock ?? false, c.Windup ?? Windup.None) : null,
        }));

    private static string? Wrong(Body b) =>
        !PayloadForm.IsId(b.SetpointId) ? $"$.setpoint_id \"{PayloadForm.Short(b.SetpointId)}\", expected a version 7 UUID"
        : !TopicTree.IsIdentifier(b.Gateway) ? $"$.gateway \"{PayloadForm.Short(b.Gateway)}\", expected an identifier"
        : b.ReasonCode == ReasonCode.None ? "$.reason_code \"none\", expected a reason or no such key"
        : b.Reason is { Length: > LongestReason } ? $"$.reason of {b.Reason.Length} characters, at most {LongestReason}"
        : b.Writes is { Length: > MostWrites } ? $"$.writes of {b.Writes.Length}, at most {MostWrites}"
        : b.Writes?.Any(w => w is null || !TopicTree.IsIdentifier(w.Tag)) == true ? "$.writes has an item without a tag that is an identifier"
        : null;

    private sealed record Body(string SetpointId, long WriterEpoch, long Seq, string Gateway, AcknowledgementState State, DateTimeOffset At)
    {
        public ReasonCode? ReasonCode { get; init; }

        public string? Reason { get; init; }

        public ItemBody[]? Writes { get; init; }

        public ControllerBody? Controller { get; init; }
    }

    private sealed record ItemBody(string Tag)
    {
        public double? Requested { get; init; }

        public double? Applied { get; init; }

        public double? Readback { get; init; }

        public ItemQuality? Quality { get; init; }

        public ReasonCode? ReasonCode { get; init; }
    }

    private enum ItemQuality
    {
        Good,
        Uncertain,
        Bad,
    }

    private sealed record ControllerBody
    {
        public ControllerMode? Mode { get; init; }

        public bool? RemoteEnabled { get; init; }

        public bool? Interlock { get; init; }

        public Windup? Windup { get; init; }
    }
}

/// <summary><c>hb/{party}</c>.</summary>
public static class HeartbeatPayload
{
    public static byte[] Encode(Heartbeat beat) => PayloadForm.Encode(new Body(beat.Party, beat.N, beat.At) { PeerN = beat.PeerN, Epoch = beat.Epoch, Mode = beat.Mode });

    public static Decoded<Heartbeat> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<Body>(payload, PayloadForm.LargestCommand).Then(b => !TopicTree.IsIdentifier(b.Party)
        ? Decoded<Heartbeat>.Wrong($"$.party \"{PayloadForm.Short(b.Party)}\", expected an identifier")
        : Decoded<Heartbeat>.Right(new Heartbeat(b.Party, b.N, b.PeerN, b.At) { Epoch = b.Epoch, Mode = b.Mode }));

    private sealed record Body(string Party, long N, DateTimeOffset At)
    {
        public long? PeerN { get; init; }

        public long? Epoch { get; init; }

        public OperatingMode? Mode { get; init; }
    }
}
