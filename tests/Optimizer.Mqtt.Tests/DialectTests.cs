using System.IO.Compression;
using System.Text;
using CsCheck;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests;

/// <summary>Every dialect as its makers publish it, and the edge cases of the wire notes, one row each.</summary>
public class DialectTests
{
    private const string Topic = "acme/l1/data";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly long Ms = Now.ToUnixTimeMilliseconds();

    private static TagBinding Bind(TelemetryDialect dialect, string key, string tag = "t") =>
        new() { Tag = tag, Topic = Topic, EngineeringUnit = "Cel", Low = 0, High = 100, Dialect = dialect, Key = key };

    private static (DecodeOutcome Outcome, List<Sample> Samples) Decode(TagBinding binding, string payload, bool retained = false) => Decode([binding], Encoding.UTF8.GetBytes(payload), retained);

    private static (DecodeOutcome Outcome, List<Sample> Samples) Decode(TagBinding[] bindings, byte[] payload, bool retained = false)
    {
        var into = new List<Sample>();
        return (new TelemetryDecoder(bindings, false).Decode(Topic, payload, Now, retained, into), into);
    }

    public static TheoryData<string, TelemetryDialect, string, string, double, Quality> Messages => new()
    {
        { "umh classic", TelemetryDialect.UmhClassic, "temperature", """{"timestamp_ms":1772366400000,"pos":{"x":12.5,"y":7.3},"temperature":50.0,"collision":false}""", 50, Quality.Good },
        { "umh classic, group", TelemetryDialect.UmhClassic, "pos.y", """{"timestamp_ms":1772366400000,"pos":{"x":12.5,"y":7.3}}""", 7.3, Quality.Good },
        { "umh classic, stored name", TelemetryDialect.UmhClassic, "head$pos$x", """{"timestamp_ms":1772366400000,"head":{"pos":{"x":3}}}""", 3, Quality.Good },
        { "umh classic, flat stored name", TelemetryDialect.UmhClassic, "head.pos.x", """{"timestamp_ms":1772366400000,"head$pos$x":3}""", 3, Quality.Good },
        { "sitewise", TelemetryDialect.SiteWise, "site1/line1/t", """{"propertyAlias":"site1/line1/t","propertyValues":[{"quality":"GOOD","timestamp":{"timeInSeconds":1772366400,"offsetInNanos":0},"value":{"doubleValue":23.5}}]}""", 23.5, Quality.Good },
        { "sitewise, integer, doubtful", TelemetryDialect.SiteWise, "a", """[{"propertyAlias":"a","propertyValues":[{"quality":"UNCERTAIN","timestamp":{"timeInSeconds":1772366400},"value":{"integerValue":7}}]}]""", 7, Quality.Uncertain },
        { "sitewise, null", TelemetryDialect.SiteWise, "a", """{"propertyAlias":"a","propertyValues":[{"quality":"BAD","timestamp":{"timeInSeconds":1772366400},"value":{"nullValue":{"valueType":"D"}}}]}""", double.NaN, Quality.Bad },
        { "opc ua, network message", TelemetryDialect.OpcUaPubSub, "StepUp", """{"MessageId":"27","MessageType":"ua-data","PublisherId":"p","Messages":[{"DataSetWriterId":1,"DataSetWriterName":"1000","MessageType":"ua-deltaframe","Timestamp":"2026-03-01T12:00:00.00Z","Payload":{"StepUp":{"Value":23,"SourceTimestamp":"2026-03-01T12:00:00Z","ServerTimestamp":"2026-03-01T11:00:00Z"}}}]}""", 23, Quality.Good },
        { "opc ua, named writer", TelemetryDialect.OpcUaPubSub, "1000/StepUp", """{"MessageType":"ua-data","Messages":[{"DataSetWriterName":"1000","Payload":{"StepUp":{"Value":23,"SourceTimestamp":"2026-03-01T12:00:00Z"}}}]}""", 23, Quality.Good },
        { "opc ua, bad without a value", TelemetryDialect.OpcUaPubSub, "B", """{"MessageType":"ua-data","Messages":[{"Payload":{"B":{"StatusCode":{"Symbol":"BadNoCommunication","Code":2150694912},"SourceTimestamp":"2026-03-01T12:00:00Z"}}}]}""", double.NaN, Quality.Bad },
        { "opc ua, status as a number", TelemetryDialect.OpcUaPubSub, "B", """{"MessageType":"ua-data","Messages":[{"Payload":{"B":{"Value":5,"StatusCode":1073741824,"SourceTimestamp":"2026-03-01T12:00:00Z"}}}]}""", 5, Quality.Uncertain },
        { "opc ua, good status object", TelemetryDialect.OpcUaPubSub, "B", """{"MessageType":"ua-data","Messages":[{"Payload":{"B":{"Value":5,"StatusCode":{},"SourceTimestamp":"2026-03-01T12:00:00Z"}}}]}""", 5, Quality.Good },
        { "opc ua, raw fields", TelemetryDialect.OpcUaPubSub, "F", """{"MessageType":"ua-data","Messages":[{"Timestamp":"2026-03-01T12:00:00Z","Payload":{"F":4.5}}]}""", 4.5, Quality.Good },
        { "opc ua, reversible", TelemetryDialect.OpcUaPubSub, "F", """{"MessageType":"ua-data","Messages":[{"Timestamp":"2026-03-01T12:00:00Z","Payload":{"F":{"Value":{"Type":11,"Body":4.5}}}}]}""", 4.5, Quality.Good },
        { "opc ua, reversible raw", TelemetryDialect.OpcUaPubSub, "F", """{"MessageType":"ua-data","Messages":[{"Timestamp":"2026-03-01T12:00:00Z","Payload":{"F":{"Type":11,"Body":4.5}}}]}""", 4.5, Quality.Good },
        { "opc ua, batch", TelemetryDialect.OpcUaPubSub, "F", """[{"MessageType":"ua-data","Messages":[]},{"MessageType":"ua-data","Messages":[{"Timestamp":"2026-03-01T12:00:00Z","Payload":{"F":4.5}}]}]""", 4.5, Quality.Good },
        { "opc ua, no network header", TelemetryDialect.OpcUaPubSub, "F", """{"DataSetWriterId":1,"Timestamp":"2026-03-01T12:00:00Z","Payload":{"F":4.5}}""", 4.5, Quality.Good },
        { "opc ua samples", TelemetryDialect.OpcUaSamples, "nsu=u;s=A", """{"NodeId":"nsu=u;s=A","EndpointUrl":"opc.tcp://x","Value":{"Value":6,"SourceTimestamp":"2026-03-01T12:00:00Z"}}""", 6, Quality.Good },
        { "opc ua samples, array", TelemetryDialect.OpcUaSamples, "i=1", """[{"NodeId":"i=2","Value":{"Value":1}},{"NodeId":"i=1","Value":{"Value":6,"SourceTimestamp":"2026-03-01T12:00:00Z"}}]""", 6, Quality.Good },
        { "azure iot operations", TelemetryDialect.AzureIotOperations, "Tag 10", """{"temperature":{"SourceTimestamp":"2026-03-01T12:00:00Z","Value":4558},"Tag 10":{"SourceTimestamp":"2026-03-01T12:00:00Z","Value":45.58}}""", 45.58, Quality.Good },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_OfADialect_GivesItsValue(string name, TelemetryDialect dialect, string key, string payload, double value, Quality quality)
    {
        var (outcome, samples) = Decode(Bind(dialect, key), payload);

        var sample = Assert.Single(samples);
        Assert.True((value, quality, Now) == (sample.Value, sample.Quality, sample.SampledAt) || (double.IsNaN(value) && double.IsNaN(sample.Value) && quality == sample.Quality), $"{name}: {sample} {outcome.Reason}");
        Assert.Equal(double.IsNaN(value), outcome.Reason is not null);
    }

    [Fact]
    public void KepwareAndItsTemplates_AreItems()
    {
        var kepware = Bind(TelemetryDialect.Items, "Ch.Dev.Tag") with { Items = ItemsForm.Kepware };
        var (_, samples) = Decode(kepware, $$"""{"timestamp":{{Ms}},"values":[{"id":"Ch.Dev.Tag","v":12.91,"q":true,"t":{{Ms - 1000}}},{"id":"Ch.Dev.Other","v":1,"q":true,"t":{{Ms}}}]}""");
        Assert.Equal((12.91, Quality.Good, Now.AddSeconds(-1)), (samples[0].Value, samples[0].Quality, samples[0].SampledAt));
        Assert.Equal(Quality.Bad, Decode(kepware, $$"""{"timestamp":{{Ms}},"values":[{"id":"Ch.Dev.Tag","v":12.91,"q":false}]}""").Samples[0].Quality);

        var template = Bind(TelemetryDialect.Items, "flow") with
        {
            Items = new ItemsForm(PayloadPath.Parse("$"), PayloadPath.Parse("$.tagname"), PayloadPath.Parse("$.value"), PayloadPath.Parse("$.timestamp"), null),
            TimeUnit = TimeUnit.Iso,
        };
        Assert.Equal(3, Decode(template, """[{"tagname":"flow","timestamp":"2026-03-01T12:00:00Z","value":3}]""").Samples[0].Value);
    }

    [Fact]
    public void Batch_CarriesManyTags_EachWithItsUnit()
    {
        var a = Bind(TelemetryDialect.Items, "a", "a") with { Items = ItemsForm.Batch };
        var b = Bind(TelemetryDialect.Items, "b", "b") with { Items = ItemsForm.Batch };
        var (outcome, samples) = Decode([a, b], Encoding.UTF8.GetBytes(
            $$"""{"timestamp_ms":{{Ms}},"points":[{"tag":"a","value":1,"unit":"Cel"},{"tag":"b","value":2,"unit":"degF"},{"tag":"c","value":3},{"tag":"a","value":4,"timestamp_ms":{{Ms + 1}},"quality":"uncertain"}]}"""));

        Assert.Equal([("a", 1.0, Quality.Good), ("b", 2, Quality.Bad), ("a", 4, Quality.Uncertain)], samples.Select(s => (s.Tag, s.Value, s.Quality)));
        Assert.Equal(1, outcome.Unbound);
        Assert.Contains("degF", outcome.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("182.4", 182.4, "")]
    [InlineData("true", 1, "true")]
    [InlineData("\"182.4\"", 182.4, "")]
    [InlineData("\"running\"", 1, "running")]
    [InlineData("\"1,5\"", double.NaN, "")]
    [InlineData("null", double.NaN, "")]
    [InlineData("1e999", double.NaN, "")]
    public void Scalar_IsTheWholePayload_AndNeverBetterThanUncertain(string payload, double value, string state)
    {
        var binding = Bind(TelemetryDialect.Scalar, "") with
        {
            Key = null,
            High = 1000,
            AllowStringNumbers = true,
            States = state.Length > 0 ? new Dictionary<string, double> { [state] = 1 } : new Dictionary<string, double>(),
        };

        var sample = Assert.Single(Decode(binding, payload).Samples);
        Assert.Equal(value, sample.Value);
        Assert.Equal((double.IsNaN(value) ? Quality.Bad : Quality.Uncertain, Now), (sample.Quality, sample.SampledAt));
    }

    /// <summary>What must give no value, and not be lost silently either: dialect, key, payload, whether a reason is due.</summary>
    public static TheoryData<string, TelemetryDialect, string, bool> Silent => new()
    {
        { "keep-alive", TelemetryDialect.OpcUaPubSub, """{"MessageType":"ua-data","Messages":[{"MessageType":"ua-keepalive","Timestamp":"2026-03-01T12:00:00Z"}]}""", false },
        { "event", TelemetryDialect.OpcUaPubSub, """{"MessageType":"ua-data","Messages":[{"MessageType":"ua-event","Payload":{"k":{"Value":1}}}]}""", false },
        { "metadata", TelemetryDialect.OpcUaPubSub, """{"MessageType":"ua-metadata","MetaData":{"Fields":[]},"Messages":[]}""", false },
        { "no time at all", TelemetryDialect.OpcUaPubSub, """{"MessageType":"ua-data","Messages":[{"Payload":{"k":{"Value":1}}}]}""", true },
        { "a time without a zone", TelemetryDialect.AzureIotOperations, """{"k":{"SourceTimestamp":"2026-03-01T12:00:00","Value":1}}""", true },
        { "no node id", TelemetryDialect.OpcUaSamples, """{"Value":{"Value":1}}""", true },
        { "no payload", TelemetryDialect.OpcUaPubSub, """{"DataSetWriterId":1}""", true },
        { "messages that are none", TelemetryDialect.OpcUaPubSub, """{"MessageType":"ua-data","Messages":3}""", true },
        { "a scalar for an object", TelemetryDialect.UmhClassic, "3", true },
        { "alias without values", TelemetryDialect.SiteWise, """{"propertyAlias":"k"}""", true },
        { "seconds as text", TelemetryDialect.SiteWise, """{"propertyAlias":"k","propertyValues":[{"timestamp":{"timeInSeconds":"1"},"value":{"doubleValue":1}}]}""", true },
        { "the same key twice", TelemetryDialect.UmhClassic, """{"timestamp_ms":1772366400000,"k":1,"k":2}""", true },
        { "too deep", TelemetryDialect.UmhClassic, """{"timestamp_ms":1772366400000,"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"k":1}}}}}}}}}""", true },
    };

    [Theory]
    [MemberData(nameof(Silent))]
    public void MessageWithoutAValue_GivesNone(string name, TelemetryDialect dialect, string payload, bool reason)
    {
        var (outcome, samples) = Decode(Bind(dialect, "k"), payload);

        Assert.Empty(samples);
        Assert.True(outcome.IsOurs, name);
        Assert.Equal(reason, outcome.Reason is not null);
    }

    [Theory]
    [InlineData("1772366400", 0)]
    [InlineData("1772366400000", 0)]
    [InlineData("1772366400000000", 0)]
    [InlineData("1772366400000000000", 0)]
    [InlineData("1772366400123", 123)]
    [InlineData("1772366400123456789", 123)]
    public void AutoTime_IsToldBySize(string time, int milliseconds)
    {
        var binding = Bind(TelemetryDialect.Json, "") with { Key = null, TimeUnit = TimeUnit.Auto };
        Assert.Equal(Now.AddMilliseconds(milliseconds).ToUnixTimeMilliseconds(), Decode(binding, $$"""{"timestamp_ms":{{time}},"value":1}""").Samples.Single().SampledAt.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void IsoWithoutZone_IsUtcOnlyWhereDeclared()
    {
        var binding = Bind(TelemetryDialect.Json, "") with { Key = null, TimeUnit = TimeUnit.IsoUtc };
        Assert.Equal(Now, Decode(binding, """{"timestamp_ms":"2026-03-01T12:00:00","value":1}""").Samples.Single().SampledAt);
        Assert.Equal(Now, Decode(binding, """{"timestamp_ms":"2026-03-01T14:00:00+02:00","value":1}""").Samples.Single().SampledAt);
    }

    [Theory]
    [InlineData("[1,2,3]", 2, Quality.Good)]
    [InlineData("[1,2]", double.NaN, Quality.Bad)]
    [InlineData("[1,2,3,4]", double.NaN, Quality.Bad)]
    [InlineData("2", double.NaN, Quality.Bad)]
    public void Vector_OfAnotherLength_IsBadAsAWhole(string array, double value, Quality quality)
    {
        var binding = Bind(TelemetryDialect.Json, "") with { Key = null, ValuePath = PayloadPath.Parse("$.value[1]"), VectorLength = 3 };
        var sample = Decode(binding, $$"""{"timestamp_ms":{{Ms}},"value":{{array}}}""").Samples.Single();
        Assert.Equal((value, quality), (sample.Value, sample.Quality));
    }

    [Theory]
    [InlineData("\"Cel\"", Quality.Good)]
    [InlineData("\"degF\"", Quality.Bad)]
    [InlineData("7", Quality.Bad)]
    public void UnitThatDiffers_IsBad_NotConverted(string unit, Quality quality)
    {
        var binding = Bind(TelemetryDialect.Json, "") with { Key = null, UnitPath = PayloadPath.Parse("$.unit") };
        Assert.Equal(quality, Decode(binding, $$"""{"timestamp_ms":{{Ms}},"value":50,"unit":{{unit}}}""").Samples.Single().Quality);
    }

    [Fact]
    public void Retained_IsUncertain_InEveryDialect() => Assert.All(
        Messages.Where(m => m.Data.Item6 == Quality.Good),
        m => Assert.Equal(Quality.Uncertain, Decode(Bind(m.Data.Item2, m.Data.Item3), m.Data.Item4, retained: true).Samples.Single().Quality));

    [Fact]
    public void Gzip_IsUnpacked_WithinBounds()
    {
        var binding = Bind(TelemetryDialect.OpcUaPubSub, "F") with { Gzip = true };
        byte[] Zip(string text)
        {
            using var into = new MemoryStream();
            using (var zip = new GZipStream(into, CompressionLevel.SmallestSize))
            {
                zip.Write(Encoding.UTF8.GetBytes(text));
            }

            return into.ToArray();
        }

        Assert.Equal(4.5, Decode([binding], Zip("""{"Timestamp":"2026-03-01T12:00:00Z","Payload":{"F":4.5}}""")).Samples.Single().Value);
        var bomb = Decode([binding], Zip(new string(' ', 50_000_000)));
        Assert.Empty(bomb.Samples);
        Assert.Contains("unzip to more than", bomb.Outcome.Reason, StringComparison.Ordinal);
        Assert.NotNull(Decode([binding], Encoding.UTF8.GetBytes("no gzip at all")).Outcome.Reason);
    }

    [Fact]
    public void TooManyPoints_AreRefused()
    {
        var binding = Bind(TelemetryDialect.Items, "a") with { Items = ItemsForm.Batch };
        var (outcome, _) = Decode(binding, $$"""{"timestamp_ms":{{Ms}},"points":[{{string.Join(',', Enumerable.Repeat("""{"tag":"b","value":1}""", 5001))}}]}""");
        Assert.Contains("more than 5000", outcome.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/+/c", "a/b/c", true)]
    [InlineData("a/+/c", "a/b/d", false)]
    [InlineData("a/+", "a/b/c", false)]
    [InlineData("a/#", "a/b/c", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("#", "a/b", true)]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "A/b", false)]
    [InlineData("a/b/c", "a/b", false)]
    [InlineData("+/+", "a/b", true)]
    public void Filter_MatchesAsABrokerDoes(string filter, string topic, bool matches)
    {
        var binding = Bind(TelemetryDialect.OpcUaPubSub, "F") with { Topic = filter };
        var into = new List<Sample>();
        var outcome = new TelemetryDecoder([binding], false).Decode(topic, Encoding.UTF8.GetBytes("""{"Timestamp":"2026-03-01T12:00:00Z","Payload":{"F":4.5}}"""), Now, false, into);
        Assert.Equal(matches, outcome.IsOurs);
        Assert.Equal(matches ? 1 : 0, into.Count);
    }

    [Fact]
    public void BindingWithoutAKey_IsRefused() =>
        Assert.Contains("needs a key", Assert.Throws<ArgumentException>(() => new TelemetryDecoder([Bind(TelemetryDialect.SiteWise, "")], false)).Message, StringComparison.Ordinal);

    [Fact]
    public void WhateverTheBytes_NothingIsThrown()
    {
        var rows = Messages.Select(m => (Binding: Bind(m.Data.Item2, m.Data.Item3), Bytes: Encoding.UTF8.GetBytes(m.Data.Item4))).ToArray();
        var decoders = rows.Select(r => new TelemetryDecoder([r.Binding], false)).ToArray();
        Gen.Select(Gen.Int[0, rows.Length - 1], Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 500]).Sample(
            (row, at, with, at2, with2, cut) =>
            {
                byte[] bytes = (byte[])rows[row].Bytes.Clone();
                bytes[at % bytes.Length] = with;
                bytes[at2 % bytes.Length] = with2;
                var into = new List<Sample>();
                decoders[row].Decode(Topic, bytes.AsMemory(0, Math.Min(bytes.Length, cut)), Now, false, into);
                return into.TrueForAll(s => double.IsFinite(s.Value) || s.Quality == Quality.Bad);
            },
            iter: 20_000, seed: "0000KOIPe036");
    }
}
