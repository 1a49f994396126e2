using System.Text;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests;

public class PayloadTests
{
    private const string Id = "019a3f1c-7c10-7abc-8def-0123456789ad";
    private static readonly DateTimeOffset At = new(2026, 11, 23, 10, 6, 2, 114, TimeSpan.Zero);

    // The example of the contract, word for word.
    private const string Example = """
        {"setpoint_id":"019a3f1c-7c10-7abc-8def-0123456789ad","kind":"write","writer_epoch":7,"seq":1284,"recommendation_id":"019a3f1c-7c10-7abc-8def-0123456789ac","gateway":"gw-u300","issued_at":"2026-11-23T10:06:02.114Z","expires_at":"2026-11-23T10:06:12.114Z","lease_s":60,"atomic":true,"mode":"supervised","approved_by":{"user":"j.doe","role":"operator","client":"hmi-3"},"writes":[{"tag":"TIC301.SP","value":183.2,"unit":"degC","expect":{"value":182.0,"tol":0.2},"limits":{"lo":170.0,"hi":190.0},"ramp_per_min":0.5}]}
        """;

    private static readonly SetpointRequest Request = new(
        Id, RequestKind.Write, 7, 1284, "gw-u300", At, At.AddSeconds(10), TimeSpan.FromSeconds(60), [new SetpointItem("TIC301.SP", 183.2, "degC", 182, 0.2, 170, 190, 0.5)])
    {
        RecommendationId = "019a3f1c-7c10-7abc-8def-0123456789ac",
        Mode = OperatingMode.Supervised,
        ApprovedBy = new Actor("j.doe", ActorRole.Operator, "hmi-3"),
    };

    [Fact]
    public void Setpoint_RoundTripsAndReadsTheContractsExample()
    {
        foreach (byte[] payload in new[] { SetpointPayload.Encode(Request), Encoding.UTF8.GetBytes(Example) })
        {
            var decoded = SetpointPayload.Decode(payload);

            Assert.Null(decoded.Reason);
            Assert.Equal(Request.Items, decoded.Value!.Items);
            Assert.Equal(Request with { Items = decoded.Value.Items }, decoded.Value);
        }
    }

    [Theory]
    [InlineData("\"kind\":\"write\"", "\"kind\":\"blow_up\"", "kind")]
    [InlineData("\"kind\":\"write\"", "\"kind\":0", "kind")]
    [InlineData("\"seq\":1284", "\"seq\":0", "seq")]
    [InlineData("\"seq\":1284", "\"seq\":\"1284\"", "seq")]
    [InlineData("\"writer_epoch\":7,", "", "writer_epoch")]
    [InlineData("\"lease_s\":60", "\"lease_s\":0", "lease_s")]
    [InlineData("\"atomic\":true", "\"atomic\":false", "atomic")]
    [InlineData("\"atomic\":true", "\"atomic\":true,\"atomic\":true", "atomic")]
    [InlineData("\"atomic\":true", "\"atomic\":true,\"extra\":1", "extra")]
    [InlineData("10:06:02.114Z", "10:06:02.114+00:00", "issued_at")]
    [InlineData("019a3f1c-7c10-7abc-8def-0123456789ad", "019a3f1c-7c10-4abc-8def-0123456789ad", "setpoint_id")]
    [InlineData("gw-u300", "gw/u300", "gateway")]
    [InlineData("\"value\":183.2", "\"value\":1e999", "value")]
    [InlineData("\"lo\":170.0", "\"lo\":200.0", "limits")]
    [InlineData("\"ramp_per_min\":0.5", "\"ramp_per_min\":-1", "ramp_per_min")]
    [InlineData("TIC301.SP", "../TIC301", "tag")]
    [InlineData("\"tol\":0.2", "\"tol\":-0.2", "expect")]
    public void SpoiltSetpoint_IsRefusedNamingThePlace(string from, string to, string place)
    {
        var decoded = SetpointPayload.Decode(Encoding.UTF8.GetBytes(Example.Replace(from, to, StringComparison.Ordinal)));

        Assert.Null(decoded.Value);
        Assert.Contains(place, decoded.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void TooLargeCommand_IsRefusedBeforeItIsRead()
    {
        Assert.Contains("at most 16384", SetpointPayload.Decode(new byte[16 * 1024 + 1]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Acknowledgement_RoundTrips()
    {
        var ack = new Acknowledgement(Id, 7, 1284, "gw-u300", AcknowledgementState.LeaseLost, ReasonCode.OperatorVeto, "TIC301 moved by hand", At, [new AcknowledgedItem("TIC301.SP", 183.2, null, 182)]);

        byte[] payload = AcknowledgementPayload.Encode(ack);
        var decoded = AcknowledgementPayload.Decode(payload).Value!;

        Assert.Contains("\"state\":\"lease_lost\"", Encoding.UTF8.GetString(payload), StringComparison.Ordinal);
        Assert.Contains("\"reason_code\":\"operator_veto\"", Encoding.UTF8.GetString(payload), StringComparison.Ordinal);
        Assert.Equal(ack.Items, decoded.Items);
        Assert.Equal(ack with { Items = decoded.Items }, decoded);
    }

    [Fact]
    public void HeartbeatAndModeMessages_RoundTrip()
    {
        var beat = new Heartbeat("opt", 41, 40, At) { Epoch = 3, Mode = OperatingMode.Closed };
        var command = new ModeCommandMessage(Id, OperatingMode.Closed, "F01", "anna", At, At.AddSeconds(30), 41, "start of shift");
        var reply = new CommandReplyMessage(Id, false, "rejected", "version", OperatingMode.Advisory, 42, At);
        var state = new ModeStateMessage("F01", OperatingMode.Advisory, 42, At, "gateway silent");

        Assert.Equal(beat, HeartbeatPayload.Decode(HeartbeatPayload.Encode(beat)).Value);
        Assert.Equal(command, ModePayload.Decode(ModePayload.Encode(command)).Value);
        Assert.Equal(reply, ModePayload.DecodeReply(ModePayload.Encode(reply)).Value);
        Assert.Equal(state, ModePayload.DecodeState(ModePayload.Encode(state)).Value);
    }

    [Fact]
    public void WhateverTheBytes_DecodersNeverThrow()
    {
        var random = new Random(12);
        byte[][] valid = [Encoding.UTF8.GetBytes(Example), HeartbeatPayload.Encode(new Heartbeat("opt", 1, null, At))];
        for (int n = 0; n < 10_000; n++)
        {
            var bytes = (byte[])valid[n % valid.Length].Clone();
            for (int edits = random.Next(1, 8); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var cut = bytes.AsSpan(0, random.Next(bytes.Length + 1));
            Assert.True((SetpointPayload.Decode(cut).Value is null) == (SetpointPayload.Decode(cut).Reason is not null));
            Assert.True((HeartbeatPayload.Decode(cut).Value is null) == (HeartbeatPayload.Decode(cut).Reason is not null));
            _ = (AcknowledgementPayload.Decode(cut), ModePayload.Decode(cut), LabPayload.Decode(cut), RecommendationPayload.Decode(cut));
        }
    }

    [Theory]
    [InlineData("clients/hmi-3/opt/reply", true)]
    [InlineData("clients/hmi-3", false)]
    [InlineData("acme/l1/_opt_v1/sp/set/gw-1", false)]
    [InlineData("clients/+/reply", false)]
    [InlineData("clients/hmi-3/../sp", false)]
    [InlineData(null, false)]
    public void ReplyTopic_MustLieBelowClients(string? topic, bool allowed) => Assert.Equal(allowed, TopicTree.IsReplyTopic(topic));

    [Theory]
    [InlineData("")]
    [InlineData("acme//l1")]
    [InlineData("acme/+/l1")]
    [InlineData("acme/l1/#")]
    public void LocationWithOddCharacters_IsRefused(string location) => Assert.Throws<ArgumentException>(() => new TopicTree(location));
}
