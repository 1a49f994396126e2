using Optimizer.Search;

namespace Optimizer.Core.Tests.Search;

public class SobolSequenceTests
{
    [Fact]
    public void EveryPairOfDimensions_FillsItsQuartersEvenly()
    {
        const int n = 1024;
        var points = Points(21, seed: 3, n);
        for (int a = 0; a < 21; a++)
        {
            for (int b = a + 1; b < 21; b++)
            {
                int[] cells = new int[4];
                foreach (double[] p in points)
                {
                    cells[(p[a] < 0.5 ? 0 : 1) + (p[b] < 0.5 ? 0 : 2)]++;
                }

                Assert.All(cells, c => Assert.Equal(n / 4, c));
            }
        }
    }

    [Fact]
    public void OneDimension_IsStratifiedExactly()
    {
        foreach (int d in Enumerable.Range(0, 9))
        {
            Assert.Equal(Enumerable.Range(0, 256), Points(9, 5, 256).Select(p => (int)(p[d] * 256)).Order());
        }
    }

    [Fact]
    public void Seed_FixesAndChangesThePoints()
    {
        Assert.Equal(Points(4, 1, 8), Points(4, 1, 8));
        Assert.NotEqual(Points(4, 1, 8), Points(4, 2, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SobolSequence(22, 1));
    }

    private static double[][] Points(int dimensions, int seed, int n)
    {
        var sobol = new SobolSequence(dimensions, seed);
        return [.. Enumerable.Range(0, n).Select(_ =>
        {
            var p = new double[dimensions];
            sobol.Next(p);
            return p;
        })];
    }
}
