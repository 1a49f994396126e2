using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary><c>cmd/mode</c>: a person asks for another mode.</summary>
public sealed record ModeCommandMessage(
    string CommandId, OperatingMode RequestedMode, string Unit, string User, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, int ExpectedVersion, string? Reason)
{
    /// <summary>MQTT client id of the screen; its answers go below <c>clients/{client}/</c> only. Null: not said.</summary>
    public string? Client { get; init; }
}

/// <summary>The answer to a command, to the response topic it named.</summary>
public sealed record CommandReplyMessage(string CommandId, bool Done, string? ReasonCode, string? Reason, OperatingMode Mode, int Version, DateTimeOffset At);

/// <summary><c>state/mode</c>, retained.</summary>
public sealed record ModeStateMessage(string Unit, OperatingMode Mode, int Version, DateTimeOffset Since, string Cause);

/// <summary><c>state/online</c>, retained; the will says offline.</summary>
public sealed record OnlineMessage(bool Online, string Instance, DateTimeOffset At, string? Version = null, long? Epoch = null, string? Reason = null)
{
    /// <summary>True: a demonstration on a simulated plant.</summary>
    public bool? Demo { get; init; }
}

public static class ModePayload
{
    public static byte[] Encode(ModeCommandMessage m) => PayloadForm.Encode(new CommandBody(
        m.CommandId, m.RequestedMode, new ScopeBody(m.Unit), new ActorBody(m.User, ActorRole.Operator, m.Client), m.IssuedAt, m.ExpiresAt, m.ExpectedVersion)
    { Reason = m.Reason });

    public static Decoded<ModeCommandMessage> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<CommandBody>(payload, PayloadForm.LargestCommand).Then(b =>
        b.By.User.Length is 0 or > 128 ? Decoded<ModeCommandMessage>.Wrong("$.by.user is empty or too long, expected a name of up to 128 characters")
        : b.By.Role == ActorRole.Viewer ? Decoded<ModeCommandMessage>.Wrong("$.by.role viewer, expected operator, engineer, admin or system")
        : Decoded<ModeCommandMessage>.Right(new ModeCommandMessage(b.CommandId, b.RequestedMode, b.Scope.Unit, b.By.User, b.IssuedAt, b.ExpiresAt, b.ExpectedVersion, b.Reason) { Client = b.By.Client }));

    public static byte[] Encode(CommandReplyMessage m) => PayloadForm.Encode(new ReplyBody(m.CommandId, m.Done ? CommandResult.Done : CommandResult.Rejected, m.At)
    {
        ReasonCode = m.ReasonCode,
        Reason = m.Reason,
        Mode = m.Mode,
        Version = m.Version,
    });

    public static Decoded<CommandReplyMessage> DecodeReply(ReadOnlySpan<byte> payload) => PayloadForm.Decode<ReplyBody>(payload, PayloadForm.LargestCommand).Then(b =>
        Decoded<CommandReplyMessage>.Right(new CommandReplyMessage(b.CommandId, b.Result == CommandResult.Done, b.ReasonCode, b.Reason, b.Mode ?? OperatingMode.Off, b.Version ?? 0, b.At)));

    public static byte[] Encode(ModeStateMessage m) => PayloadForm.Encode(m);

    public static Decoded<ModeStateMessage> DecodeState(ReadOnlySpan<byte> payload) => PayloadForm.Decode<ModeStateMessage>(payload, PayloadForm.LargestCommand);

    public static byte[] Encode(OnlineMessage m) => PayloadForm.Encode(m);

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
        string CommandId, OperatingMode RequestedMode, ScopeBody Scope, ActorBody By, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, int ExpectedVersion)
    {
        public string? Reason { get; init; }
    }

    private sealed record ReplyBody(string CommandId, CommandResult Result, DateTimeOffset At)
    {
        public string? ReasonCode { get; init; }

        public string? Reason { get; init; }

        public OperatingMode? Mode { get; init; }

        public int? Version { get; init; }
    }
}
