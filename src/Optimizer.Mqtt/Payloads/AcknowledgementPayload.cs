using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary><c>sp/ack/{gateway}</c>.</summary>
public static class AcknowledgementPayload
{
    private const int LongestReason = 300;

    public static byte[] Encode(Acknowledgement ack) => PayloadForm.Encode(new Body(ack.SetpointId, ack.WriterEpoch, ack.Sequence, ack.Gateway, ack.State, ack.At)
    {
        ReasonCode = ack.ReasonCode == ReasonCode.None ? null : ack.ReasonCode,
        Reason = ack.Reason is { Length: > LongestReason } text ? text[..LongestReason] : ack.Reason,
        Controller = ack.Controller is { } c ? new ControllerBody { Mode = c.Mode, RemoteEnabled = c.RemoteEnabled, Interlock = c.Interlock, Windup = c.Windup } : null,
        Writes = [.. ack.Items.Select(i => new ItemBody(i.Tag) { Requested = i.Requested, Applied = i.Applied, Readback = i.Readback })],
    });

    public static Decoded<Acknowledgement> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<Body>(payload, PayloadForm.LargestCommand).Then(b =>
        Decoded<Acknowledgement>.Right(new Acknowledgement(
            b.SetpointId, b.WriterEpoch, b.Seq, b.Gateway, b.State, b.ReasonCode ?? ReasonCode.None, b.Reason, b.At,
            [.. (b.Writes ?? []).Select(i => new AcknowledgedItem(i.Tag, i.Requested, i.Applied, i.Readback))])
        {
            Controller = b.Controller is { } c ? new ControllerState(c.Mode ?? ControllerMode.Unknown, c.RemoteEnabled ?? false, c.Interlock ?? false, c.Windup ?? Windup.None) : null,
        }));

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

        public string? Quality { get; init; }

        public ReasonCode? ReasonCode { get; init; }
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

    public static Decoded<Heartbeat> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<Body>(payload, PayloadForm.LargestCommand).Then(b =>
        Decoded<Heartbeat>.Right(new Heartbeat(b.Party, b.N, b.PeerN, b.At) { Epoch = b.Epoch, Mode = b.Mode }));

    private sealed record Body(string Party, long N, DateTimeOffset At)
    {
        public long? PeerN { get; init; }

        public long? Epoch { get; init; }

        public OperatingMode? Mode { get; init; }
    }
}
