using System.Text.Json;
using CopperFoilLine.SteadyState;

namespace CopperFoilLine.Tests;

/// <summary>The steady-state equations against vectors of an independent implementation, to 1e-9 relative.</summary>
public class GoldenVectorTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "copper-foil-golden.json"))).RootElement;

    public static TheoryData<string> Cases => [.. Golden.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_IsReproduced(string name)
    {
        var @case = Golden.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var ss = SteadyStatePoint.Of(Point(@case), Grade.Named(@case.GetProperty("grade").GetString()!), State(@case.GetProperty("d")));
        var actual = Outputs(ss);

        foreach (var expected in @case.GetProperty("out").EnumerateObject())
        {
            AssertClose(expected.Value.GetDouble(), actual[expected.Name], expected.Name);
        }

        double[] coverage = [ss.Coverage.Sps, ss.Coverage.Gelatin, ss.Coverage.Hec];
        Assert.All(@case.GetProperty("th").EnumerateArray().Zip(coverage), p => AssertClose(p.First.GetDouble(), p.Second, "th"));
        var dose = @case.GetProperty("dose");
        AssertClose(dose.GetProperty("S").GetDouble(), ss.Dose.Sps, "dose S");
        AssertClose(dose.GetProperty("G").GetDouble(), ss.Dose.Gelatin, "dose G");
        AssertClose(dose.GetProperty("H").GetDouble(), ss.Dose.Hec, "dose H");
        AssertClose(dose.GetProperty("Cl").GetDouble(), ss.Dose.Chloride, "dose Cl");
    }

    [Fact]
    public void SevenCases_AreThere() => Assert.Equal(7, Golden.GetProperty("cases").GetArrayLength());

    private static OperatingPoint Point(JsonElement @case) =>
        OperatingPoint.From([.. Golden.GetProperty("units").EnumerateArray().Select(n => @case.GetProperty("u").GetProperty(n.GetString()!).GetDouble())]);

    private static Disturbances State(JsonElement d) => new()
    {
        AnodeLoss = d.GetProperty("a").GetDouble(),
        DrumWear = d.GetProperty("w").GetDouble(),
        Iron = d.GetProperty("Fe").GetDouble(),
        Organics = d.GetProperty("Org").GetDouble(),
        Clog = d.GetProperty("clog").GetDouble(),
        CoolingWater = d.GetProperty("Tcw").GetDouble(),
        Ambient = d.GetProperty("Tamb").GetDouble(),
        Tariff = d.GetProperty("tariff").GetDouble(),
        Carbon = d.GetProperty("carbon").GetDouble(),
        PowerCap = d.GetProperty("Pmax").GetDouble(),
        SpsPotency = d.GetProperty("pS").GetDouble(),
        GelatinPotency = d.GetProperty("pG").GetDouble(),
    };

    private static Dictionary<string, double> Outputs(SteadyStatePoint s) => new()
    {
        ["iL"] = s.Cell.LimitingCurrentDensity,
        ["r"] = s.Cell.LimitingShare,
        ["k"] = s.Cell.MassTransfer,
        ["Re"] = s.Cell.Reynolds,
        ["eps"] = s.Cell.VoidFraction,
        ["kappa"] = s.Cell.Conductivity,
        ["E"] = s.Cell.Reversible,
        ["na"] = s.Cell.Anodic,
        ["nc"] = s.Cell.Cathodic,
        ["ncon"] = s.Cell.Concentration,
        ["ohm"] = s.Cell.Ohmic,
        ["bus"] = s.Cell.Bus,
        ["V"] = s.Cell.Voltage,
        ["I"] = s.Cell.Current,
        ["CE"] = s.Cell.Efficiency,
        ["mdot"] = s.Cell.MassRate,
        ["v_foil"] = s.FoilSpeed,
        ["dg"] = s.Foil.GrainSize,
        ["TS"] = s.Foil.Tensile,
        ["EL"] = s.Foil.Elongation,
        ["Rz"] = s.Foil.Roughness,
        ["lam"] = s.Foil.Pinholes,
        ["sw"] = s.Foil.WeightSigma,
        ["org"] = s.Organics,
        ["P_tot"] = s.TotalPower,
        ["Q_cool"] = s.Cooling,
        ["Y"] = s.Yield,
        ["avail"] = s.Availability,
        ["good"] = s.GoodRate,
        ["C_h"] = s.CostRate,
        ["J"] = s.CostPerGoodKg,
        ["margin"] = s.Margin,
        ["kWh_kg"] = s.EnergyPerKg,
    };

    private static void AssertClose(double expected, double actual, string name) =>
        Assert.True(Math.Abs(actual - expected) <= 1e-9 * Math.Max(Math.Abs(expected), 1e-12), $"{name}: expected {expected:R}, found {actual:R}");
}
