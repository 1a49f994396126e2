using System.Text;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests;

public class TelemetryDecoderTests
{
    private const string Topic = "acme/l1/_raw/f01/flow";
    private const string LabTopic = "acme/l1/_opt_v1/lab/roll";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly long Ms = Now.ToUnixTimeMilliseconds();

    private static readonly TagBinding Flow = new() { Tag = "flow", Topic = Topic, EngineeringUnit = "m3/h", Low = 0, High = 100 };
    private static readonly TagBinding Elongation = new() { Tag = "el", Topic = LabTopic, EngineeringUnit = "%", Low = 0, High = 30, Analyte = "el" };

    /// <summary>payload, value (NaN: none), quality.</summary>
    public static TheoryData<string, double, Quality> Readings => new()
    {
        { $"{{\"timestamp_ms\":{Ms},\"value\":42.5}}", 42.5, Quality.Good },
        { $"{{\"value\":42.5,\"timestamp_ms\":{Ms},\"more\":{{\"a\":[1]}}}}", 42.5, Quality.Good },
        { $"{{\"timestamp_ms\":{Ms},\"value\":true}}", double.NaN, Quality.Bad },
        { $"{{\"timestamp_ms\":{Ms},\"value\":-1.2}}", -1.2, Quality.Good },
        { $"{{\"timestamp_ms\":{Ms},\"value\":-2}}", -2, Quality.Uncertain },
        { $"{{\"timestamp_ms\":{Ms},\"value\":-3}}", -3, Quality.Bad },
        { $"{{\"timestamp_ms\":{Ms},\"value\":103}}", 103, Quality.Good },
        { $"{{\"timestamp_ms\":{Ms},\"value\":105}}", 105, Quality.Uncertain },
        { $"{{\"timestamp_ms\":{Ms},\"value\":107}}", 107, Quality.Bad },
        { $"{{\"timestamp_ms\":{Ms},\"value\":null}}", double.NaN, Quality.Bad },
        { $"{{\"timestamp_ms\":{Ms}}}", double.NaN, Quality.Bad },
        { $"{{\"timestamp_ms\":{Ms},\"value\":1e999}}", double.NaN, Quality.Bad },
        { $"{{\"timestamp_ms\":{Ms},\"value\":\"42.5\"}}", double.NaN, Quality.Bad },
        { $"{{\"timestamp_ms\":{Ms},\"value\":[1]}}", double.NaN, Quality.Bad },
    };

    [Theory]
    [MemberData(nameof(Readings))]
    public void Reading_HasValueAndQuality(string payload, double value, Quality quality)
    {
        var (outcome, samples) = Decode(Flow, Topic, payload);

        var sample = Assert.Single(samples);
        Assert.Equal((value, quality, Now), (sample.Value, sample.Quality, sample.SampledAt));
        Assert.Equal(double.IsNaN(value), outcome.Reason is not null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("NaN")]
    [InlineData("42.5")]
    [InlineData("{\"timestamp_ms\":NaN,\"value\":1}")]
    [InlineData("{\"timestamp_ms\":\"now\",\"value\":1}")]
    [InlineData("{\"timestamp_ms\":1.5,\"value\":1}")]
    [InlineData("{\"timestamp_ms\":99999999999999999,\"value\":1}")]
    [InlineData("{\"timestamp_ms\":1772366400000,\"value\":1,\"value\":2}")]
    [InlineData("{\"timestamp_ms\":1772366400000,\"value\":1}trailing")]
    [InlineData("\uFEFF{\"timestamp_ms\":1772366400000,\"value\":1}")]
    [InlineData("{\"timestamp_ms\":1772366400000,\"value\":[[[[[[[[[1]]]]]]]]]}")]
    public void BrokenPayload_IsRefusedWithAReason(string payload)
    {
        var (outcome, samples) = Decode(Flow, Topic, payload);

        Assert.Empty(samples);
        Assert.True(outcome.IsOurs);
        Assert.False(string.IsNullOrWhiteSpace(outcome.Reason));
    }

    [Theory]
    [InlineData("\"42.5\"", 42.5)]
    [InlineData("\"1,5\"", double.NaN)]
    [InlineData("\"Infinity\"", double.NaN)]
    [InlineData("\"abc\"", double.NaN)]
    public void TextNumber_IsTakenOnlyWhereAllowedAndOnlyPlain(string json, double value)
    {
        var (_, samples) = Decode(Flow with { AllowStringNumbers = true }, Topic, $"{{\"timestamp_ms\":{Ms},\"value\":{json}}}");

        Assert.Equal(value, samples.Single().Value);
    }

    [Theory]
    [InlineData(TimeUnit.Seconds, "1772366400")]
    [InlineData(TimeUnit.Microseconds, "1772366400000000")]
    [InlineData(TimeUnit.Nanoseconds, "1772366400000000000")]
    [InlineData(TimeUnit.Iso, "\"2026-03-01T12:00:00Z\"")]
    [InlineData(TimeUnit.Iso, "\"2026-03-01T13:00:00+01:00\"")]
    public void Timestamp_IsReadInItsDeclaredUnit(TimeUnit unit, string json)
    {
        var (_, samples) = Decode(Flow with { TimeUnit = unit }, Topic, $"{{\"timestamp_ms\":{json},\"value\":1}}");

        Assert.Equal(Now, samples.Single().SampledAt);
    }

    [Theory]
    [InlineData("\"2026-03-01 12:00:00Z\"")]
    [InlineData("\"2026-03-01T12:00:00\"")]
    public void IsoTimeWithoutTOrZone_IsRefused(string json)
    {
        Assert.Empty(Decode(Flow with { TimeUnit = TimeUnit.Iso }, Topic, $"{{\"timestamp_ms\":{json},\"value\":1}}").Samples);
    }

    [Theory]
    [InlineData(4, Quality.Good, 4)]
    [InlineData(6, Quality.Uncertain, 6)]
    [InlineData(61, Quality.Bad, 0)]
    public void ClockAhead_IsDoubtedOnAWallClockSiteOnly(int secondsAhead, Quality quality, int stampedAhead)
    {
        string payload = $"{{\"timestamp_ms\":{Ms + (1000 * secondsAhead)},\"value\":1}}";

        var wall = Decode(Flow, Topic, payload).Samples.Single();
        var source = Decode(Flow, Topic, payload, sourceClock: true).Samples.Single();

        Assert.Equal((quality, Now.AddSeconds(stampedAhead)), (wall.Quality, wall.SampledAt));
        Assert.Equal((Quality.Good, Now.AddSeconds(secondsAhead)), (source.Quality, source.SampledAt));
    }

    [Fact]
    public void RetainedReading_IsNeverGood()
    {
        var into = new List<Sample>();
        new TelemetryDecoder([Flow], false).Decode(Topic, Encoding.UTF8.GetBytes($"{{\"timestamp_ms\":{Ms},\"value\":1}}"), Now, retained: true, into);

        Assert.Equal(Quality.Uncertain, into.Single().Quality);
    }

    [Fact]
    public void OneMessageWithSeveralTags_GivesASampleEach()
    {
        var a = Flow with { Tag = "a", ValuePath = PayloadPath.Parse("$.v['x y'][1]") };
        var b = Flow with { Tag = "b", ValuePath = PayloadPath.Parse("$.pos.x") };
        var into = new List<Sample>();
        new TelemetryDecoder([a, b], false).Decode(Topic, Encoding.UTF8.GetBytes($"{{\"timestamp_ms\":{Ms},\"v\":{{\"x y\":[1,2]}},\"pos\":{{\"x\":3}}}}"), Now, false, into);

        Assert.Equal([("a", 2.0), ("b", 3.0)], into.Select(s => (s.Tag, s.Value)));
    }

    [Theory]
    [InlineData("\"el\",\"value\":4.1,\"unit\":\"%\"", "final", Quality.Good)]
    [InlineData("\"el\",\"value\":4.1,\"unit\":\"%\",\"qualifier\":\"<\"", "final", Quality.Bad)]
    [InlineData("\"el\",\"value\":null,\"unit\":\"%\"", "final", Quality.Bad)]
    [InlineData("\"el\",\"value\":4.1,\"unit\":\"%\"", "preliminary", Quality.Uncertain)]
    [InlineData("\"el\",\"value\":99,\"unit\":\"%\"", "final", Quality.Bad)]
    public void LabResult_KeepsItsTwoTimes(string result, string status, Quality quality)
    {
        var (_, samples) = Decode(Elongation, LabTopic, Lab(result, status));

        var sample = samples.Single();
        Assert.Equal((quality, Now.AddHours(-2), Now.AddHours(-1), Now), (sample.Quality, sample.SampledAt, sample.KnownAt, sample.ReceivedAt));
    }

    [Fact]
    public void LabResultInAnotherUnit_IsRefusedNotConverted()
    {
        var (outcome, samples) = Decode(Elongation, LabTopic, Lab("\"el\",\"value\":0.041,\"unit\":\"1\"", "final"));

        Assert.Empty(samples);
        Assert.Contains("expected \"%\"", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void WhateverTheBytes_NothingIsThrown()
    {
        var random = new Random(11);
        var decoder = new TelemetryDecoder([Flow, Elongation], false);
        byte[][] valid = [Encoding.UTF8.GetBytes($"{{\"timestamp_ms\":{Ms},\"value\":42.5}}"), Encoding.UTF8.GetBytes(Lab("\"el\",\"value\":4.1,\"unit\":\"%\"", "final"))];
        var into = new List<Sample>();
        for (int n = 0; n < 20_000; n++)
        {
            var bytes = (byte[])valid[n % 2].Clone();
            for (int edits = random.Next(1, 6); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            decoder.Decode(n % 2 == 0 ? Topic : LabTopic, bytes.AsMemory(0, random.Next(bytes.Length + 1)), Now, false, into);
        }

        Assert.All(into, s => Assert.True(double.IsFinite(s.Value) || s.Quality == Quality.Bad));
    }

    [Theory]
    [InlineData("value", "start with $")]
    [InlineData("$value", "\".name\" or \"[\"")]
    [InlineData("$.", "a name after the dot")]
    [InlineData("$[x]", "['name'] or [index]")]
    [InlineData("$[1", "a closing ]")]
    [InlineData("$..a", "a name after the dot")]
    public void PathThatIsNone_SaysWhatIsExpected(string path, string expected)
    {
        Assert.Contains(expected, Assert.Throws<FormatException>(() => PayloadPath.Parse(path)).Message, StringComparison.Ordinal);
    }

    private static string Lab(string result, string status) =>
        "{\"sample_id\":\"L1\",\"revision\":0,\"status\":\"" + status + "\",\"sampled_at\":\"2026-03-01T10:00:00Z\",\"reported_at\":\"2026-03-01T11:00:00Z\",\"results\":[{\"analyte\":" + result + "}]}";

    private static (DecodeOutcome Outcome, List<Sample> Samples) Decode(TagBinding binding, string topic, string payload, bool sourceClock = false)
    {
        var into = new List<Sample>();
        return (new TelemetryDecoder([binding], sourceClock).Decode(topic, Encoding.UTF8.GetBytes(payload), Now, false, into), into);
    }
}
