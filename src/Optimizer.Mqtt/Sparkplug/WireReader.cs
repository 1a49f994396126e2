using System.Buffers.Binary;

namespace Optimizer.Mqtt.Sparkplug;

/// <summary>How a field stands on the wire.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    GroupStart = 3,
    GroupEnd = 4,
    Fixed32 = 5,
}

/// <summary>
/// Reads the protobuf wire format field by field. Never throws: what cannot be read ends the reading with
/// <see cref="Broken"/>.
/// </summary>
/// <remarks>By hand and not by a library: forty lines, no exceptions on hostile bytes, no copies of nested messages.</remarks>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int DeepestGroup = 8;
    private const int LongestVarint = 10;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The bytes are no protobuf.</summary>
    public bool Broken { get; private set; }

    public int Field { get; private set; }

    public WireType Type { get; private set; }

    /// <summary>Goes to the next field; false at the end or when broken.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty || Broken)
        {
            return false;
        }

        ulong tag = Varint();
        (Field, Type) = ((int)(tag >> 3), (WireType)(tag & 7));
        Broken |= tag > uint.MaxValue || Field == 0 || Type is WireType.GroupEnd or > WireType.Fixed32;
        return !Broken;
    }

    /// <summary>The value of a number field, whatever its width on the wire; bytes break the reading.</summary>
    public ulong Number()
    {
        switch (Type)
        {
            case WireType.Varint:
                return Varint();
            case WireType.Fixed64:
                var eight = Take(8);
                return Broken ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(eight);
            case WireType.Fixed32:
                var four = Take(4);
                return Broken ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(four);
            default:
                Broken = true;
                return 0;
        }
    }

    /// <summary>The bytes of a text or nested message; numbers break the reading.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        ulong length = Type == WireType.Bytes ? Varint() : ulong.MaxValue;
        return Take(length > int.MaxValue ? int.MaxValue : (int)length);
    }

    /// <summary>Passes over a field nobody asked for.</summary>
    public void Skip() => Skip(0);

    private void Skip(int depth)
    {
        if (Type == WireType.Bytes)
        {
            Bytes();
        }
        else if (Type == WireType.GroupStart)
        {
            SkipGroup(Field, depth);
        }
        else
        {
            Number();
        }
    }

    private void SkipGroup(int group, int depth)
    {
        while (!Broken && depth < DeepestGroup)
        {
            ulong tag = Varint();
            (Field, Type) = ((int)(tag >> 3), (WireType)(tag & 7));
            if (Type == WireType.GroupEnd)
            {
                Broken |= Field != group;
                return;
            }

            Broken |= Field == 0 || Type > WireType.Fixed32;
            if (!Broken)
            {
                Skip(depth + 1);
            }
        }

        Broken = true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < LongestVarint && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        Broken = true;
        return 0;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            Broken = true;
            return default;
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
