using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>
/// OPC UA PubSub JSON (Part 14) as OPC Publisher and others speak it: network messages with data-set messages, batches of
/// them, raw or full data values, status as number or object; the samples mode; Azure IoT Operations' flat objects. The key is the field
/// name, <c>writer/field</c> where several writers share a topic, or the node id in samples mode.
/// </summary>
internal sealed class OpcUaReader(TagBinding[] bindings, TelemetryDialect dialect) : KeyedReader(bindings)
{
    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        using var document = JsonDocument.Parse(payload, Deep);
        var tally = default(Tally);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            Message(ref tally, document.RootElement, arrival, into);
            return tally.Outcome;
        }

        foreach (var message in document.RootElement.EnumerateArray())
        {
            Message(ref tally, message, arrival, into);
        }

        return tally.Outcome;
    }

    private void Message(ref Tally tally, JsonElement message, in Arrival arrival, ICollection<Sample> into)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            tally.Reason ??= $"{SampleRules.Short(message)}, expected an object";
            return;
        }

        switch (dialect)
        {
            case TelemetryDialect.OpcUaSamples:
                Sampled(ref tally, message, arrival, into);
                break;
            case TelemetryDialect.AzureIotOperations:
                Fields(ref tally, message, "", default, arrival, into);
                break;
            default:
                Network(ref tally, message, arrival, into);
                break;
        }
    }

    private void Network(ref Tally tally, JsonElement message, in Arrival arrival, ICollection<Sample> into)
    {
        if (!message.TryGetProperty("Messages", out var inner))
        {
            // Without a network header the message is a data-set message itself.
            DataSet(ref tally, message, arrival, into);
            return;
        }

        // Metadata comes on the same topic; it carries no values.
        if (message.TryGetProperty("MessageType", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() != "ua-data")
        {
            return;
        }

        if (inner.ValueKind == JsonValueKind.Object)
        {
            DataSet(ref tally, inner, arrival, into);
            return;
        }

        if (inner.ValueKind != JsonValueKind.Array)
        {
            tally.Reason ??= $"{SampleRules.Short(inner)} at Messages, expected an array";
            return;
        }

        foreach (var dataSet in inner.EnumerateArray())
        {
            DataSet(ref tally, dataSet, arrival, into);
        }
    }

    private void DataSet(ref Tally tally, JsonElement message, in Arrival arrival, ICollection<Sample> into)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            tally.Reason ??= $"{SampleRules.Short(message)}, expected a data-set message";
            return;
        }

        string? type = message.TryGetProperty("MessageType", out var kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString() : null;
        if (type is "ua-keepalive" or "ua-event" or "ua-condition" or "ua-metadata")
        {
            return;
        }

        if (!message.TryGetProperty("Payload", out var fields) || fields.ValueKind != JsonValueKind.Object)
        {
            tally.Reason ??= $"{SampleRules.Short(message)}, expected Payload with the fields";
            return;
        }

        string writer = message.TryGetProperty("DataSetWriterName", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! + "/" : "";
        var time = message.TryGetProperty("Timestamp", out var stamp) ? stamp : default;
        Fields(ref tally, fields, writer, time, arrival, into);
    }

    private void Fields(ref Tally tally, JsonElement fields, string writer, JsonElement messageTime, in Arrival arrival, ICollection<Sample> into)
    {
        foreach (var field in fields.EnumerateObject())
        {
            string qualified = writer + field.Name;
            DataValue(ref tally, IsBound(qualified) ? qualified : field.Name, field.Value, messageTime, arrival, into);
        }
    }

    private void Sampled(ref Tally tally, JsonElement message, in Arrival arrival, ICollection<Sample> into)
    {
        if (!message.TryGetProperty("NodeId", out var node) || node.ValueKind != JsonValueKind.String || !message.TryGetProperty("Value", out var value))
        {
            tally.Reason ??= $"{SampleRules.Short(message)}, expected NodeId and Value";
            return;
        }

        DataValue(ref tally, node.GetString()!, value, message.TryGetProperty("Timestamp", out var time) ? time : default, arrival, into);
    }

    private void DataValue(ref Tally tally, string key, JsonElement data, JsonElement messageTime, in Arrival arrival, ICollection<Sample> into)
    {
        var (value, time, quality) = (data, messageTime, Quality.Good);
        if (data.ValueKind == JsonValueKind.Object && !data.TryGetProperty("Body", out _))
        {
            // A bad value comes without Value.
            value = data.TryGetProperty("Value", out var v) ? v : default;
            time = data.TryGetProperty("SourceTimestamp", out var source) ? source : data.TryGetProperty("ServerTimestamp", out var server) ? server : messageTime;
            quality = data.TryGetProperty("StatusCode", out var status) ? Severity(status) : Quality.Good;
        }

        // Reversible encoding wraps a value with its type.
        value = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("Body", out var body) ? body : value;
        Emit(ref tally, key, value, time, quality, arrival, into, Unit == TimeUnit.Arrival ? TimeUnit.Arrival : TimeUnit.Iso);
    }

    // The top two bits of a status code: 00 good, 01 uncertain, the rest bad.
    private static Quality Severity(JsonElement status)
    {
        var code = status.ValueKind == JsonValueKind.Object ? status.TryGetProperty("Code", out var c) ? c : default : status;
        if (code.ValueKind == JsonValueKind.Undefined && status.ValueKind == JsonValueKind.Object)
        {
            // A good status may be an empty object.
            return Quality.Good;
        }

        return code.ValueKind == JsonValueKind.Number && code.TryGetUInt32(out uint n)
            ? (n >> 30) switch { 0 => Quality.Good, 1 => Quality.Uncertain, _ => Quality.Bad }
            : Quality.Bad;
    }
}
