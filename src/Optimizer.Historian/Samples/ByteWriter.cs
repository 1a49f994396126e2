namespace Optimizer.Historian;

/// <summary>Numbers as bytes: seven bits in each, the lowest first; signed ones as 0, -1, 1, -2, …</summary>
internal struct ByteWriter(int capacity)
{
    private byte[] _bytes = new byte[capacity];
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Byte(byte value)
    {
        Room(1);
        _bytes[_length++] = value;
    }

    public void Number(ulong value)
    {
        Room(10);
        while (value >= 0x80)
        {
            _bytes[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _bytes[_length++] = (byte)value;
    }

    public void Double(double value)
    {
        Room(8);
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(_length), value);
        _length += 8;
    }

    public void Clear() => _length = 0;

    public void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    private void Room(int bytes)
    {
        if (_length + bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + bytes));
        }
    }
}

/// <summary>Reads what <see cref="ByteWriter"/> wrote.</summary>
/// <remarks>Throws <see cref="InvalidDataException"/> where the bytes end too early.</remarks>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    public byte Byte() => Bytes(1)[0];

    public ReadOnlySpan<byte> Bytes(int n)
    {
        if (n > _left.Length)
        {
            throw new InvalidDataException("it ends too early");
        }

        var taken = _left[..n];
        _left = _left[n..];
        return taken;
    }

    public ulong Number()
    {
        ulong value = 0;
        for (int i = 0, shift = 0; i < _left.Length && shift < 64; i++, shift += 7)
        {
            value |= (ulong)(_left[i] & 0x7F) << shift;
            if (_left[i] < 0x80)
            {
                _left = _left[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("it ends too early");
    }

    public double Double() => System.Buffers.Binary.BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8));

    public readonly bool IsEmpty => _left.IsEmpty;

    public long Signed()
    {
        ulong value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}
