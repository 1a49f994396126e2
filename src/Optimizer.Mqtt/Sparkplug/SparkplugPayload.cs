namespace Optimizer.Mqtt.Sparkplug;

/// <summary>
/// A Sparkplug B payload: what we need of the proto2 messages Payload, Metric and PropertySet. Data sets, templates, metadata
/// and unknown fields are passed over.
/// </summary>
/// <param name="Timestamp">Milliseconds since 1970; null: none.</param>
/// <param name="Sequence">0 to 255; null: none.</param>
public sealed record SparkplugPayload(ulong? Timestamp, ulong? Sequence, IReadOnlyList<SparkplugMetric> Metrics)
{
    public const int LargestPayload = 256 * 1024;
    public const int MostMetrics = 5000;

    public byte[] Encode()
    {
        var writer = new WireWriter();
        if (Timestamp is { } at)
        {
            writer.Number(1, at);
        }

        foreach (var metric in Metrics)
        {
            writer.Bytes(2, MetricWriter.Write(metric));
        }

        if (Sequence is { } sequence)
        {
            writer.Number(3, sequence);
        }

        return writer.ToArray();
    }

    /// <summary>Decodes or says in one sentence what is wrong; never throws.</summary>
    public static Decoded<SparkplugPayload> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LargestPayload)
        {
            return Decoded<SparkplugPayload>.Wrong($"{bytes.Length} bytes, at most {LargestPayload} are taken");
        }

        ulong? timestamp = null, sequence = null;
        var metrics = new List<SparkplugMetric>();
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    timestamp = reader.Number();
                    break;
                case 2:
                    if (metrics.Count == MostMetrics)
                    {
                        return Decoded<SparkplugPayload>.Wrong($"more than {MostMetrics} metrics");
                    }

                    if (MetricReader.Read(reader.Bytes(), out string? reason) is not { } metric)
                    {
                        return Decoded<SparkplugPayload>.Wrong($"metric {metrics.Count}: {reason}");
                    }

                    metrics.Add(metric);
                    break;
                case 3:
                    sequence = reader.Number();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Broken ? Decoded<SparkplugPayload>.Wrong("the bytes are no protobuf message")
            : sequence > 255 ? Decoded<SparkplugPayload>.Wrong($"seq {sequence}, expected 0 to 255")
            : Decoded<SparkplugPayload>.Right(new SparkplugPayload(timestamp, sequence, metrics));
    }
}
