using CopperFoilLine.SteadyState;
using static CopperFoilLine.Tests.Bench;

namespace CopperFoilLine.Tests;

/// <summary>Balances, lags and base loops of the line against numbers a reference run gave.</summary>
public class DynamicsTests
{
    [Fact]
    public void HeldLine_StaysAtItsSteadyState()
    {
        var line = new FoilLine(Still);
        line.Hold(Hand, 48);
        var rest = SteadyStatePoint.Of(Lb6.Hand, Lb6, new Disturbances());

        Assert.All(Hand.Zip(line.Truth.Actual.ToArray()), p => Assert.InRange(p.Second / p.First, 1 - 1e-6, 1 + 1e-6));
        Assert.InRange(line.Truth.Point.Cell.Voltage / rest.Cell.Voltage, 1 - 1e-6, 1 + 1e-6);
        Assert.InRange(line.Truth.Point.Foil.Tensile / rest.Foil.Tensile, 1 - 1e-6, 1 + 1e-6);
        Assert.InRange(line.Truth.Point.Foil.Roughness / rest.Foil.Roughness, 1 - 1e-6, 1 + 1e-6);
        Assert.InRange(line.Truth.Point.CostPerGoodKg / rest.CostPerGoodKg, 1 - 1e-6, 1 + 1e-6);
    }

    [Fact]
    public void DisturbedLine_SettlesAtTheSteadyStateOfWhereItIs()
    {
        var d = new Disturbances { AnodeLoss = 0.6, DrumWear = 0.4, Carbon = 0.6, SpsPotency = 0.8, CoolingWater = 20 };
        var line = new FoilLine(Still with { Disturbances = d });
        line.Hold(Hand.With(0, 5300).With(2, 66), 400);

        var rest = SteadyStatePoint.Of(line.Truth.Actual, Lb6, d);
        Assert.InRange(line.Truth.Point.CostPerGoodKg / rest.CostPerGoodKg, 1 - 1e-6, 1 + 1e-6);
        Assert.InRange(line.Truth.Point.Organics / rest.Organics, 1 - 1e-5, 1 + 1e-5);
    }

    [Fact]
    public void CopperStep_TakesItsTime_AndAcidPaysForIt()
    {
        var line = new FoilLine(Still);
        line.Hold(Hand, 1);
        double t63 = double.NaN;
        for (double hours = 0; hours < 48; hours += 0.1)
        {
            line.Hold(Hand.With(3, 92), 0.1);
            t63 = double.IsNaN(t63) && line.Dynamics.TankCopper - 88 >= 4 * 0.632 ? hours + 0.1 : t63;
        }

        Assert.InRange(t63, 6.1, 6.7);
        Assert.Equal(92 - 6.17, line.Dynamics.TankAcid, 0.05);
    }

    [Fact]
    public void Sulfate_IsConserved_WithoutMakeUpAndBleed()
    {
        var line = new FoilLine(Still with { Drifts = Drifts.Normal, Noise = true });
        double Sulfate() => (line.Dynamics.TankAcid / 98.079) + (line.Dynamics.TankCopper / 63.546);
        double before = Sulfate();

        for (int day = 0; day < 20; day++)
        {
            line.Hold(Hand.With(3, 86 + (day % 5)).With(0, 5200 + (100 * (day % 4))), 24);
        }

        Assert.Equal(before, Sulfate(), 1e-9);
    }

    [Fact]
    public void Heat_IsBalanced()
    {
        var line = new FoilLine(Still);
        line.Hold(Hand.With(1, 52), 48);

        Assert.Equal(52, line.Dynamics.TankTemperature, 0.01);
        Assert.Equal(line.Truth.Point.Cooling, line.Dynamics.Cooling, 0.1);
    }

    [Fact]
    public void TemperatureStep_TakesTwoToThreeHours_WithLittleOvershoot()
    {
        var line = new FoilLine(Still);
        double reached = double.NaN, most = 0;
        for (double hours = 0; hours < 12; hours += 0.05)
        {
            line.Hold(Hand.With(1, 54), 0.05);
            reached = double.IsNaN(reached) && line.Dynamics.TankTemperature >= 53.8 ? hours : reached;
            most = Math.Max(most, line.Dynamics.TankTemperature);
        }

        Assert.InRange(reached, 1, 3.5);
        Assert.InRange(most, 54, 54.8);
    }

    [Fact]
    public void LostCooling_WarmsTheTank()
    {
        // Cooling water as warm as the tank: nothing left to cool with.
        var line = new FoilLine(Still with { Disturbances = new Disturbances { CoolingWater = 80 } });
        line.Hold(Hand, 1);

        Assert.InRange(line.Dynamics.TankTemperature - 50, 1.5, 2.0);
    }

    [Theory]
    [InlineData(false, 9.0, 9.4)]
    [InlineData(true, 0, 0.05)]
    public void CurrentStep_ShowsInArealWeight_UnlessSpeedFollows(bool feedForward, double low, double high)
    {
        var line = new FoilLine(Still with { SpeedFeedForward = feedForward });
        line.Hold(Hand, 0.5);
        double most = 0, back = 0;
        for (int second = 1; second <= 300; second++)
        {
            line.Step(TimeSpan.FromSeconds(1), Hand.With(0, 6000));
            double error = 100 * ((line.Dynamics.ArealWeight / Lb6.ArealWeight) - 1);
            most = Math.Max(most, error);
            back = Math.Abs(error) > 0.3 ? second / 60.0 : back;
        }

        Assert.InRange(most, low, high);
        Assert.InRange(back, 0, 1.9);
    }

    [Fact]
    public void Faraday_HoldsInEveryStep_AlsoWhileRamping()
    {
        var line = new FoilLine(Still with { Drifts = Drifts.Normal, Noise = true, SpeedFeedForward = false });
        double wound = 0, plated = 0;
        for (int n = 0; n < 5000; n++)
        {
            line.Step(TimeSpan.FromSeconds(10), Hand.With(0, 5500 + (400 * Math.Sin(n / 300.0))).With(2, 60 + (5 * Math.Sin(n / 170.0))));
            wound += line.Dynamics.ArealWeight / 1000 * line.Dynamics.FoilSpeed / 6 * CellState.Width;
            plated += line.Truth.Point.Cell.Current * line.Truth.Point.Cell.Efficiency * 1.1855e-3 / 360;
        }

        Assert.InRange(wound / plated, 1 - 1e-4, 1 + 1e-4);
    }

    [Fact]
    public void Acid_ComesUpByMakeUp_AndDownByBleed_WithinTheirLimits()
    {
        var line = new FoilLine(Still with { AcidControl = true });
        double makeup = 0, bleed = 0;
        void Run(double acid, double hours)
        {
            for (int n = 0; n < hours * 60; n++)
            {
                line.Step(TimeSpan.FromMinutes(1), Hand.With(4, acid));
                (makeup, bleed) = (Math.Max(makeup, line.Dynamics.Makeup), Math.Max(bleed, line.Dynamics.Bleed));
            }
        }

        Run(100, 48);
        Assert.Equal(100, line.Dynamics.TankAcid, 0.5);
        Run(95, 96);
        Assert.Equal(95, line.Dynamics.TankAcid, 0.6);
        Assert.Equal(88, line.Dynamics.TankCopper, 0.5);
        Assert.InRange(makeup, 35, 40);
        Assert.InRange(bleed, 0.05, 1.5);
    }

    [Fact]
    public void Copper_IsKept_HoweverFarAcidIsAboveItsSetpoint()
    {
        var line = new FoilLine(Still with { AcidControl = true });
        double least = 88;
        for (int n = 0; n < 48 * 6; n++)
        {
            line.Step(TimeSpan.FromMinutes(10), Hand.With(4, 82));
            least = Math.Min(least, line.Dynamics.TankCopper);
        }

        Assert.InRange(least, 87, 88);
    }

    [Fact]
    public void Dosing_BringsAdditivesToTheirSetpoints()
    {
        var line = new FoilLine(Still with { AutomaticDosing = true });
        line.Hold(Hand.With(6, 3).With(7, 10).With(8, 4).With(5, 29), 240);

        var actual = line.Truth.Actual;
        Assert.Equal(3, actual.Sps, 0.05);
        Assert.Equal(10, actual.Gelatin, 0.2);
        Assert.Equal(4, actual.Hec, 0.08);
        Assert.Equal(29, actual.Chloride, 0.3);
    }

    [Fact]
    public void Chloride_CannotBeSetLower_OnlyWaitedFor()
    {
        var line = new FoilLine(Still with { AutomaticDosing = true });
        line.Hold(Hand.With(5, 26), 12);

        Assert.InRange(line.Truth.Actual.Chloride, 25.9, 27.5);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-5)]
    public void ImpossibleSetpoint_IsRefused(double value) =>
        Assert.Throws<ArgumentException>(() => new FoilLine(Still).Step(TimeSpan.FromSeconds(10), Hand.With(2, value)));
}
