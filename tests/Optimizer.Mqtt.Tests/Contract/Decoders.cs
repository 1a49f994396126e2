using System.Text;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests.Contract;

/// <summary>Every message by name: read by our decoder and written again by our encoder.</summary>
internal static class Decoders
{
    /// <summary>The payload written again; null with the reason when it was refused.</summary>
    public static (string? Json, string? Reason) Again(string message, string json)
    {
        byte[] payload = Encoding.UTF8.GetBytes(json);
        return message switch
        {
            "LabResult" => Write(LabPayload.Decode(payload), LabPayload.Encode),
            "ModeCommand" => Write(ModePayload.Decode(payload), ModePayload.Encode),
            "RecommendationDecision" => Write(DecisionPayload.Decode(payload), DecisionPayload.Encode),
            "CommandReply" => Write(ModePayload.DecodeReply(payload), ModePayload.Encode),
            "Recommendation" => Write(RecommendationPayload.Decode(payload), RecommendationPayload.Encode),
            "SetpointWrite" => Write(SetpointPayload.Decode(payload), SetpointPayload.Encode),
            "SetpointAck" => Write(AcknowledgementPayload.Decode(payload), AcknowledgementPayload.Encode),
            "Heartbeat" => Write(HeartbeatPayload.Decode(payload), HeartbeatPayload.Encode),
            "Status" => Write(ModePayload.DecodeOnline(payload), ModePayload.Encode),
            "ModeState" => Write(ModePayload.DecodeState(payload), ModePayload.Encode),
            "ModelEvent" => Write(ModelEventPayload.Decode(payload), ModelEventPayload.Encode),
            "Alarm" => Write(AlarmPayload.Decode(payload), AlarmPayload.Encode),
            "TelemetryPoint" => Point(payload),
            "TelemetryBatch" => Batch(payload),
            _ => throw new ArgumentException(message),
        };
    }

    private static (string?, string?) Write<T>(Decoded<T> decoded, Func<T, byte[]> encode)
        where T : class => decoded.Value is { } value ? (Encoding.UTF8.GetString(encode(value)), null) : (null, decoded.Reason);

    private static (string?, string?) Point(byte[] payload)
    {
        var tag = new TagBinding { Tag = "TI301", Topic = "t", EngineeringUnit = "degC", Low = 0, High = 300 };
        var (sample, reason) = Read([tag], payload);
        return reason is null ? (Encoding.UTF8.GetString(TelemetryEncoder.Encode(sample[0].SampledAt, sample[0].Value)), null) : (null, reason);
    }

    private static (string?, string?) Batch(byte[] payload)
    {
        var tag = new TagBinding { Tag = "TI301", Key = "TI301", Topic = "t", EngineeringUnit = "degC", Low = 0, High = 300, Dialect = TelemetryDialect.Items, Items = ItemsForm.Batch };
        var (samples, reason) = Read([tag, tag with { Tag = "FI302", Key = "FI302", EngineeringUnit = "m3/h" }], payload);
        var points = samples.Select(s => FormattableString.Invariant($"{{\"tag\":\"{s.Tag}\",\"value\":{s.Value},\"timestamp_ms\":{s.SampledAt.ToUnixTimeMilliseconds()}}}"));
        return reason is null && samples.Count == 2 ? ($"{{\"points\":[{string.Join(',', points)}]}}", null) : (null, reason ?? $"{samples.Count} samples");
    }

    private static (List<Sample>, string?) Read(TagBinding[] tags, byte[] payload)
    {
        var into = new List<Sample>();
        var outcome = new TelemetryDecoder(tags, true).Decode("t", payload, DateTimeOffset.UnixEpoch.AddYears(57), false, into);
        return (into, outcome.Reason ?? (into.Any(s => s.Quality != Quality.Good) ? "not good" : null));
    }
}
