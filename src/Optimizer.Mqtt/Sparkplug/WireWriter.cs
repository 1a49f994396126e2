using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Optimizer.Mqtt.Sparkplug;

/// <summary>Writes the protobuf wire format.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _out = new();

    public byte[] ToArray() => _out.WrittenSpan.ToArray();

    public void Number(int field, ulong value)
    {
        Varint(((ulong)field << 3) | (ulong)WireType.Varint);
        Varint(value);
    }

    public void Fixed32(int field, uint bits)
    {
        Varint(((ulong)field << 3) | (ulong)WireType.Fixed32);
        BinaryPrimitives.WriteUInt32LittleEndian(_out.GetSpan(4), bits);
        _out.Advance(4);
    }

    public void Fixed64(int field, ulong bits)
    {
        Varint(((ulong)field << 3) | (ulong)WireType.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(_out.GetSpan(8), bits);
        _out.Advance(8);
    }

    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Varint(((ulong)field << 3) | (ulong)WireType.Bytes);
        Varint((ulong)bytes.Length);
        _out.Write(bytes);
    }

    public void Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private void Varint(ulong value)
    {
        var span = _out.GetSpan(10);
        int n = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[n++] = (byte)(value | 0x80);
        }

        span[n++] = (byte)value;
        _out.Advance(n);
    }
}
