using CopperFoilLine.Instruments;
using CopperFoilLine.Scenes;
using CopperFoilLine.SteadyState;
using Optimizer.Plant;
using static CopperFoilLine.Tests.Bench;

namespace CopperFoilLine.Tests;

/// <summary>Signature of every scenario, from the hand point with doses held and no other drift, as a reference run gave it.</summary>
public class ScenarioTests
{
    private static FoilLine Line(string scenario, FoilLineOptions? options = null) => ScenarioPlan.Parse(scenario).Build(options ?? Still, TimeSpan.Zero);

    // Hours until something is true; NaN: not within the time.
    private static double Until(FoilLine line, Func<FoilTruth, bool> reached, double hours, double[]? setpoints = null)
    {
        for (double t = 0; t < hours; t += 0.05)
        {
            line.Hold(setpoints ?? Hand, 0.05);
            if (reached(line.Truth))
            {
                return t + 0.05;
            }
        }

        return double.NaN;
    }

    private static FoilTruth After(string scenario, double hours, double[]? setpoints = null)
    {
        var line = Line(scenario);
        line.Hold(setpoints ?? Hand, hours);
        return line.Truth;
    }

    private static SteadyStatePoint HandRest => SteadyStatePoint.Of(Lb6.Hand, Lb6, new Disturbances());

    [Fact]
    public void S0_DrumWear_MovesRoughnessPinholesYieldAndCost()
    {
        SteadyStatePoint At(double wear) => SteadyStatePoint.Of(Lb6.Hand, Lb6, new Disturbances { DrumWear = wear });

        Assert.Equal(1.62, At(0.05).Foil.Roughness, 0.005);
        Assert.Equal(1.82, At(0.45).Foil.Roughness, 0.005);
        Assert.Equal(2.01, At(0.80).Foil.Roughness, 0.005);
        Assert.Equal(2.0, At(0.05).Foil.Pinholes, 0.05);
        Assert.Equal(2.8, At(0.45).Foil.Pinholes, 0.06);
        Assert.Equal(0.856, At(0.05).Yield, 0.001);
        Assert.Equal(0.772, At(0.45).Yield, 0.001);
        Assert.Equal(0.32, At(0.80).Yield, 0.005);
        Assert.Equal(10.8, At(0.05).CostPerGoodKg, 0.06);
        Assert.Equal(12.3, At(0.45).CostPerGoodKg, 0.06);
    }

    [Fact]
    public void S0_FifteenDays_ShowTheSawTeeth()
    {
        var line = Line("normal", new FoilLineOptions { Seed = 1, TelemetryPeriod = TimeSpan.FromHours(1) });
        var states = new List<Disturbances>();
        for (int hour = 0; hour < 15 * 24; hour++)
        {
            line.Hold(Hand, 1);
            states.Add(line.Truth.Disturbances);
        }

        int Resets(Func<Disturbances, double> of) => states.Zip(states.Skip(1)).Count(p => Math.Abs(of(p.Second) - of(p.First)) > 0.2);
        Assert.Equal(1, Resets(d => d.DrumWear));
        Assert.InRange(Resets(d => d.Clog), 1, 2);
        Assert.Equal(1, Resets(d => d.Carbon));
        Assert.InRange(states.Select(d => d.SpsPotency).Distinct().Count(), 2, 4);
        Assert.InRange(states.Max(d => d.DrumWear), 0.44, 0.452);
        Assert.Contains(MachineMode.Break, Modes(Line("normal", new FoilLineOptions { Seed = 1 }), 15));
    }

    private static HashSet<MachineMode> Modes(FoilLine line, int days)
    {
        var seen = new HashSet<MachineMode>();
        for (int n = 0; n < days * 144; n++)
        {
            line.Step(TimeSpan.FromMinutes(10), Hand);
            seen.Add(line.Mode);
        }

        return seen;
    }

    [Fact]
    public void S1_GelatinGone_RoughnessImprovesThenWorsens()
    {
        var line = Line("gelatin-pump-stops");
        line.Hold(Hand, 6);
        Assert.Equal(1.61, line.Truth.Point.Foil.Roughness, 0.01);
        Assert.Equal(20.6, 6 + Until(line, t => t.Point.Foil.Roughness > 2.0, 20), 0.4);
        line.Hold(Hand, 24 - 20.6);
        Assert.Equal(327, line.Truth.Point.Foil.Tensile, 1.0);
    }

    [Fact]
    public void S2_SpsGone_RoughnessRises_AndVoltageSaysNothing()
    {
        var line = Line("S2");
        double voltage = line.Truth.Point.Cell.Voltage;
        double rough = Until(line, t => t.Point.Foil.Roughness > 2.0, 12);
        double rise = line.Truth.Point.Cell.Voltage - voltage;
        Assert.Equal(3.5, rough, 0.2);
        Assert.InRange(rise, 0, 0.012);
        Assert.Equal(9.6, rough + Until(line, t => t.Point.Foil.Elongation < 3.5, 12), 0.3);
        line.Hold(Hand, 12 - 9.6);
        Assert.Equal(2.66, line.Truth.Point.Foil.Roughness, 0.03);
    }

    [Fact]
    public void S3_SpsDouble_PinholesRise_RoughnessDoesNot()
    {
        var line = Line("sps-double-dose");
        Assert.Equal(4.2, Until(line, t => t.Point.Foil.Pinholes > 2.5, 12), 0.3);
        Assert.InRange(line.Truth.Point.Foil.Roughness, 1.5, HandRest.Foil.Roughness);
    }

    [Fact]
    public void S4_OldAnode_CostsVoltageAndEvenness_NotFoil()
    {
        var truth = After("anode-old", 1);
        Assert.Equal(0.285, truth.Point.Cell.Voltage - HandRest.Cell.Voltage, 0.002);
        Assert.Equal(1.03, truth.Point.Foil.WeightSigma, 0.005);
        Assert.Equal(1.039, truth.Point.CostPerGoodKg / HandRest.CostPerGoodKg, 0.001);
        Assert.Equal(HandRest.Foil.Tensile, truth.Point.Foil.Tensile, 1e-6);
        Assert.Equal(HandRest.Foil.Roughness, truth.Point.Foil.Roughness, 1e-6);
    }

    [Fact]
    public void S5_NoCooling_WarmsTheBath()
    {
        var line = Line("cooling-lost");
        line.Hold(Hand, 1);
        Assert.Equal(1.75, line.Dynamics.TankTemperature - 50, 0.1);
        Assert.Equal(4.8, 1 + Until(line, t => t.Actual.Temperature > 58, 8), 0.3);
        line.Hold(Hand, 6 - 4.8);
        Assert.Equal(-0.39, line.Truth.Point.Cell.Voltage - HandRest.Cell.Voltage, 0.04);
        Assert.Equal(-11, line.Truth.Point.Foil.Tensile - HandRest.Foil.Tensile, 2.0);
        Assert.True(line.Truth.Point.Foil.Elongation > HandRest.Foil.Elongation);
    }

    [Fact]
    public void S6_WarmerBath_LowersVoltageAndStrength_AndEatsAdditives()
    {
        var line = Line("temperature-up");
        line.Hold(Hand, 0.1);
        var order = Assert.Single(line.TakeOrders());
        Assert.Equal(("electrolyte_temperature.SP", 54), (order.Tag, order.Value));
        line.Hold(Hand.With(1, order.Value), 24);
        var truth = line.Truth;
        Assert.Equal(-0.18, truth.Point.Cell.Voltage - HandRest.Cell.Voltage, 0.02);
        Assert.Equal(-5, truth.Point.Foil.Tensile - HandRest.Foil.Tensile, 1.5);
        Assert.Equal(0.4, truth.Point.Foil.Elongation - HandRest.Foil.Elongation, 0.12);
        Assert.Equal(-0.09, (truth.Actual.Sps / 4) - 1, 0.02);
        Assert.Equal(-0.07, (truth.Actual.Gelatin / 13) - 1, 0.02);
    }

    [Fact]
    public void S7_NoDissolution_VoltageFallsWhileTheLimitComesNearer()
    {
        var line = Line("dissolution-trips");
        line.Hold(Hand, 2);
        double copper = line.Dynamics.TankCopper, acid = line.Dynamics.TankAcid;
        line.Hold(Hand, 2);
        Assert.Equal(-0.55, (line.Dynamics.TankCopper - copper) / 2, 0.03);
        Assert.Equal(0.85, (line.Dynamics.TankAcid - acid) / 2, 0.04);
        Assert.Equal(4.8, 4 + Until(line, t => t.Point.Foil.Pinholes > 2.5, 6), 0.4);
        double rough = Until(line, t => t.Point.Foil.Roughness > 2.0, 24);
        Assert.Equal(18.7, 4.8 + rough, 0.8);
        line.Hold(Hand, 24 - 18.7);
        Assert.Equal(0.76, line.Truth.Point.Cell.LimitingShare, 0.015);
        Assert.True(line.Truth.Point.Cell.Voltage < HandRest.Cell.Voltage - 0.1);
        Assert.True(line.Samples().Last(s => s.Tag == "dt/pv/air_flow").Value < 1);
    }

    [Fact]
    public void S8_FlowLost_ShowsWithinMinutes()
    {
        var truth = After("flow-lost", 0.5);
        Assert.Equal(45, truth.Actual.Flow, 0.01);
        Assert.Equal(0.687, truth.Point.Cell.LimitingShare, 0.003);
        Assert.Equal(0.17, truth.Point.Cell.Voltage - HandRest.Cell.Voltage, 0.02);
        Assert.Equal(4.2, truth.Point.Foil.Pinholes, 0.15);
        Assert.Equal(3.74, truth.Point.Foil.Elongation, 0.03);
    }

    [Fact]
    public void S9_OilyScrap_FadesInTwoDays()
    {
        var line = Line("oily-scrap");
        line.Hold(Hand, 0.1);
        double from = HandRest.Organics;
        Assert.Equal(3.2, line.Truth.Point.Foil.Pinholes, 0.06);
        Assert.Equal(3.7, line.Truth.Point.Foil.Elongation, 0.1);
        Assert.Equal(-5, line.Truth.Point.Foil.Tensile - HandRest.Foil.Tensile, 0.5);
        line.Hold(Hand, 12);
        Assert.InRange(line.Truth.Point.Organics - from, 3.5, 5.5);
        line.Hold(Hand, 36);
        Assert.InRange(line.Truth.Point.Organics - from, 0, 0.6);
    }

    [Fact]
    public void S10_TooMuchChloride_StaysForDays()
    {
        var line = Line("chloride-overdose");
        line.Hold(Hand, 2);
        Assert.Equal(42, line.Truth.Actual.Chloride, 0.3);
        line.Hold(Hand, 10);
        Assert.Equal(5.4, line.Truth.Point.Foil.Pinholes, 0.2);
        line.Hold(Hand, 38);
        Assert.InRange(line.Truth.Actual.Chloride - 28, 14 * Math.Exp(-50 / 170.0) - 0.8, 14);
    }

    [Fact]
    public void S11_StuckTemperature_StaysWhileTheBathMoves()
    {
        var line = Line("feed-temp-stuck", Still with { Noise = true });
        line.Hold(Hand.With(1, 53), 6);
        var samples = line.Samples();
        var stuck = samples.Where(s => s.Tag == "f01/pv/feed_temp").Select(s => s.Value).ToList();
        Assert.Single(stuck.Distinct());
        Assert.True(samples.Last(s => s.Tag == "mt/pv/temp").Value > stuck[0] + 2);
    }

    [Fact]
    public void S11_DriftingGauge_LeadsTheWeightAstray_AndTheDiscTells()
    {
        var line = Line("gauge-drift");
        line.Hold(Hand, 32);
        var samples = line.Samples();
        double gauge = samples.Last(s => s.Tag == "f01/pv/gauge_weight").Value, disc = samples.Last(s => s.Tag == "roll/weight").Value;
        // Four shifts: 1.2 g/m2 between what the gauge says and what is punched, less what the last roll saw of it.
        Assert.InRange(gauge - disc, 1.0, 1.25);
        Assert.Equal(Lb6.ArealWeight, gauge, 0.4);
    }

    [Fact]
    public void S11_FlowDropout_ReportsNothing()
    {
        var line = Line("flow-dropout@1");
        line.Hold(Hand, 1);
        Assert.Contains(line.Samples(), s => s.Tag == "f01/pv/feed_flow");
        line.Hold(Hand, 1);
        Assert.DoesNotContain(line.Samples(), s => s.Tag == "f01/pv/feed_flow");
    }

    [Fact]
    public void S11_MethodBias_MakesDosingTakeGelatinAway()
    {
        var line = Line("gelatin-method-bias", Still with { AutomaticDosing = true });
        line.Hold(Hand, 10 * 24);
        Assert.InRange(line.Truth.Actual.Gelatin, 13 * 0.85, 13 * 0.97);
        Assert.InRange(line.Samples().Last(s => s.Tag == "lab/gel").Value / line.Truth.Actual.Gelatin, 1.149, 1.151);
    }

    [Theory]
    [InlineData("sps-weak", 1.69, false)]
    [InlineData("gelatin-strong", 4.09, true)]
    public void S12_WrongBatch_MovesQuality_WithNothingToSeeInTheBath(string scenario, double before, bool elongation)
    {
        var truth = After(scenario, 6);
        double now = elongation ? truth.Point.Foil.Elongation : truth.Point.Foil.Roughness;
        Assert.True(elongation ? now < before - 0.15 : now > before + 0.15, $"{now}");
        Assert.All(Hand.Zip(truth.Actual.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-6 * p.First));
    }

    [Fact]
    public void S13_GradeChange_SlowsTheFoil_AndScrapsTheWay()
    {
        var line = Line("grade-change@24", Still with { AutomaticDosing = true });
        double[] setpoints = Hand;
        var speeds = new List<double>();
        var modes = new List<MachineMode>();
        for (int n = 0; n < 24 * 5 * 6; n++)
        {
            line.Step(TimeSpan.FromMinutes(10), setpoints);
            foreach (var order in line.TakeOrders())
            {
                setpoints = setpoints.With(FoilTags.Setpoints.Select(s => s.Tag).ToList().IndexOf(order.Tag), order.Value);
            }

            speeds.Add(line.Truth.Point.FoilSpeed);
            modes.Add(line.Mode);
        }

        Assert.Equal(7.6, speeds[24 * 6 - 2], 0.1);
        Assert.Equal(5.7, speeds[40 * 6], 0.1);
        Assert.Equal(3.8, speeds[^1], 0.1);
        Assert.Contains(MachineMode.GradeChange, modes);
        var samples = line.Samples();
        Assert.Equal([1.0, 3, 4], samples.Where(s => s.Tag == "roll/grade").Select(s => s.Value).Distinct());
        Assert.Equal(107.2, samples.Last(s => s.Tag == "f01/pv/gauge_weight").Value, 0.3);
        Assert.Equal("STD-12", line.Grade.Name);
        // Twenty minutes of foil each way.
        var scrap = samples.Where(s => s.Tag == "roll/scrap_kg").Select(s => s.Value).ToList();
        Assert.InRange(scrap.Count(kg => kg > 12), 1, 8);
    }

    [Fact]
    public void S14_PowerCap_IsBrokenAtTheHandPoint()
    {
        var line = Line("power-cap");
        line.Hold(Hand, 1);
        Assert.Contains(TrueLimits.Broken(line.Truth.Actual, line.Truth.Point, Lb6, line.Truth.Disturbances), b => b.StartsWith("line power", StringComparison.Ordinal));
        Assert.Equal(205, line.Samples().Last(s => s.Tag == "ut/pv/power_cap").Value);
    }

    [Fact]
    public void S15_CloggedFilter_LeavesNoFeasiblePoint()
    {
        var d = After("filter-clogged", 1).Disturbances;
        Assert.Equal(0.9, d.Clog);
        Assert.Null(TrueOptimum.TryFind(Lb6, d));
        Assert.True(TrueLimits.Respected(TrueOptimum.TryFind(Lb6, d with { Clog = 0.6 })!.Point, Lb6, d with { Clog = 0.6 }));
    }

    [Fact]
    public void S16_WrongLabData_IsVisiblyWrong()
    {
        var line = Line("wrong-lab-data@4", Still with { Noise = true });
        line.Hold(Hand.With(4, 92), 48);
        var samples = line.Samples();
        double At(string tag, double hours) => samples.Last(s => s.Tag == tag && s.SampledAt <= line.Now.AddHours(hours - 48)).Value;

        Assert.InRange(At("lab/cu", 3), 85, 91);
        // Copper and acid have changed places; density, which knows better, has not moved.
        Assert.InRange(At("lab/cu", 10) - At("lab/acid", 10), 1, 7);
        Assert.All(samples.Where(s => s.Tag == "lab/cl" && s.SampledAt > line.Now.AddHours(-30) && s.SampledAt < line.Now.AddHours(-22)), s => Assert.Equal(7, (s.KnownAt - s.SampledAt).TotalHours, 0.1));
        Assert.Contains(samples.Where(s => s.Tag == "roll/ts").GroupBy(s => s.SampledAt), g => g.Count() == 2);
    }

    [Fact]
    public void LabScatter_IsInTheResultsAndNotInTheFoil()
    {
        double Spread(string plan)
        {
            var line = Line(plan, Still with { Noise = true });
            line.Hold(Hand, 120);
            double[] results = [.. line.Samples().Where(s => s.Tag == "roll/ts").Select(s => s.Value)];
            double mean = results.Average();
            return Math.Sqrt(results.Average(v => (v - mean) * (v - mean)));
        }

        Assert.InRange(Spread("normal"), 4, 15);
        Assert.InRange(Spread("lab-scatter"), 45, 80);
    }

    [Theory]
    [InlineData("summer, sps-pump-stops@12, fault:f01/pv/feed_temp:bias:1.5@6")]
    [InlineData("S7@2,S9@1,S16,winter,dirty-scrap")]
    public void Scenarios_CanBeComposed(string text)
    {
        var line = Line(text, new FoilLineOptions { Seed = 2, TelemetryPeriod = TimeSpan.FromMinutes(5) });
        line.Hold(Hand, 36);
        Assert.All(line.Samples(), s => Assert.True(double.IsFinite(s.Value), s.Tag));
        if (text.StartsWith("summer", StringComparison.Ordinal))
        {
            Assert.Equal(36, line.Truth.Disturbances.CoolingWater, 2.001);
            Assert.True(line.Truth.Point.Foil.Roughness > 2.2);
        }
    }

    [Theory]
    [InlineData("earthquake", "earthquake")]
    [InlineData("summer,", "expected one of")]
    [InlineData("summer@soon", "soon")]
    [InlineData("summer@-1", "hours from 0")]
    [InlineData("fault:f01/pv/nothing:stuck", "f01/pv/nothing")]
    [InlineData("fault:f01/pv/current:sideways", "expected fault:TAG:KIND")]
    [InlineData("fault:f01/pv/current:bias", "no size")]
    [InlineData("fault:f01/pv/current:bias:lots", "lots")]
    public void Nonsense_IsNamed(string text, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => ScenarioPlan.Parse(text)).Message);

    [Fact]
    public void EveryScenario_RunsForAWeek()
    {
        foreach (var scenario in Scenarios.All)
        {
            var line = Line(scenario.Name, new FoilLineOptions { Seed = 2, TelemetryPeriod = TimeSpan.FromMinutes(10) });
            line.Hold(Hand, 24 * 7);
            Assert.All(line.Samples(), s => Assert.True(double.IsFinite(s.Value) && FoilTags.Units.ContainsKey(s.Tag), $"{scenario.Name} {s.Tag}"));
        }
    }

    [Fact]
    public void Triggered_OnARunningLine_AsFromTheStart()
    {
        var line = new FoilLine(Still);
        line.Hold(Hand, 5);
        Scenarios.Named("anode-old").Trigger(line);
        Scenarios.Named("flow-lost").Trigger(line);
        line.Hold(Hand, 0.5);
        Assert.Equal(0.9, line.Truth.Disturbances.AnodeLoss);
        Assert.Equal(45, line.Truth.Actual.Flow, 0.01);
        Scenarios.Named("all-well").Trigger(line);
        line.Hold(Hand, 0.5);
        Assert.Equal(60, line.Truth.Actual.Flow, 0.01);
    }

    [Theory]
    [InlineData("f01/pv/feed_temp", SensorFaultKind.Stuck, 0)]
    [InlineData("f01/pv/gauge_weight", SensorFaultKind.Drift, 0.04)]
    [InlineData("f01/pv/current", SensorFaultKind.Spike, 5)]
    [InlineData("mt/pv/density", SensorFaultKind.Dropout, 0)]
    [InlineData("mt/pv/conductivity", SensorFaultKind.Scale, -0.03)]
    [InlineData("ut/pv/power_total", SensorFaultKind.TimeSkew, 600)]
    [InlineData("lab/gel", SensorFaultKind.Scale, 0.15)]
    [InlineData("roll/rz", SensorFaultKind.Bad, 0)]
    public void SensorFault_ChangesItsTagOnly(string tag, SensorFaultKind kind, double size)
    {
        List<Sample> Run(bool faulty)
        {
            var line = new FoilLine(new FoilLineOptions { Seed = 6 });
            line.Hold(Hand, 1);
            if (faulty)
            {
                line.Fail(new SensorFault(tag, kind, size));
            }

            line.Hold(Hand.With(1, 51), 20);
            return line.Samples();
        }

        List<Sample> well = Run(false), ill = Run(true);
        Assert.Equal(well.Where(s => s.Tag != tag), ill.Where(s => s.Tag != tag));
        Assert.NotEqual(well.Where(s => s.Tag == tag), ill.Where(s => s.Tag == tag));
    }
}
