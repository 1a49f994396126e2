namespace Optimizer.Mqtt.Sparkplug;

/// <summary>One metric to its bytes.</summary>
internal static class MetricWriter
{
    public static byte[] Write(SparkplugMetric metric)
    {
        var writer = new WireWriter();
        if (metric.Name is { } name)
        {
            writer.Text(1, name);
        }

        Optional(writer, 2, metric.Alias);
        Optional(writer, 3, metric.Timestamp);
        Optional(writer, 4, metric.Type == SparkplugType.Unknown ? null : (ulong)metric.Type);
        Optional(writer, 5, metric.IsHistorical ? 1 : null);
        Optional(writer, 6, metric.IsTransient ? 1 : null);
        Optional(writer, 7, metric.IsNull ? 1 : null);
        if (metric.Quality is { } quality)
        {
            writer.Bytes(9, Property(quality));
        }

        Value(writer, metric.Value);
        return writer.ToArray();
    }

    private static byte[] Property(long quality)
    {
        var value = new WireWriter();
        value.Number(1, (ulong)SparkplugType.Int32);
        value.Number(3, unchecked((uint)quality));
        var set = new WireWriter();
        set.Text(1, MetricReader.QualityKey);
        set.Bytes(2, value.ToArray());
        return set.ToArray();
    }

    private static void Value(WireWriter writer, SparkplugValue value)
    {
        int field = (int)value.Field;
        switch (value.Field)
        {
            case SparkplugField.Float:
                writer.Fixed32(field, (uint)value.Bits);
                break;
            case SparkplugField.Double:
                writer.Fixed64(field, value.Bits);
                break;
            case SparkplugField.String:
                writer.Text(field, value.Text ?? "");
                break;
            case SparkplugField.Int or SparkplugField.Long or SparkplugField.Boolean:
                writer.Number(field, value.Bits);
                break;
        }
    }

    private static void Optional(WireWriter writer, int field, ulong? value)
    {
        if (value is { } number)
        {
            writer.Number(field, number);
        }
    }
}
