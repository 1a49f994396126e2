using System.Text.RegularExpressions;

namespace Optimizer.Mqtt;

/// <summary>Every topic of one line below its location path; the contract's version is in the segment <c>_opt_v1</c>.</summary>
public sealed partial class TopicTree
{
    /// <summary>Segment below which a simulated plant publishes what no instrument sees.</summary>
    public const string TruthSegment = "_truth";

    private readonly string _contract;

    /// <param name="location">Such as <c>acme/p1/a2/line3</c>.</param>
    /// <exception cref="ArgumentException">The location is empty or has characters topics must not have.</exception>
    public TopicTree(string location)
    {
        if (location.Length == 0 || location.Split('/').Any(level => !Identifier().IsMatch(level)))
        {
            throw new ArgumentException($"location \"{location}\": expected levels of letters, digits and _ . : - between single slashes");
        }

        Location = location;
        _contract = location + "/_opt_v1/";
    }

    public string Location { get; }

    public string Raw(string tagPath) => $"{Location}/_raw/{tagPath}";

    /// <summary>What a simulated plant really is: for judges, never for the optimizer.</summary>
    public string Truth(string tagPath) => $"{Location}/{TruthSegment}/{tagPath}";

    /// <summary>Telemetry of one source in batches.</summary>
    public string TelemetryBatch(string source) => _contract + "tel/" + Checked(source);

    public string Lab(string samplePoint) => _contract + "lab/" + Checked(samplePoint);

    public string SetpointSet(string gateway) => _contract + "sp/set/" + Checked(gateway);

    public string SetpointAck(string gateway) => _contract + "sp/ack/" + Checked(gateway);

    public string Heartbeat(string party) => _contract + "hb/" + Checked(party);

    public string ModeCommand => _contract + "cmd/mode";

    public string DecisionCommand => _contract + "cmd/rec";

    /// <summary>Filters of everything that moves something at its receiver.</summary>
    public string SetpointsBelow => _contract + "sp/set/#";

    public string CommandsBelow => _contract + "cmd/#";

    public string Recommendation(string unit) => _contract + "rec/" + Checked(unit);

    public string StateOnline => _contract + "state/online";

    public string StateMode => _contract + "state/mode";

    public string ModelEvent(string unit) => _contract + "evt/model/" + Checked(unit);

    public string Alarm(string alarmId) => _contract + "alarm/" + Checked(alarmId);

    /// <summary>Where a command's answer goes when the client named no topic of its own.</summary>
    public static string CommandReply(string client) => $"clients/{Checked(client)}/opt/reply";

    /// <summary>A reply topic we may publish to: only below <c>clients/</c>, or we would publish anything with our rights.</summary>
    public static bool IsReplyTopic(string? topic) => topic is not null && ReplyTopic().IsMatch(topic);

    /// <summary>The same, and below the client's own name when it gave one: nobody has answers sent to others.</summary>
    public static bool IsReplyTopic(string? topic, string? client) =>
        IsReplyTopic(topic) && (client is null || topic!.StartsWith($"clients/{client}/", StringComparison.Ordinal));

    /// <summary>Letters, digits and _ . : -, starting with a letter or digit, at most 128.</summary>
    public static bool IsIdentifier(string text) => Identifier().IsMatch(text);

    private static string Checked(string id) => Identifier().IsMatch(id)
        ? id
        : throw new ArgumentException($"\"{id}\" cannot stand in a topic: expected letters, digits and _ . : -, starting with a letter or digit, at most 128");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}\z")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\Aclients/[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}(/[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}){1,4}\z")]
    private static partial Regex ReplyTopic();
}
