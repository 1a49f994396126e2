using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Translators;

/// <param name="Root">Topic root of the publisher's methods: <c>{root}/methods/ValueWrite_V2</c>.</param>
/// <param name="Endpoint">The OPC UA server, such as <c>opc.tcp://plc:4840</c>.</param>
/// <param name="SecurityMode">As OPC Publisher spells it; null: its default.</param>
/// <param name="DataType">OPC UA type of the setpoints, such as Double.</param>
/// <param name="Nodes">Node id per setpoint tag.</param>
/// <param name="ReplyTopic">Where answers come to.</param>
/// <param name="ReadbackAge">A read-back older than this is no sign of life.</param>
public sealed record OpcPublisherTarget(
    string Gateway, string Root, string Endpoint, string? SecurityMode, string DataType, IReadOnlyDictionary<string, string> Nodes, string ReplyTopic, TimeSpan ReadbackAge)
{
    public string Topic => Root + "/methods/ValueWrite_V2";
}

/// <summary>
/// Setpoints by OPC Publisher's <c>ValueWrite</c>, called over MQTT 5. Its answer proves the OPC UA write and nothing behind it:
/// that is <c>applied</c>; <c>verified</c> comes from the read-back alone.
/// </summary>
/// <remarks>
/// One call writes one value, so a move of several setpoints could be taken in part. Such moves are refused here, and a site with
/// this gateway moves one at a time.
/// </remarks>
public sealed class OpcPublisherTranslator(OpcPublisherTarget target) : SetpointTranslator(target.Gateway)
{
    private const int LargestAnswer = 16 * 1024;
    private const int LongestReason = 200;

    // How far the clock of an OPC UA server may be behind ours.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, DateTimeOffset> _seenAt = new(StringComparer.Ordinal);
    private SetpointRequest? _open;
    private bool _isApplied, _isAtTarget, _isOver;

    public override string Caution =>
        $"gateway {Gateway} takes OPC UA writes by OPC Publisher: no expiry, no fencing, no lease; supervised at most, one setpoint at a time, and when we stop nothing can be released: setpoints stay where they are";

    public override IReadOnlyList<string> Filters => [target.ReplyTopic];

    public override bool IsAlive(DateTimeOffset now) => target.Nodes.Keys.All(tag => _seenAt.TryGetValue(tag, out var at) && now - at <= target.ReadbackAge);

    public override Translation Send(SetpointRequest request, DateTimeOffset now)
    {
        if (request.Kind != RequestKind.Write)
        {
            return request.Kind == RequestKind.Release ? new Translation(null, [], Caution) : Translation.None;
        }

        if (request.Items.Count != 1)
        {
            return Reject(request, now, ReasonCode.Internal, $"{request.Items.Count} setpoints at once; OPC Publisher writes one per call, so they would not be taken whole or not at all");
        }

        if (!target.Nodes.TryGetValue(request.Items[0].Tag, out string? node))
        {
            return Reject(request, now, ReasonCode.UnknownTag, $"{request.Items[0].Tag} has no node id");
        }

        if (_open?.SetpointId != request.SetpointId)
        {
            if (Refusal(request, now) is { } refusal)
            {
                return new Translation(null, [refusal]);
            }

            (_open, _isApplied, _isOver) = (request, false, false);
            _isAtTarget = IsAt(request.Items[0], Live(request.Items[0].Tag));
        }

        return new Translation(new OutboundMessage(target.Topic, Body(node, request.Items[0].Value), 1, Retain: false, request.ExpiresAt - now)
        {
            ResponseTopic = target.ReplyTopic,
            CorrelationData = Correlation(request),
        }, []);
    }

    public override Translation Take(InboundMessage message, DateTimeOffset now)
    {
        if (_open is not { } open || _isOver || !message.CorrelationData.Span.SequenceEqual(Correlation(open)))
        {
            return new Translation(null, [], "an answer of OPC Publisher that no open write waits for");
        }

        if (message.Retained)
        {
            return new Translation(null, [], "an answer of OPC Publisher was retained");
        }

        if (Failure(message.Payload) is { } failure)
        {
            _isOver = true;
            return Reject(open, now, ReasonCode.ControllerFault, failure);
        }

        if (_isApplied)
        {
            return Translation.None;
        }

        _isApplied = true;
        return new Translation(null, [Answer(open, AcknowledgementState.Applied, now), .. Verified(open, now)]);
    }

    public override Translation Take(in Sample sample, DateTimeOffset now)
    {
        if (!target.Nodes.ContainsKey(sample.Tag))
        {
            return Translation.None;
        }

        bool good = sample.Quality == Quality.Good;
        Seen(sample.Tag, good ? sample.Value : double.NaN);
        if (good)
        {
            _seenAt[sample.Tag] = now;
        }

        if (_open is not { } open || _isOver || open.Items[0].Tag != sample.Tag || sample.SampledAt < open.IssuedAt - Skew)
        {
            return Translation.None;
        }

        _isAtTarget = good && IsAt(open.Items[0], sample.Value);
        return new Translation(null, Verified(open, now));
    }

    private Acknowledgement[] Verified(SetpointRequest open, DateTimeOffset now)
    {
        if (!_isApplied || !_isAtTarget)
        {
            return [];
        }

        _isOver = true;
        return [Answer(open, AcknowledgementState.Verified, now)];
    }

    private Translation Reject(SetpointRequest request, DateTimeOffset now, ReasonCode code, string reason) =>
        new(null, [Answer(request, AcknowledgementState.Rejected, now, code, reason)]);

    private byte[] Body(string node, double value) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        connection = new { endpoint = new Dictionary<string, string?> { ["url"] = target.Endpoint, ["securityMode"] = target.SecurityMode }.Where(p => p.Value is not null).ToDictionary() },
        request = new { nodeId = node, value, dataType = target.DataType },
    });

    private static byte[] Correlation(SetpointRequest request) => new Guid(request.SetpointId).ToByteArray(bigEndian: true);

    // A success is an object with nothing in it, or with a good status. Anything else is none, so that no unknown error passes for one.
    private static string? Failure(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > LargestAnswer)
        {
            return $"an answer of {payload.Length} bytes, at most {LargestAnswer} are taken";
        }

        try
        {
            using var document = JsonDocument.Parse(payload.Length == 0 ? "{}"u8.ToArray() : payload, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind != JsonValueKind.Object || document.RootElement.EnumerateObject().Any(p => p.Name != "errorInfo")
                ? "an answer that is no result of ValueWrite: " + SampleRules.Short(document.RootElement)
                : document.RootElement.TryGetProperty("errorInfo", out var info) && info.ValueKind != JsonValueKind.Null ? Failure(info) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "an answer that cannot be read: " + Short(e.Message);
        }
    }

    private static string? Failure(JsonElement info)
    {
        if (info.ValueKind != JsonValueKind.Object)
        {
            return "errorInfo " + SampleRules.Short(info);
        }

        // The top two bits of a status code: 00 is good.
        if (info.TryGetProperty("statusCode", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetUInt32(out uint status) && status >> 30 == 0)
        {
            return null;
        }

        string? text = new[] { "errorMessage", "symbolicId" }
            .Select(n => info.TryGetProperty(n, out var t) && t.ValueKind == JsonValueKind.String ? t.GetString() : null).FirstOrDefault(t => !string.IsNullOrEmpty(t));
        return Short(text ?? "errorInfo " + SampleRules.Short(info));
    }

    private static string Short(string text) => text.Length <= LongestReason ? text : text[..(LongestReason - 1)] + "…";
}
