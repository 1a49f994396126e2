namespace Optimizer.Historian;

/// <summary>The entries of one batch in the order they came, not packed yet: what is written the moment it arrives must be quick.</summary>
internal static class SampleTail
{
    public static void Write(ref ByteWriter w, int tag, in Packed e, in Packed before)
    {
        w.Number((ulong)tag);
        w.Number((ulong)(e.Order - before.Order));
        w.Signed(e.Sampled - before.Sampled);
        w.Signed(e.Known - e.Sampled);
        w.Signed(e.Received - before.Received);
        w.Byte(e.Flags);
        w.Double(e.Value);
    }

    /// <param name="first">Order that the first entry counts from.</param>
    /// <exception cref="InvalidDataException">It was altered.</exception>
    public static void Read(byte[] body, long first, List<(int Tag, Packed Entry)> into)
    {
        Checked.Require(body, body.AsSpan(Math.Min(Checked.Bytes, body.Length)));
        var r = new ByteReader(body.AsSpan(Checked.Bytes));
        var before = new Packed(first, 0, 0, 0, 0, 0);
        while (!r.IsEmpty)
        {
            int tag = checked((int)r.Number());
            long order = before.Order + (long)r.Number(), sampled = before.Sampled + r.Signed(), known = sampled + r.Signed(), received = before.Received + r.Signed();
            byte flags = r.Byte();
            before = new Packed(order, sampled, known, received, r.Double(), flags);
            into.Add((tag, before));
        }
    }
}
