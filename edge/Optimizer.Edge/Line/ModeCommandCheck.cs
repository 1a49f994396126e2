using Optimizer.Mqtt;

namespace Optimizer.Edge.Line;

/// <summary>What is checked of a mode command before the loop is asked: an old command must not act.</summary>
internal static class ModeCommandCheck
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <param name="clock">Process time on a source-clock site, the wall clock otherwise.</param>
    /// <returns>Why it is refused; null: it may be asked.</returns>
    public static string? Refusal(InboundMessage message, ModeCommandMessage command, string unit, DateTimeOffset clock)
    {
        if (message.Retained)
        {
            return "a command must not be retained";
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
