using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Optimizer.Mqtt;

/// <summary>JSON as the contract has it: snake_case, UTC instants ending in Z, no unknown and no duplicate keys.</summary>
internal static partial class PayloadForm
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
        Converters = { new ExactNames(), new UtcInstant() },
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

    /// <summary>Not longer than <paramref name="longest"/>: a long reason is cut, not refused.</summary>
    public static string? Cut(string? text, int longest) => text is null || text.Length <= longest ? text : text[..(longest - 1)] + "…";

    /// <summary>JSON has no other numbers; null: there is none.</summary>
    public static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    public static bool IsId(string text) => UuidVersion7().IsMatch(text);

    /// <summary>As found, short enough for a sentence.</summary>
    public static string Short(string text) => Cut(text, 41)!;

    /// <summary>What is wrong with who asked; null: nothing.</summary>
    public static string? CheckActor(Plant.Actor by, string place) =>
        by.User.Length is 0 or > 128 ? $"{place}.user is empty or too long, expected a name of up to 128 characters"
        : by.Client is { } client && !TopicTree.IsIdentifier(client) ? $"{place}.client \"{Short(client)}\", expected an identifier"
        : null;

    [GeneratedRegex(@"\A[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z")]
    private static partial Regex UuidVersion7();

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z\z", RegexOptions.CultureInvariant)]
    private static partial Regex Instant();

    // The serializer's own converter takes WRITE for write.
    private sealed class ExactNames : JsonConverterFactory
    {
        public override bool CanConvert(Type type) => type.IsEnum;

        public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(ExactName<>).MakeGenericType(type))!;
    }

    private sealed class ExactName<T> : JsonConverter<T>
        where T : struct, Enum
    {
        private static readonly Dictionary<string, T> Values = Enum.GetValues<T>().ToDictionary(v => Names(v), v => v, StringComparer.Ordinal);

        public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return text is not null && Values.TryGetValue(text, out var value)
                ? value
                : throw new JsonException($"found {(text is null ? reader.TokenType.ToString() : $"\"{Short(text)}\"")}, expected one of {string.Join(", ", Values.Keys)}");
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Names(value));

        private static string Names(T value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
    }

    private sealed class UtcInstant : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return text is not null && Instant().IsMatch(text)
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
