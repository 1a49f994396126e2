using System.Text;
using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests;

/// <summary>Payloads as they go wrong on plants: <c>tests/Cases/telemetry-edge-cases.json</c>, one row each.</summary>
public class EdgeCaseTests
{
    private const string Topic = "acme/l1/data";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JsonElement[] Rows = [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "telemetry-edge-cases.json"))).RootElement.EnumerateArray()];

    public static TheoryData<int, string> Cases => new(Rows.Select((r, i) => (i, $"{r.GetProperty("case").GetString()}: {r.GetProperty("condition").GetString()}")));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_IsReadAsWritten(int index, string name)
    {
        var row = Rows[index];
        byte[] payload = row.TryGetProperty("payloadHex", out var hex) ? Convert.FromHexString(hex.GetString()!) : Encoding.UTF8.GetBytes(row.GetProperty("payload").GetString()!);
        var into = new List<Sample>();
        string topic = row.TryGetProperty("topic", out var other) ? other.GetString()! : Topic;

        var outcome = new TelemetryDecoder([Binding(row)], row.TryGetProperty("sourceClock", out _)).Decode(topic, payload, Now, row.TryGetProperty("retained", out _), into);

        var expected = row.GetProperty("samples").EnumerateArray().Select(s => (
            s.GetProperty("value").ValueKind == JsonValueKind.Null ? double.NaN : s.GetProperty("value").GetDouble(),
            Enum.Parse<Quality>(s.GetProperty("quality").GetString()!, ignoreCase: true), s.GetProperty("at").GetDateTimeOffset()));
        Assert.Equal(expected, into.Select(s => (s.Value, s.Quality, s.SampledAt)));
        Assert.Equal(row.TryGetProperty("unbound", out var unbound) ? unbound.GetInt32() : 0, outcome.Unbound);
        if (row.TryGetProperty("reason", out var reason))
        {
            Assert.Contains(reason.GetString()!, outcome.Reason, StringComparison.Ordinal);
        }
        else
        {
            Assert.True(outcome.Reason is null, $"{name}: {outcome.Reason}");
        }
    }

    [Fact]
    public void EveryRowOfTheNotes_HasACase()
    {
        string[] rows =
        [
            "null", "1e999", "NaN", "numbers as strings", "booleans, enums, text states", "duplicate keys", "depth", "trailing bytes", "BOM", "bad UTF-8", "timestamp units",
            "ISO 8601", "clock skew", "retained", "arrays and vectors", "unknown tag", "topic oddities",
        ];

        Assert.Empty(rows.Except(Rows.Select(r => r.GetProperty("case").GetString()!)));
    }

    [Theory]
    [InlineData(256 * 1024, true)]
    [InlineData((256 * 1024) + 1, false)]
    public void Payload_HasALargestSize(int bytes, bool taken)
    {
        string payload = "{\"timestamp_ms\":1772366400000,\"value\":1}".PadRight(bytes);
        var into = new List<Sample>();

        var outcome = new TelemetryDecoder([Binding(Rows[0])], false).Decode(Topic, Encoding.UTF8.GetBytes(payload), Now, false, into);

        Assert.Equal(taken ? 1 : 0, into.Count);
        Assert.Equal(taken, outcome.Reason is null);
    }

    [Fact]
    public void MessageOfMoreThan5000Points_IsRefused()
    {
        var batch = Binding(Rows[0]) with { Dialect = TelemetryDialect.Items, Items = ItemsForm.Batch, Key = "k" };
        string payload = $"{{\"timestamp_ms\":1772366400000,\"points\":[{string.Join(',', Enumerable.Repeat("{\"tag\":\"k\",\"value\":1}", 5001))}]}}";

        var outcome = new TelemetryDecoder([batch], false).Decode(Topic, Encoding.UTF8.GetBytes(payload), Now, false, []);

        Assert.Contains("more than 5000", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void NativePoint_AllocatesNothing()
    {
        var decoder = new TelemetryDecoder([Binding(Rows[0])], false);
        byte[] payload = "{\"timestamp_ms\":1772366400000,\"value\":42.5}"u8.ToArray();
        var into = new List<Sample>(4);
        for (int warm = 0; warm < 100; warm++)
        {
            into.Clear();
            decoder.Decode(Topic, payload, Now, false, into);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int n = 0; n < 1000; n++)
        {
            into.Clear();
            decoder.Decode(Topic, payload, Now, false, into);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(42.5, into[0].Value);
    }

    private static TagBinding Binding(JsonElement row)
    {
        var binding = new TagBinding { Tag = "flow", Topic = Topic, EngineeringUnit = "m3/h", Low = 0, High = 100 };
        if (!row.TryGetProperty("binding", out var b))
        {
            return binding;
        }

        foreach (var p in b.EnumerateObject())
        {
            binding = p.Name switch
            {
                "dialect" => binding with { Dialect = Enum.Parse<TelemetryDialect>(p.Value.GetString()!) },
                "timeUnit" => binding with { TimeUnit = Enum.Parse<TimeUnit>(p.Value.GetString()!) },
                "key" => binding with { Key = p.Value.GetString() },
                "items" => binding with { Items = ItemsForm.Batch },
                "allowStringNumbers" => binding with { AllowStringNumbers = p.Value.GetBoolean() },
                "states" => binding with { States = p.Value.EnumerateObject().ToDictionary(s => s.Name, s => s.Value.GetDouble()) },
                "valuePath" => binding with { ValuePath = PayloadPath.Parse(p.Value.GetString()!) },
                "vectorLength" => binding with { VectorLength = p.Value.GetInt32() },
                "qualityPath" => binding with { QualityPath = PayloadPath.Parse(p.Value.GetString()!) },
                "unitPath" => binding with { UnitPath = PayloadPath.Parse(p.Value.GetString()!) },
                _ => throw new InvalidOperationException($"binding property {p.Name} is unknown"),
            };
        }

        return binding;
    }
}
