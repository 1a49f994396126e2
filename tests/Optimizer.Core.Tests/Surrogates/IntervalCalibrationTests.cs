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

        double inside = Errors(2, 2000).Count(e => calibration.Add(Math.Abs(size * e))) / 2000.0;

        Assert.InRange(inside, 0.885, 0.915);
        Assert.InRange(calibration.Factor, 0.8 * size, 1.25 * size);
    }

    [Fact]
    public void ErrorsThatTriple_AreCoveredAgainWithinAHundredResults()
    {
        var calibration = new IntervalCalibration(Errors(3, 300).Select(Math.Abs));

        double first = Errors(4, 10).Count(e => calibration.Add(Math.Abs(3 * e))) / 10.0;
        Errors(5, 90).ToList().ForEach(e => calibration.Add(Math.Abs(3 * e)));
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
