using System.Text.Json;
using Optimizer.Cycle;
using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary>States of an alarm after ISA-18.2. We publish <see cref="UnackActive"/> and <see cref="Normal"/>; acknowledging and shelving is the alarm system's.</summary>
public enum AlarmState
{
    Normal,
    UnackActive,
    AckActive,
    UnackRtn,
    Shelved,
    Suppressed,
    OutOfService,
}

/// <summary><c>alarm/{alarmId}</c>, retained; an empty payload means there is none.</summary>
public sealed record AlarmMessage(string AlarmId, AlarmState State, AlarmPriority Priority, string Message, DateTimeOffset At)
{
    public string? Consequence { get; init; }

    public string? Response { get; init; }

    public double? Value { get; init; }

    public double? Limit { get; init; }

    public Actor? AckBy { get; init; }
}

public static class AlarmPayload
{
    private const int LongestMessage = 200;

    /// <summary>Such as <c>F01.OPT_SHED</c>.</summary>
    public static string Id(string unit, AlarmKind kind) => $"{unit}.{JsonNamingPolicy.SnakeCaseUpper.ConvertName(kind.ToString())}";

    public static byte[] Encode(string unit, Alarm alarm) => Encode(
        new AlarmMessage(Id(unit, alarm.Kind), alarm.Active ? AlarmState.UnackActive : AlarmState.Normal, alarm.Priority, alarm.Message, alarm.At)
        {
            Consequence = alarm.Active ? alarm.Consequence : null,
            Response = alarm.Active ? alarm.Response : null,
        });

    public static byte[] Encode(AlarmMessage message) => PayloadForm.Encode(message with { Message = PayloadForm.Cut(message.Message, LongestMessage)! });

    public static Decoded<AlarmMessage> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<AlarmMessage>(payload, PayloadForm.LargestCommand);
}
