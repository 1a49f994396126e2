using Optimizer.Alignment;

namespace Optimizer.Core.Tests.Alignment;

public class SteadyStateDetectorTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void NoiseAtRest_IsSteadyNearlyAlways()
    {
        int transient = 0;
        Feed(new SteadyStateDetector(0.03, TimeSpan.FromMinutes(1)), 20_000, (_, noise) => 29.4 + (0.03 * noise), d => transient += d.IsSteady ? 0 : 1);

        Assert.InRange(transient, 0, 20_000 * 0.02);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void Ramp_IsSeen(double sigmasPerSample)
    {
        var detector = new SteadyStateDetector(0.03, TimeSpan.FromMinutes(1));
        Feed(detector, 300, (n, noise) => 29.4 + (0.03 * (noise + (n > 150 ? sigmasPerSample * (n - 150) : 0))), _ => { });

        Assert.False(detector.IsSteady, $"R {detector.Ratio:F2}");
    }

    [Fact]
    public void ConstantSignal_IsSteady()
    {
        var detector = new SteadyStateDetector(0.03, TimeSpan.FromMinutes(1));
        Feed(detector, 500, (_, _) => 5, _ => { });

        Assert.True(detector.IsSteady);
        Assert.Equal(1, detector.Ratio);
    }

    [Fact]
    public void AfterARamp_RestIsFoundAgain()
    {
        var detector = new SteadyStateDetector(0.03, TimeSpan.FromMinutes(1));
        Feed(detector, 600, (n, noise) => 29.4 + (0.03 * (noise + Math.Clamp(n - 100, 0, 100))), _ => { });

        Assert.True(detector.IsSteady, $"R {detector.Ratio:F2}");
    }

    private static void Feed(SteadyStateDetector detector, int count, Func<int, double, double> value, Action<SteadyStateDetector> after)
    {
        var random = new Random(4);
        for (int n = 0; n < count; n++)
        {
            double noise = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            detector.Add(Start.AddMinutes(n), value(n, noise));
            after(detector);
        }
    }
}
