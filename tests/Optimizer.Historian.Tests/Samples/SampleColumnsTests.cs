using CsCheck;

namespace Optimizer.Historian.Tests.Samples;

public class SampleColumnsTests
{
    private static readonly double[] Odd = [0.0, -0.0, double.NaN, double.PositiveInfinity, double.Epsilon, 0.1, 1e15, 1e22];

    private static readonly Gen<double> Values = Gen.OneOf(
        Gen.Double, Gen.Int[-100_000, 100_000].Select(i => i / 100.0), Gen.Int[0, 7].Select(i => Odd[i]));

    private static readonly Gen<Packed[]> Entries = Gen.Select(Gen.Long[0, 1L << 40], Gen.Long, Gen.Long[-1L << 40, 1L << 40], Values, Gen.Byte)
        .Select((gap, sampled, lag, value, flags) => new Packed(gap, sampled / 4, (sampled / 4) + lag, (sampled / 4) - lag, value, flags)).Array[1, 60]
        .Select(entries =>
        {
            long order = 0;
            return entries.Select(e => e with { Order = order += e.Order }).ToArray();
        });

    [Fact]
    public void Columns_GiveBackEveryBit() => Entries.Sample(entries =>
    {
        var back = SampleColumns.Read(SampleColumns.Write(entries));
        Assert.Equal(entries.Select(e => (e.Order, e.Sampled, e.Known, e.Received, BitConverter.DoubleToInt64Bits(e.Value), e.Flags)),
            back.Select(e => (e.Order, e.Sampled, e.Known, e.Received, BitConverter.DoubleToInt64Bits(e.Value), e.Flags)));
    });

    [Fact]
    public void AlteredColumns_AreNeverTakenForTheOriginal()
    {
        var entries = Enumerable.Range(0, 500).Select(i => new Packed(i + 1, 1000L * i, 1000L * i, (1000L * i) + 7, Math.Sin(i), 192)).ToArray();
        byte[] sound = SampleColumns.Write(entries);
        for (int at = 0; at < sound.Length; at++)
        {
            byte[] altered = [.. sound];
            altered[at] ^= 0x40;
            bool same;
            try
            {
                same = SampleColumns.Read(altered).SequenceEqual(entries);
            }
            catch (Exception e) when (e is InvalidDataException or OverflowException)
            {
                continue;
            }

            // A bit of the container that says nothing.
            Assert.True(same, $"byte {at} of {sound.Length}");
        }

        Assert.Throws<InvalidDataException>(() => SampleColumns.Read(sound[..^20]));
    }

    [Fact]
    public void MeasuredValues_TakeFewBytes()
    {
        var random = new Random(5);
        var entries = Enumerable.Range(0, 2000).Select(i => new Packed(40L * (i + 1), 600_000_000L * i, 600_000_000L * i, 600_000_000L * i, Math.Round(50 + random.NextDouble(), 2), 192)).ToArray();

        Assert.InRange(SampleColumns.Write(entries).Length / 2000.0, 0.5, 2);
    }
}
