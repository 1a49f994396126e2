namespace Optimizer.Mqtt.Sparkplug;

/// <summary>Data types of the specification that a tag can have; others are carried and not read.</summary>
public enum SparkplugType
{
    Unknown = 0,
    Int8 = 1,
    Int16 = 2,
    Int32 = 3,
    Int64 = 4,
    UInt8 = 5,
    UInt16 = 6,
    UInt32 = 7,
    UInt64 = 8,
    Float = 9,
    Double = 10,
    Boolean = 11,
    String = 12,
    DateTime = 13,
    Text = 14,
}

/// <summary>The field of a metric that its value stood in.</summary>
public enum SparkplugField
{
    None = 0,
    Int = 10,
    Long = 11,
    Float = 12,
    Double = 13,
    Boolean = 14,
    String = 15,

    /// <summary>Bytes, a data set, a template: not read.</summary>
    Other = 16,
}

/// <summary>A metric's value as it stood on the wire; only the data type of the birth says what it means.</summary>
/// <param name="Bits">Of every field but text.</param>
/// <param name="Text">Of <see cref="SparkplugField.String"/>.</param>
public readonly record struct SparkplugValue(SparkplugField Field, ulong Bits, string? Text = null)
{
    /// <summary>A number as a metric of a type carries it; null: the type does not hold it.</summary>
    public static SparkplugValue? From(SparkplugType type, double number)
    {
        var (low, high) = Range(type);
        if (!double.IsFinite(number) || number < low || number > high)
        {
            return null;
        }

        double whole = Math.Round(number);
        return type switch
        {
            SparkplugType.Float => new(SparkplugField.Float, BitConverter.SingleToUInt32Bits((float)number)),
            SparkplugType.Double => new(SparkplugField.Double, BitConverter.DoubleToUInt64Bits(number)),
            SparkplugType.Boolean => new(SparkplugField.Boolean, (ulong)whole),
            SparkplugType.Int64 => new(SparkplugField.Long, unchecked((ulong)(long)whole)),
            SparkplugType.UInt64 or SparkplugType.DateTime => new(SparkplugField.Long, (ulong)whole),
            // Signed numbers are two's complement in an unsigned field.
            SparkplugType.Int8 or SparkplugType.Int16 or SparkplugType.Int32 => new(SparkplugField.Int, unchecked((uint)(int)whole)),
            SparkplugType.UInt8 or SparkplugType.UInt16 or SparkplugType.UInt32 => new(SparkplugField.Int, (ulong)whole),
            _ => null,
        };
    }

    public static SparkplugValue From(string text) => new(SparkplugField.String, 0, text);

    /// <summary>The number it stands for in a metric of a type; false: the field is none of that type, or out of its range.</summary>
    public bool TryNumber(SparkplugType type, out double number)
    {
        number = type switch
        {
            SparkplugType.Float or SparkplugType.Double => Field switch
            {
                SparkplugField.Float => BitConverter.UInt32BitsToSingle((uint)Bits),
                SparkplugField.Double => BitConverter.UInt64BitsToDouble(Bits),
                _ => double.NaN,
            },
            SparkplugType.Boolean => Field == SparkplugField.Boolean ? (Bits != 0 ? 1 : 0) : double.NaN,
            // Implementations differ in where UInt32 stands, so both fields are taken for every whole number.
            _ => Field is SparkplugField.Int or SparkplugField.Long ? Whole(type) : double.NaN,
        };
        return double.IsFinite(number);
    }

    private double Whole(SparkplugType type)
    {
        bool narrow = Field == SparkplugField.Int;
        double value = type switch
        {
            SparkplugType.Int8 => Bits is >= 0x80 and <= 0xFF ? (sbyte)Bits : Signed(narrow),
            SparkplugType.Int16 => Bits is >= 0x8000 and <= 0xFFFF ? (short)Bits : Signed(narrow),
            SparkplugType.Int32 => Bits is >= 0x8000_0000 and <= 0xFFFF_FFFF ? (int)Bits : Signed(narrow),
            SparkplugType.Int64 => Signed(narrow),
            SparkplugType.UInt8 or SparkplugType.UInt16 or SparkplugType.UInt32 or SparkplugType.UInt64 or SparkplugType.DateTime => Bits,
            _ => double.NaN,
        };
        var (low, high) = Range(type);
        return value >= low && value <= high ? value : double.NaN;
    }

    private double Signed(bool narrow) => narrow ? (int)(uint)Bits : (long)Bits;

    private static (double Low, double High) Range(SparkplugType type) => type switch
    {
        SparkplugType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        SparkplugType.Int16 => (short.MinValue, short.MaxValue),
        SparkplugType.Int32 => (int.MinValue, int.MaxValue),
        // One step inside, for the ends of 64 bits are not doubles.
        SparkplugType.Int64 => (-9.2233720368547748e18, 9.2233720368547748e18),
        SparkplugType.UInt8 => (0, byte.MaxValue),
        SparkplugType.UInt16 => (0, ushort.MaxValue),
        SparkplugType.UInt32 => (0, uint.MaxValue),
        SparkplugType.UInt64 or SparkplugType.DateTime => (0, 1.8446744073709550e19),
        SparkplugType.Float => (-float.MaxValue, float.MaxValue),
        SparkplugType.Boolean => (0, 1),
        _ => (double.MinValue, double.MaxValue),
    };
}
