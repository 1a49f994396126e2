using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary><c>cmd/mode</c>: a person asks for another mode.</summary>
public sealed record ModeCommandMessage(
    string CommandId, OperatingMode RequestedMode, string Unit, string User, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, int ExpectedVersion, string? Reason)
{
    public ActorRole Role { get; init; } = ActorRole.Operator;

    /// <summary>MQTT client id of the screen; its answers go below <c>clients/{client}/</c> only. Null: not said.</summary>
    public string? Client { get; init; }

    /// <summary>Manipulated variables that shall take part; null: all.</summary>
    public IReadOnlyList<string>? Mvs { get; init; }
}

/// <summary>The answer to a command, to the response topic it named.</summary>
public sealed record CommandReplyMessage(string CommandId, bool Done, string? ReasonCode, string? Reason, OperatingMode Mode, int Version, DateTimeOffset At)
{
    /// <summary>The write that follows from it: watch its acknowledgements. Null: none.</summary>
    public string? SetpointId { get; init; }
}

/// <summary><c>state/mode</c>, retained.</summary>
public sealed record ModeStateMessage(string Unit, OperatingMode Mode, int Version, DateTimeOffset Since, string Cause)
{
    /// <summary>What a person last asked for; above the mode after the optimizer went down by itself.</summary>
    public OperatingMode? TargetMode { get; init; }

    /// <summary>Who asked; null: it came by itself.</summary>
    public Actor? By { get; init; }

    /// <summary>Manipulated variables that take part; null: all.</summary>
    public IReadOnlyList<string>? Mvs { get; init; }
}

/// <summary><c>state/online</c>, retained; the will says offline.</summary>
public sealed record OnlineMessage(bool Online, string Instance, DateTimeOffset At, string? Version = null, long? Epoch = null, string? Reason = null)
{
    /// <summary>True: a demonstration on a simulated plant.</summary>
    public bool? Demo { get; init; }
}

public static class ModePayload
{
    private const int LongestReason = 500;
    private const int MostVariables = 64;

    public static byte[] Encode(ModeCommandMessage m) => PayloadForm.Encode(new CommandBody(
        m.CommandId, m.RequestedMode, new ScopeBody(m.Unit) { Mvs = m.Mvs is null ? null : [.. m.Mvs] }, new Actor(m.User, m.Role, m.Client), m.IssuedAt, m.ExpiresAt, m.ExpectedVersion)
    { Reason = PayloadForm.Cut(m.Reason, LongestReason) });

    public static Decoded<ModeCommandMessage> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<CommandBody>(payload, PayloadForm.LargestCommand).Then(b => Wrong(b) is { } wrong
        ? Decoded<ModeCommandMessage>.Wrong(wrong)
        : Decoded<ModeCommandMessage>.Right(new ModeCommandMessage(b.CommandId, b.RequestedMode, b.Scope.Unit, b.By.User, b.IssuedAt, b.ExpiresAt, b.ExpectedVersion, b.Reason)
        {
            Role = b.By.Role,
            Client = b.By.Client,
            Mvs = b.Scope.Mvs,
        }));

    public static byte[] Encode(CommandReplyMessage m) => PayloadForm.Encode(new ReplyBody(m.CommandId, m.Done ? CommandResult.Done : CommandResult.Rejected, m.At)
    {
        ReasonCode = m.ReasonCode,
        Reason = PayloadForm.Cut(m.Reason, LongestReason),
        SetpointId = m.SetpointId,
        Mode = m.Mode,
        Version = m.Version,
    });

    public static Decoded<CommandReplyMessage> DecodeReply(ReadOnlySpan<byte> payload) => PayloadForm.Decode<ReplyBody>(payload, PayloadForm.LargestCommand).Then(b =>
        Decoded<CommandReplyMessage>.Right(new CommandReplyMessage(b.CommandId, b.Result == CommandResult.Done, b.ReasonCode, b.Reason, b.Mode ?? OperatingMode.Off, b.Version ?? 0, b.At) { SetpointId = b.SetpointId }));

    public static byte[] Encode(ModeStateMessage m) => PayloadForm.Encode(m with { Cause = PayloadForm.Cut(m.Cause, LongestReason)! });

    public static Decoded<ModeStateMessage> DecodeState(ReadOnlySpan<byte> payload) => PayloadForm.Decode<ModeStateMessage>(payload, PayloadForm.LargestCommand);

    public static byte[] Encode(OnlineMessage m) => PayloadForm.Encode(m);

    public static Decoded<OnlineMessage> DecodeOnline(ReadOnlySpan<byte> payload) => PayloadForm.Decode<OnlineMessage>(payload, PayloadForm.LargestCommand);

    private static string? Wrong(CommandBody b) =>
        !PayloadForm.IsId(b.CommandId) ? $"$.command_id \"{PayloadForm.Short(b.CommandId)}\", expected a version 7 UUID"
        : !TopicTree.IsIdentifier(b.Scope.Unit) ? $"$.scope.unit \"{PayloadForm.Short(b.Scope.Unit)}\", expected an identifier"
        : b.Scope.Mvs is { Length: > MostVariables } ? $"$.scope.mvs of {b.Scope.Mvs.Length}, at most {MostVariables}"
        : b.Scope.Mvs?.Any(v => v is null || !TopicTree.IsIdentifier(v)) == true ? "$.scope.mvs has something that is no identifier"
        : b.Reason is { Length: > LongestReason } ? $"$.reason of {b.Reason.Length} characters, at most {LongestReason}"
        : PayloadForm.CheckActor(b.By, "$.by");

    private enum CommandResult
    {
        Done,
        Rejected,
    }

    private sealed record ScopeBody(string Unit)
    {
        public string[]? Mvs { get; init; }
    }

    private sealed record CommandBody(
        string CommandId, OperatingMode RequestedMode, ScopeBody Scope, Actor By, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, int ExpectedVersion)
    {
        public string? Reason { get; init; }
    }

    private sealed record ReplyBody(string CommandId, CommandResult Result, DateTimeOffset At)
    {
        public string? ReasonCode { get; init; }

        public string? Reason { get; init; }

        public string? SetpointId { get; init; }

        public OperatingMode? Mode { get; init; }

        public int? Version { get; init; }
    }
}
