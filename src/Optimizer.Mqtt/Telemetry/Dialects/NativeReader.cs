using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>
/// The native point, exactly <c>{"timestamp_ms":…,"value":…}</c> in either order, for one tag: most messages of most plants, so it
/// reads the bytes once and allocates nothing. Whatever is not exactly that is left to the paths, which say what is wrong.
/// </summary>
internal sealed class NativeReader(TagBinding binding) : PayloadReader
{
    private readonly PathReader _paths = new([binding]);

    public static bool Fits(TagBinding[] bindings) => bindings is
        [{ Dialect: TelemetryDialect.Json, TimeUnit: TimeUnit.Milliseconds, VectorLength: null, ValuePath.Text: "$.value", TimePath.Text: "$.timestamp_ms" }];

    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        if (!TryRead(payload.Span, out long milliseconds, out double value))
        {
            return _paths.Read(payload, arrival, into);
        }

        string? reason = null;
        into.Add(SampleRules.Place(binding, value, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), Quality.Good, arrival, ref reason));
        return new DecodeOutcome(1, reason, true);
    }

    private static bool TryRead(ReadOnlySpan<byte> payload, out long milliseconds, out double value)
    {
        (milliseconds, value) = (0, 0);
        var reader = new Utf8JsonReader(payload);
        bool timed = false, valued = false;
        if (!Next(ref reader, JsonTokenType.StartObject))
        {
            return false;
        }

        while (Read(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!timed && reader.ValueTextEquals("timestamp_ms"u8))
            {
                timed = Next(ref reader, JsonTokenType.Number) && reader.TryGetInt64(out milliseconds) && milliseconds is > 0 and < 253_402_300_800_000;
            }
            else if (!valued && reader.ValueTextEquals("value"u8))
            {
                valued = Next(ref reader, JsonTokenType.Number) && reader.TryGetDouble(out value) && double.IsFinite(value);
            }
            else
            {
                return false;
            }

            if (!(timed || valued))
            {
                return false;
            }
        }

        return timed && valued && reader.TokenType == JsonTokenType.EndObject && reader.BytesConsumed == payload.Length;
    }

    private static bool Next(ref Utf8JsonReader reader, JsonTokenType expected) => Read(ref reader) && reader.TokenType == expected;

    private static bool Read(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
