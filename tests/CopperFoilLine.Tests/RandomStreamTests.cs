namespace CopperFoilLine.Tests;

/// <summary>The generator against numbers computed with another implementation of xoshiro256** seeded by SHA-256.</summary>
public class RandomStreamTests
{
    [Theory]
    [InlineData("f01/pv/current", 1, 0.3530064808690847, 0.1335501656479332, 0.8303445632862471)]
    [InlineData("lab/cu", 42, 0.6003919025247072, 0.23777850425791935, 0.2300114137304322)]
    public void Stream_IsThatOfTheReference(string name, int seed, double first, double second, double thousandth)
    {
        var stream = new RandomStream(name, seed);
        double[] values = [.. Enumerable.Range(0, 1000).Select(_ => stream.Uniform())];

        Assert.Equal([first, second, thousandth], [values[0], values[1], values[999]]);
    }

    [Fact]
    public void NormalAndPoissonNumbers_HaveTheirMoments()
    {
        var stream = new RandomStream("moments", 1);
        double[] normal = [.. Enumerable.Range(0, 100_000).Select(_ => stream.Gaussian())];
        Assert.Equal(0, normal.Average(), 0.01);
        Assert.Equal(1, normal.Average(v => v * v), 0.02);
        Assert.Equal(3, normal.Average(v => v * v * v * v), 0.1);

        foreach (double mean in new[] { 0.5, 2.4, 20, 200 })
        {
            double[] counts = [.. Enumerable.Range(0, 50_000).Select(_ => (double)stream.Poisson(mean))];
            Assert.InRange(counts.Average() / mean, 0.98, 1.02);
            Assert.InRange(counts.Average(c => (c - mean) * (c - mean)) / mean, 0.96, 1.04);
        }
    }
}
