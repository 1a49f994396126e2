using Optimizer.Cycle;
using Optimizer.Mqtt;

namespace Optimizer.Edge.Line;

/// <summary>Takes mode commands: checks them, asks the loop, answers. An old command must not act.</summary>
internal sealed class ModeDesk(LinePublisher publisher, WorkerCounters counters)
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <param name="now">Process time.</param>
    /// <param name="clock">What the command's times are judged by: process time on a source-clock site, the wall clock otherwise.</param>
    /// <param name="act">Does what the loop says.</param>
    public async Task TakeAsync(
        InboundMessage message, LineLoop? loop, DateTimeOffset now, DateTimeOffset clock, Func<IReadOnlyList<LineEvent>, CancellationToken, Task> act, CancellationToken cancel)
    {
        var decoded = ModePayload.Decode(message.Payload.Span);
        if (decoded.Value is not { } command || loop is null)
        {
            counters.Refuse("mode_command_rejected", decoded.Reason ?? "a mode command before process time is known");
            return;
        }

        IReadOnlyList<LineEvent> events = [];
        string? refusal = Refusal(message, command, loop.Line.Unit.Name, clock);
        if (refusal is null)
        {
            events = loop.Request(new(command.RequestedMode, command.User, command.Reason ?? "", command.ExpectedVersion), now, out refusal);
        }

        if (refusal is not null)
        {
            counters.Refuse("mode_command_rejected", refusal);
        }

        await act(events, cancel);
        await publisher.ReplyAsync(message, command, refusal, loop.Mode, clock, cancel);
    }

    private static string? Refusal(InboundMessage message, ModeCommandMessage command, string unit, DateTimeOffset clock)
    {
        if (message.Retained)
        {
            return "a command must not be retained";
        }

        if (!message.IsJson)
        {
            return $"content type {message.ContentType}, expected application/json";
        }

        if (command.Unit != unit)
        {
            return $"unit {command.Unit} is not run here, this is {unit}";
        }

        return clock > command.ExpiresAt || command.IssuedAt > clock + Skew
            ? $"issued {command.IssuedAt:O}, expires {command.ExpiresAt:O}, now {clock:O}"
            : null;
    }
}
