using Optimizer.Cycle;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Line;

/// <summary>A command as it lies on the desk.</summary>
/// <param name="Now">Process time.</param>
/// <param name="Clock">What the command's times are judged by: process time on a source-clock site, the wall clock otherwise.</param>
internal sealed record Errand(InboundMessage Message, LineLoop Loop, DateTimeOffset Now, DateTimeOffset Clock);

/// <summary>What a command asks for and who asks, whatever it is.</summary>
internal sealed record CommandHead(string CommandId, Actor By, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>What came of a command.</summary>
/// <param name="Refusal">Null: it was done.</param>
/// <param name="Text">What was done, in one sentence; null: nothing to say.</param>
internal sealed record CommandResult(IReadOnlyList<LineEvent> Events, Refusal? Refusal, string? Text = null)
{
    /// <summary>The write that follows from it.</summary>
    public string? SetpointId => Events.OfType<SendWrite>().FirstOrDefault(s => s.Write.Kind == RequestKind.Write)?.Write.Id;
}

/// <summary>Takes people's commands: checks them, has the loop carry them out once, answers. An old command must not act.</summary>
/// <param name="act">Does what the loop says.</param>
/// <param name="warn">Told of commands that cannot be read: the audit record has no row for what nobody can tell the meaning of.</param>
internal sealed class CommandDesk(LinePublisher publisher, WorkerCounters counters, Func<IReadOnlyList<LineEvent>, CancellationToken, Task> act, Action<string> warn)
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly CommandMemory _answered = new();

    public Task ModeAsync(InboundMessage message, LineLoop? loop, DateTimeOffset now, DateTimeOffset clock, CancellationToken cancel)
    {
        var decoded = ModePayload.Decode(message.Payload.Span);
        return decoded.Value is { } command && loop is not null
            ? TakeAsync(new Errand(message, loop, now, clock), new ModeCommand(command), "mode_command_rejected", cancel)
            : UnreadableAsync(message, decoded.Reason, loop, clock, "mode_command_rejected", cancel);
    }

    public Task DecisionAsync(InboundMessage message, LineLoop? loop, DateTimeOffset now, DateTimeOffset clock, CancellationToken cancel)
    {
        var decoded = DecisionPayload.Decode(message.Payload.Span);
        return decoded.Value is { } command && loop is not null
            ? TakeAsync(new Errand(message, loop, now, clock), new DecisionCommand(command), "decision_rejected", cancel)
            : UnreadableAsync(message, decoded.Reason, loop, clock, "decision_rejected", cancel);
    }

    private async Task TakeAsync(Errand errand, ILineCommand command, string counter, CancellationToken cancel)
    {
        var (message, loop, now, clock) = errand;
        var head = command.Head;
        if (_answered.Find(head.CommandId, message.Payload.Span, out bool same) is { } before)
        {
            await AgainAsync(errand, head, before, same, counter, cancel);
            return;
        }

        var refusal = Refusal(message, head, clock);
        var result = refusal is not null ? command.Refused(refusal, now) : command.Do(loop, now);
        await act(result.Events, cancel);
        if (message.Retained)
        {
            await act(loop.Suspicious($"a retained command on {message.Topic}", now), cancel);
        }

        var why = result.Refusal ?? (result.SetpointId is not null && !loop.AuditWritable ? new Refusal("audit", "the audit record cannot be written, so nothing was written to the plant") : null);
        if (why is not null)
        {
            counters.Refuse(counter, why.Text);
        }

        var reply = new CommandReplyMessage(head.CommandId, why is null, why?.Code, why?.Text ?? result.Text, loop.Mode.Mode, loop.Mode.Version, clock) { SetpointId = why is null ? result.SetpointId : null };
        _answered.Keep(message.Payload.Span, reply);
        await publisher.ReplyAsync(message, head.By.Client, reply, cancel);
    }

    private async Task AgainAsync(Errand errand, CommandHead head, CommandReplyMessage before, bool same, string counter, CancellationToken cancel)
    {
        counters.Count("command_repeated");
        if (same)
        {
            await publisher.ReplyAsync(errand.Message, head.By.Client, before, cancel);
            return;
        }

        string why = $"command id {head.CommandId} was used before for another command";
        counters.Refuse(counter, why);
        await act(errand.Loop.Suspicious(why, errand.Now), cancel);
        await publisher.ReplyAsync(errand.Message, head.By.Client, before with { Done = false, ReasonCode = "duplicate", Reason = why, SetpointId = null, At = errand.Clock }, cancel);
    }

    // Nobody can be answered by command id; who put the id into the correlation data still can.
    private async Task UnreadableAsync(InboundMessage message, string? reason, LineLoop? loop, DateTimeOffset clock, string counter, CancellationToken cancel)
    {
        var refusal = reason is not null ? new Refusal("bad_schema", reason) : new Refusal("not_ready", "process time is not known yet");
        counters.Refuse(counter, refusal.Text);
        warn($"a command on {message.Topic} was refused: {refusal.Text}");
        if (message.CorrelationData.Length == 16)
        {
            string id = new Guid(message.CorrelationData.Span, bigEndian: true).ToString();
            await publisher.ReplyAsync(message, null, new CommandReplyMessage(id, false, refusal.Code, refusal.Text, loop?.Mode.Mode ?? OperatingMode.Off, loop?.Mode.Version ?? 0, clock), cancel);
        }
    }

    private static Refusal? Refusal(InboundMessage message, CommandHead head, DateTimeOffset clock) =>
        message.Retained ? new Refusal("retained", "a command must not be retained")
        : !message.IsJson ? new Refusal("content_type", $"content type {message.ContentType}, expected application/json")
        : head.By.Role == ActorRole.Viewer ? new Refusal("role", $"{head.By.User} is a viewer, expected operator, engineer, admin or system")
        : clock > head.ExpiresAt || head.IssuedAt > clock + Skew ? new Refusal("expired", $"issued {head.IssuedAt:O}, expires {head.ExpiresAt:O}, now {clock:O}")
        : null;
}
