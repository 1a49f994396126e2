using System.IO.Compression;

namespace Optimizer.Historian;

/// <summary>A stored entry: instants are ticks of 100 ns since 1970, UTC.</summary>
/// <param name="Order">Its place in the order of arrival.</param>
/// <param name="Flags">Quality; 1 added: a withdrawal.</param>
internal readonly record struct Packed(long Order, long Sampled, long Known, long Received, double Value, byte Flags);

/// <summary>
/// The entries of one tag as columns, deflated with a checksum: differences of differences of the times; values as integers where all of
/// them have at most six decimals, else the bytes in which neighbours differ, sorted by their place. Lossless.
/// </summary>
internal static class SampleColumns
{
    private const int MostDecimals = 6;
    private static readonly double[] Powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

    public static byte[] Write(ReadOnlySpan<Packed> entries)
    {
        var w = new ByteWriter(64 + (entries.Length * 16));
        w.Number((ulong)entries.Length);
        long order = 0, sampled = 0, step = 0, lag = 0, travel = 0;
        foreach (var e in entries)
        {
            w.Number((ulong)(e.Order - order));
            order = e.Order;
        }

        foreach (var e in entries)
        {
            w.Signed(e.Sampled - sampled - step);
            (step, sampled) = (e.Sampled - sampled, e.Sampled);
        }

        foreach (var e in entries)
        {
            w.Signed(e.Known - e.Sampled - lag);
            lag = e.Known - e.Sampled;
        }

        foreach (var e in entries)
        {
            w.Signed(e.Received - e.Known - travel);
            travel = e.Received - e.Known;
        }

        foreach (var e in entries)
        {
            w.Byte(e.Flags);
        }

        Values(ref w, entries);
        using var packed = new MemoryStream();
        packed.Write(Checked.Mark(w.Written));
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(w.Written);
        }

        return packed.ToArray();
    }

    /// <exception cref="InvalidDataException">It was not written by <see cref="Write"/>, or altered since.</exception>
    public static Packed[] Read(byte[] packed)
    {
        using var raw = new MemoryStream();
        // A deflated stream that ends too early is no error to its reader.
        using (var inflate = new DeflateStream(new MemoryStream(packed, Math.Min(Checked.Bytes, packed.Length), Math.Max(0, packed.Length - Checked.Bytes)), CompressionMode.Decompress))
        {
            inflate.CopyTo(raw);
        }

        var unpacked = raw.GetBuffer().AsSpan(0, (int)raw.Length);
        Checked.Require(packed, unpacked);
        var r = new ByteReader(unpacked);
        int n = checked((int)r.Number());
        // Every entry has at least a byte in each of six columns.
        if (n > raw.Length / 6)
        {
            throw new InvalidDataException($"{n} entries in {raw.Length} bytes");
        }

        long[] orders = new long[n], sampled = new long[n], known = new long[n], received = new long[n];
        long order = 0, at = 0, step = 0, lag = 0, travel = 0;
        for (int i = 0; i < n; i++)
        {
            orders[i] = order += (long)r.Number();
        }

        for (int i = 0; i < n; i++)
        {
            step += r.Signed();
            sampled[i] = at += step;
        }

        for (int i = 0; i < n; i++)
        {
            known[i] = sampled[i] + (lag += r.Signed());
        }

        for (int i = 0; i < n; i++)
        {
            received[i] = known[i] + (travel += r.Signed());
        }

        var flags = r.Bytes(n).ToArray();
        double[] values = Values(ref r, n);
        var entries = new Packed[n];
        for (int i = 0; i < n; i++)
        {
            entries[i] = new Packed(orders[i], sampled[i], known[i], received[i], values[i], flags[i]);
        }

        return entries;
    }

    private static void Values(ref ByteWriter w, ReadOnlySpan<Packed> entries)
    {
        int decimals = Decimals(entries);
        w.Byte((byte)(decimals + 1));
        if (decimals >= 0)
        {
            long last = 0;
            foreach (var e in entries)
            {
                long scaled = (long)Math.Round(e.Value * Powers[decimals]);
                w.Signed(scaled - last);
                last = scaled;
            }

            return;
        }

        for (int place = 7; place >= 0; place--)
        {
            long before = 0;
            foreach (var e in entries)
            {
                long bits = BitConverter.DoubleToInt64Bits(e.Value);
                w.Byte((byte)((bits ^ before) >> (8 * place)));
                before = bits;
            }
        }
    }

    private static double[] Values(ref ByteReader r, int n)
    {
        int decimals = r.Byte() - 1;
        var values = new double[n];
        if (decimals > MostDecimals)
        {
            throw new InvalidDataException($"values with {decimals} decimals");
        }

        if (decimals >= 0)
        {
            long last = 0;
            for (int i = 0; i < n; i++)
            {
                values[i] = (last += r.Signed()) / Powers[decimals];
            }

            return values;
        }

        var bits = new long[n];
        for (int place = 7; place >= 0; place--)
        {
            var plane = r.Bytes(n);
            for (int i = 0; i < n; i++)
            {
                bits[i] |= (long)plane[i] << (8 * place);
            }
        }

        long before = 0;
        for (int i = 0; i < n; i++)
        {
            values[i] = BitConverter.Int64BitsToDouble(before ^= bits[i]);
        }

        return values;
    }

    // Fewest decimals that give every value back bit for bit; -1: there are more than six.
    private static int Decimals(ReadOnlySpan<Packed> entries)
    {
        int decimals = 0;
        foreach (var e in entries)
        {
            while (!IsExact(e.Value, decimals))
            {
                if (++decimals > MostDecimals)
                {
                    return -1;
                }
            }
        }

        // One that was exact with fewer decimals need not be with more.
        foreach (var e in entries)
        {
            if (!IsExact(e.Value, decimals))
            {
                return -1;
            }
        }

        return decimals;
    }

    private static bool IsExact(double value, int decimals)
    {
        double scaled = Math.Round(value * Powers[decimals]);
        return Math.Abs(scaled) < 1L << 53 && BitConverter.DoubleToInt64Bits((long)scaled / Powers[decimals]) == BitConverter.DoubleToInt64Bits(value);
    }
}
