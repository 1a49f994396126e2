using CsCheck;
using Google.Protobuf;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests.Sparkplug;

/// <summary>The protobuf codec: against another implementation of the wire format, against every type, against hostile bytes.</summary>
public sealed class SparkplugPayloadTests
{
    private static readonly SparkplugSource Source = new("G", "N", "D");

    private static readonly Gen<SparkplugMetric> Metrics =
        from name in Gen.String[Gen.Char['A', 'z'], 0, 20]
        from alias in Gen.ULong
        from time in Gen.ULong
        from number in Gen.Double[-120, 120]
        from type in Pick(SparkplugType.Int8, SparkplugType.Int16, SparkplugType.Int32, SparkplugType.Int64, SparkplugType.Float, SparkplugType.Double)
        from flags in Gen.Int[0, 7]
        from quality in Pick<long?>(null, 0, 192, 500)
        select new SparkplugMetric
        {
            Name = name,
            Alias = alias,
            Timestamp = time,
            Type = type,
            IsHistorical = (flags & 1) != 0,
            IsTransient = (flags & 2) != 0,
            IsNull = (flags & 4) != 0,
            Quality = quality,
            Value = SparkplugValue.From(type, number)!.Value,
        };

    private static readonly Gen<SparkplugPayload> Payloads =
        from time in Gen.ULong
        from sequence in Gen.ULong[0, 255]
        from metrics in Metrics.Array[0, 20]
        select new SparkplugPayload(time, sequence, metrics);

    [Fact]
    public void Payload_ComesBackAsItWasWritten() => Payloads.Sample(
        p =>
        {
            var back = SparkplugPayload.Decode(p.Encode()).Value!;
            return (back.Timestamp, back.Sequence) == (p.Timestamp, p.Sequence) && back.Metrics.SequenceEqual(p.Metrics);
        }, seed: "0N0XIzNsQ0O2", iter: 2000);

    [Fact]
    public void BytesOfAnotherImplementation_AreRead()
    {
        // Fields in another order than ours, with metadata, unknown fields and a data set in between.
        byte[] quality = Write(o => o.Field(1, 3u).Field(3, 500u));
        byte[] properties = Write(o => o.Text(1, "engUnit").Text(1, "Quality").Message(2, Write(v => v.Text(8, "Cel"))).Message(2, quality));
        byte[] metric = Write(o => o.Message(8, Write(d => d.Text(5, "x"))).Float(12, 21.5f).Message(9, properties).Field(4, 9u).Field(2, 7u).Text(1, "Inlet/Temperature").Field(3, 1_772_366_400_000UL).Field(99, 5u));
        byte[] ignored = Write(o => o.Text(1, "Table").Field(4, 16u).Message(17, [1, 2, 3]));
        byte[] payload = Write(o => o.Text(4, "uuid").Field(3, 200u).Message(2, metric).Message(2, ignored).Field(1, 1_772_366_400_001UL).Message(5, [9, 9]));

        var decoded = SparkplugPayload.Decode(payload).Value!;

        Assert.Equal((1_772_366_400_001UL, 200UL, 2), (decoded.Timestamp!.Value, decoded.Sequence!.Value, decoded.Metrics.Count));
        var first = decoded.Metrics[0];
        Assert.Equal(("Inlet/Temperature", 7UL, 1_772_366_400_000UL, SparkplugType.Float, 500L), (first.Name, first.Alias!.Value, first.Timestamp!.Value, first.Type, first.Quality!.Value));
        Assert.True(first.Value.TryNumber(first.Type, out double number));
        Assert.Equal(21.5, number);
        Assert.Equal(SparkplugField.Other, decoded.Metrics[1].Value.Field);
    }

    [Fact]
    public void OurBytes_AreReadByAnotherImplementation()
    {
        var metric = new SparkplugMetric { Name = "Level", Alias = 2, Type = SparkplugType.Int32, IsNull = true, Quality = 192, Value = SparkplugValue.From(SparkplugType.Int32, -5)!.Value };
        var input = new CodedInputStream(new SparkplugPayload(5, 255, [metric]).Encode());

        Assert.Equal((8u, 5UL), (input.ReadTag(), input.ReadUInt64()));
        Assert.Equal(18u, input.ReadTag());
        var inner = input.ReadBytes().CreateCodedInput();
        Assert.Equal((10u, "Level"), (inner.ReadTag(), inner.ReadString()));
        Assert.Equal((16u, 2UL), (inner.ReadTag(), inner.ReadUInt64()));
        Assert.Equal((32u, 3u), (inner.ReadTag(), inner.ReadUInt32()));
        Assert.Equal((56u, true), (inner.ReadTag(), inner.ReadBool()));
        Assert.Equal(74u, inner.ReadTag());
        Assert.Equal("0a075175616c697479" + "1205080318c001", Convert.ToHexStringLower(inner.ReadBytes().ToByteArray()));
        Assert.Equal((80u, unchecked((uint)-5)), (inner.ReadTag(), inner.ReadUInt32()));
        Assert.True(inner.IsAtEnd);
        Assert.Equal((24u, 255UL), (input.ReadTag(), input.ReadUInt64()));
        Assert.True(input.IsAtEnd);
    }

    [Theory]
    [InlineData(SparkplugType.Int8, SparkplugField.Int, 0xFFUL, -1)]
    [InlineData(SparkplugType.Int8, SparkplugField.Int, 0xFFFF_FFFFUL, -1)]
    [InlineData(SparkplugType.Int8, SparkplugField.Int, 0xFFFF_FFFF_FFFF_FF80UL, -128)]
    [InlineData(SparkplugType.Int8, SparkplugField.Int, 300UL, double.NaN)]
    [InlineData(SparkplugType.Int16, SparkplugField.Int, 0xFFFEUL, -2)]
    [InlineData(SparkplugType.Int16, SparkplugField.Int, 0xFFFF_8000UL, -32768)]
    [InlineData(SparkplugType.Int32, SparkplugField.Int, 0xFFFF_FFFDUL, -3)]
    [InlineData(SparkplugType.Int32, SparkplugField.Long, 0xFFFF_FFFF_FFFF_FFFDUL, -3)]
    [InlineData(SparkplugType.Int64, SparkplugField.Long, 0xFFFF_FFFF_FFFF_FFFCUL, -4)]
    [InlineData(SparkplugType.UInt8, SparkplugField.Int, 255UL, 255)]
    [InlineData(SparkplugType.UInt8, SparkplugField.Int, 256UL, double.NaN)]
    [InlineData(SparkplugType.UInt16, SparkplugField.Int, 65535UL, 65535)]
    [InlineData(SparkplugType.UInt32, SparkplugField.Int, 4294967295UL, 4294967295)]
    [InlineData(SparkplugType.UInt32, SparkplugField.Long, 4294967295UL, 4294967295)]
    [InlineData(SparkplugType.UInt64, SparkplugField.Long, 1UL << 53, 9007199254740992)]
    [InlineData(SparkplugType.DateTime, SparkplugField.Long, 1772366400000UL, 1772366400000)]
    [InlineData(SparkplugType.Boolean, SparkplugField.Boolean, 1UL, 1)]
    [InlineData(SparkplugType.Boolean, SparkplugField.Int, 1UL, double.NaN)]
    [InlineData(SparkplugType.Float, SparkplugField.Int, 1UL, double.NaN)]
    [InlineData(SparkplugType.Float, SparkplugField.Float, 0x7F80_0000UL, double.NaN)]
    [InlineData(SparkplugType.Float, SparkplugField.Float, 0x7FC0_0000UL, double.NaN)]
    [InlineData(SparkplugType.Double, SparkplugField.Double, 0x7FF0_0000_0000_0000UL, double.NaN)]
    [InlineData(SparkplugType.Double, SparkplugField.Float, 0x3F80_0000UL, 1)]
    [InlineData(SparkplugType.Unknown, SparkplugField.Int, 1UL, double.NaN)]
    public void Value_MeansWhatItsTypeSays(SparkplugType type, SparkplugField field, ulong bits, double expected)
    {
        bool good = new SparkplugValue(field, bits).TryNumber(type, out double number);

        Assert.Equal(!double.IsNaN(expected), good);
        if (good)
        {
            Assert.Equal(expected, number);
        }
    }

    [Theory]
    [InlineData(SparkplugType.Int16, 40000)]
    [InlineData(SparkplugType.UInt8, -1)]
    [InlineData(SparkplugType.Float, 1e39)]
    [InlineData(SparkplugType.Double, double.NaN)]
    [InlineData(SparkplugType.String, 1)]
    [InlineData(SparkplugType.Boolean, 2)]
    public void NumberThatDoesNotFit_IsNotWritten(SparkplugType type, double number) => Assert.Null(SparkplugValue.From(type, number));

    [Theory]
    [InlineData("0A", "no protobuf")] // a length is missing
    [InlineData("12FF01", "no protobuf")] // longer than the message
    [InlineData("08FFFFFFFFFFFFFFFFFFFF01", "no protobuf")] // a varint of eleven bytes
    [InlineData("00", "no protobuf")] // field 0
    [InlineData("0C", "no protobuf")] // the end of a group that did not begin
    [InlineData("0F", "no protobuf")] // wire type 7
    [InlineData("188002", "seq 256")]
    [InlineData("1204", "no protobuf")]
    [InlineData("12030A01FF", "metric 0: a text that is not UTF-8")]
    [InlineData("120312FFFF", "metric 0: the bytes are no protobuf")]
    [InlineData("12054A030A0510", "metric 0: the bytes of its properties")]
    [InlineData("120B4A090A075175616C697479", "property Quality without a value")]
    public void BrokenBytes_AreRefusedWithAReason(string hex, string reason)
    {
        var decoded = SparkplugPayload.Decode(Convert.FromHexString(hex));

        Assert.Null(decoded.Value);
        Assert.Contains(reason, decoded.Reason!, StringComparison.Ordinal);
    }

    [Fact]
    public void TooManyMetricsOrBytes_AreRefused()
    {
        var metrics = Enumerable.Repeat(new SparkplugMetric { Alias = 1 }, SparkplugPayload.MostMetrics).ToList();
        Assert.NotNull(SparkplugPayload.Decode(new SparkplugPayload(null, null, metrics).Encode()).Value);
        Assert.Contains("more than 5000 metrics", SparkplugPayload.Decode(new SparkplugPayload(null, null, [.. metrics, metrics[0]]).Encode()).Reason!, StringComparison.Ordinal);
        Assert.Contains("at most 262144", SparkplugPayload.Decode(new byte[SparkplugPayload.LargestPayload + 1]).Reason!, StringComparison.Ordinal);
    }

    [Fact]
    public void GroupsDeeperThanAnybodyNeeds_AreRefused()
    {
        byte[] nested = [.. Enumerable.Repeat((byte)0x33, 200_000)];
        Assert.Contains("no protobuf", SparkplugPayload.Decode(nested).Reason!, StringComparison.Ordinal);
        Assert.Equal(7UL, SparkplugPayload.Decode([0x33, 0x08, 0x01, 0x34, 0x18, 0x07]).Value!.Sequence);
    }

    [Fact]
    public void AnyBytes_GiveAnAnswer() => Gen.Byte.Array[0, 300].Sample(
        bytes => SparkplugPayload.Decode(bytes) is { } d && (d.Value is null) == (d.Reason is not null), seed: "0N0XIzNsQ0O2", iter: 20_000);

    [Fact]
    public void SpoiltPayloads_NeverStopTheHost()
    {
        string[] topics = ["NBIRTH/N", "DBIRTH/N/D", "NDATA/N", "DDATA/N/D", "NDEATH/N", "DDEATH/N/D", "NCMD/N", "NBIRTH/N/D", "DDATA/N", ""];
        var at = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var step =
            from payload in Payloads
            from cut in Gen.Int[0, 400]
            from flip in Gen.Int[0, 400]
            from mask in Gen.Byte
            from topic in Gen.Int[0, topics.Length - 1]
            from pause in Gen.Double[0, 3]
            select (Bytes: Spoil(payload.Encode(), cut, flip, mask), Topic: topics[topic], Pause: pause);
        step.Array[1, 30].Sample(
            steps =>
            {
                var host = new SparkplugHost([new SparkplugBinding(Source with { Role = SparkplugRole.Active }, new TagBinding { Tag = "t", Key = "A", Topic = "x", EngineeringUnit = "1", Low = -1000, High = 1000 })]);
                var samples = new List<Sample>();
                var now = at;
                foreach (var (bytes, topic, pause) in steps)
                {
                    now += TimeSpan.FromSeconds(pause);
                    host.Take("spBv1.0/G/" + topic, bytes, now, false, samples);
                    host.Advance(now, samples);
                    host.Rebirths(now);
                }

                host.LinkLost(now, samples);
                return samples.All(s => s.SampledAt >= SampleEarliest);
            }, seed: "0N0XIzNsQ0O2", iter: 3000);
    }

    private static readonly DateTimeOffset SampleEarliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Gen<T> Pick<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static byte[] Spoil(byte[] bytes, int cut, int flip, byte mask)
    {
        if (flip < bytes.Length)
        {
            bytes[flip] ^= mask;
        }

        return cut < bytes.Length && cut % 3 == 0 ? bytes[..cut] : bytes;
    }

    private static byte[] Write(Action<Coded> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            write(new Coded(output));
        }

        return stream.ToArray();
    }

    /// <summary>Google's writer, field by field.</summary>
    private sealed class Coded(CodedOutputStream output)
    {
        public Coded Field(int field, ulong value) => Tagged(field, WireFormat.WireType.Varint, o => o.WriteUInt64(value));

        public Coded Float(int field, float value) => Tagged(field, WireFormat.WireType.Fixed32, o => o.WriteFloat(value));

        public Coded Text(int field, string value) => Tagged(field, WireFormat.WireType.LengthDelimited, o => o.WriteString(value));

        public Coded Message(int field, byte[] value) => Tagged(field, WireFormat.WireType.LengthDelimited, o => o.WriteBytes(ByteString.CopyFrom(value)));

        private Coded Tagged(int field, WireFormat.WireType type, Action<CodedOutputStream> write)
        {
            output.WriteTag(field, type);
            write(output);
            return this;
        }
    }
}
