using Optimizer.Surrogates;

namespace Optimizer.Core.Tests.Surrogates;

public class IntervalCalibrationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0.3)]
    [InlineData(2.5)]
    public void ErrorsOfAnySize_AreCoveredNineTimesInTen(double size)
    {
        var calibration = new IntervalCalibration(Errors(1, 200).Select(e => Math.Abs(size * e)));

        var factors = new List<double>();
        double inside = Errors(2, 2000).Count(e =>
        {
            factors.Add(calibration.Factor);
            return calibration.Add(Math.Abs(size * e));
        }) / 2000.0;

        Assert.InRange(inside, 0.885, 0.915);
        Assert.InRange(factors.Average(), 0.93 * size, 1.07 * size);
        Assert.All(factors, f => Assert.InRange(f, 0.5 * size, 2 * size));
    }

    [Fact]
    public void LuckyResults_ShrinkTheIntervalAndNotTheMargin()
    {
        var calibration = new IntervalCalibration(Errors(1, 300).Select(Math.Abs));
        double margin = calibration.Cautious;

        // Thirty results in a row inside: the tenth that misses is due.
        Errors(2, 30).ToList().ForEach(e => calibration.Add(Math.Min(Math.Abs(e), 0.9 * calibration.Factor * IntervalCalibration.Sigmas90)));

        Assert.True(calibration.Factor < 0.95 * margin, $"{calibration.Factor:F3} of {margin:F3}");
        Assert.InRange(calibration.Cautious, 0.85 * margin, 1.1 * margin);
        Assert.True(calibration.Cautious > 1.03 * calibration.Factor, $"{calibration.Factor:F3} and {calibration.Cautious:F3} of {margin:F3}");
    }

    [Fact]
    public void ErrorsThatTriple_AreCoveredAgainWithinAHundredResults()
    {
        var calibration = new IntervalCalibration(Errors(3, 300).Select(Math.Abs));

        double first = Errors(4, 20).Count(e => calibration.Add(Math.Abs(3 * e))) / 20.0;
        Errors(5, 80).ToList().ForEach(e => calibration.Add(Math.Abs(3 * e)));
        double later = Errors(6, 400).Count(e => calibration.Add(Math.Abs(3 * e))) / 400.0;

        Assert.True(first < 0.8, $"{first:P0} of the first");
        Assert.InRange(later, 0.87, 0.93);
    }

    [Fact]
    public void TooFewScores_KeepACautiousFactor()
    {
        var calibration = new IntervalCalibration([0.1, 0.1, 0.1]);

        Assert.Equal(1.5, calibration.Factor);
    }

    internal static IEnumerable<double> Errors(int seed, int count)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())).ToArray();
    }
}
