using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Optimizer.Mqtt;

/// <summary>JSON as the contract has it: snake_case, UTC instants ending in Z, no unknown and no duplicate keys.</summary>
internal static class PayloadForm
{
    public const int LargestCommand = 16 * 1024;
    public const int LargestLabResult = 64 * 1024;

    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.Strict,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 8,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false), new UtcInstant() },
    };

    public static byte[] Encode<T>(T payload) => JsonSerializer.SerializeToUtf8Bytes(payload, Strict);

    /// <summary>Decodes or says in one sentence what is wrong; never throws.</summary>
    public static Decoded<T> Decode<T>(ReadOnlySpan<byte> payload, int largest)
        where T : class
    {
        if (payload.Length > largest)
        {
            return Decoded<T>.Wrong($"{payload.Length} bytes, at most {largest} are taken");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(payload, Strict) is { } value ? Decoded<T>.Right(value) : Decoded<T>.Wrong("null, expected an object");
        }
        catch (JsonException e)
        {
            return Decoded<T>.Wrong(e.Path is { } path && !e.Message.Contains(path, StringComparison.Ordinal) ? $"{path}: {e.Message}" : e.Message);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            return Decoded<T>.Wrong(e.Message);
        }
    }

    private sealed class UtcInstant : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return text is not null && text.EndsWith('Z') && text.Contains('T', StringComparison.Ordinal)
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
                ? at
                : throw new JsonException($"found \"{text}\", expected a UTC instant such as 2026-11-23T10:06:02.114Z");
        }

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
    }
}

/// <summary>A decoded payload, or why it is none.</summary>
/// <param name="Value">Null when wrong.</param>
/// <param name="Reason">What was found, what was expected, where; null when right.</param>
public sealed record Decoded<T>(T? Value, string? Reason)
    where T : class
{
    public static Decoded<T> Right(T value) => new(value, null);

    public static Decoded<T> Wrong(string reason) => new(null, reason);

    /// <summary>Turns the value into another, or keeps the reason; the function may itself say what is wrong.</summary>
    internal Decoded<TNext> Then<TNext>(Func<T, Decoded<TNext>> next)
        where TNext : class => Value is null ? Decoded<TNext>.Wrong(Reason ?? "nothing") : next(Value);
}
