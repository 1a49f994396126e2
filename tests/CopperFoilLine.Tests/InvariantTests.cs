using CopperFoilLine.SteadyState;

namespace CopperFoilLine.Tests;

/// <summary>Signs and bounds the physics demands, at 3000 seeded random points of the box with r below 0.95.</summary>
public class InvariantTests
{
    private const int Points = 3000;
    private static readonly Grade Lb6 = Grade.Named("LB-6");
    private static readonly Disturbances D0 = new();

    [Theory]
    [InlineData("voltage", 0, 1)]
    [InlineData("voltage", 3, 1)]
    [InlineData("voltage", 1, -1)]
    [InlineData("voltage", 4, -1)]
    [InlineData("limiting", 2, 1)]
    [InlineData("limiting", 3, 1)]
    [InlineData("limiting", 1, 1)]
    [InlineData("limiting", 0, 1)]
    [InlineData("efficiency", 0, 1)]
    public void Output_MovesTheWayPhysicsSays(string output, int input, int sign)
    {
        int tried = 0;
        foreach (var u in RandomPoints("monotone"))
        {
            double[] x = u.ToArray();
            x[input] += 0.001 * (OperatingPoint.High[input] - OperatingPoint.Low[input]);
            var from = SteadyStatePoint.Of(u, Lb6, D0);
            var to = SteadyStatePoint.Of(OperatingPoint.From(x), Lb6, D0);
            if (output == "efficiency" && from.Cell.LimitingShare >= 0.7)
            {
                continue;
            }

            tried++;
            Assert.True(sign * (Output(to, output) - Output(from, output)) > 0, $"{output} at {u}");
        }

        Assert.True(tried > 300, $"{tried} points");
    }

    [Fact]
    public void Voltage_RisesAsTheAnodeAges() => Assert.All(
        RandomPoints("anode"),
        u => Assert.True(SteadyStatePoint.Of(u, Lb6, D0 with { AnodeLoss = 0.26 }).Cell.Voltage > SteadyStatePoint.Of(u, Lb6, D0).Cell.Voltage));

    [Fact]
    public void Shares_StayShares()
    {
        foreach (var u in RandomPoints("bounds"))
        {
            var s = SteadyStatePoint.Of(u, Lb6, D0);
            Assert.InRange(s.Coverage.Sps + s.Coverage.Gelatin + s.Coverage.Hec, 0, 1);
            Assert.InRange(s.Yield, 0, 1);
            Assert.InRange(s.Availability, 0, 1);
            Assert.True(s.Cell.Efficiency <= (0.99 / s.Cell.LimitingShare) + 1e-12);
        }
    }

    [Fact]
    public void Faraday_SpeedWeightAndWidthGiveTheMass()
    {
        foreach (var u in RandomPoints("faraday"))
        {
            var s = SteadyStatePoint.Of(u, Lb6, D0);
            Assert.Equal(1.1855, s.Cell.MassRate / (s.Cell.Current * s.Cell.Efficiency) * 1000, 4);
            Assert.Equal(s.Cell.MassRate, s.FoilSpeed * 60 * CellState.Width * Lb6.ArealWeight / 1000, 9);
        }
    }

    [Theory]
    [InlineData(0.1, 0.1124629160182849)]
    [InlineData(0.46875, 0.4926134732179379)]
    [InlineData(1, 0.8427007929497149)]
    [InlineData(-2.5, -0.9995930479825550)]
    [InlineData(3.9, 0.9999999652077514)]
    [InlineData(4.5, 0.9999999998033839)]
    [InlineData(0, 0)]
    [InlineData(40, 1)]
    public void ErrorFunction_IsGoodToTheLastDigits(double x, double expected) => Assert.Equal(expected, ErrorFunction.Erf(x), 15);

    private static double Output(SteadyStatePoint s, string name) => name switch
    {
        "voltage" => s.Cell.Voltage,
        "limiting" => s.Cell.LimitingCurrentDensity,
        _ => s.Cell.Efficiency,
    };

    private static IEnumerable<OperatingPoint> RandomPoints(string name)
    {
        var random = new RandomStream(name, 7);
        for (int n = 0; n < Points;)
        {
            double[] x = [.. OperatingPoint.Low.Zip(OperatingPoint.High, (low, high) => low + (random.Uniform() * (high - low)))];
            var u = OperatingPoint.From(x);
            if (SteadyStatePoint.Of(u, Lb6, D0).Cell.LimitingShare < 0.95)
            {
                n++;
                yield return u;
            }
        }
    }
}
