using Optimizer.Cycle;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Cycle;

/// <summary>What a price or cap is now, when its tag speaks only on change.</summary>
public class LineMemoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static LineMemory Memory() => new(
        new ProcessUnit
        {
            Name = "u",
            Gateway = "gw",
            Tags = [new Tag("cap", "kW", 0, 1000, null), new Tag("flow", "m3/h", 0, 100, TimeSpan.FromMinutes(1))],
            ManipulatedVariables = [],
            DisturbanceVariables = [new DisturbanceVariable("load", "cap", "kW", TimeSpan.FromMinutes(10))],
            ControlledVariables = [],
        }, new CycleSettings());

    [Fact]
    public void TagOnChange_KeepsItsValueBeyondTheWindow()
    {
        var memory = Memory();
        memory.Take(Sample.Online("cap", 205, Start));

        Assert.Equal(205, memory.Mean("cap", TimeSpan.FromMinutes(10), Start.AddHours(5)));
    }

    [Fact]
    public void PeriodicTag_ThatFellSilent_HasNone()
    {
        var memory = Memory();
        memory.Take(Sample.Online("flow", 60, Start));

        Assert.Equal(60, memory.Mean("flow", TimeSpan.FromMinutes(10), Start.AddMinutes(5)));
        Assert.Null(memory.Mean("flow", TimeSpan.FromMinutes(10), Start.AddHours(5)));
    }

    [Fact]
    public void BadLastValue_CountsForNone()
    {
        var memory = Memory();
        memory.Take(Sample.Online("cap", 205, Start));
        memory.Take(Sample.Online("cap", 9, Start.AddHours(1), Quality.Bad));

        Assert.Null(memory.Mean("cap", TimeSpan.FromMinutes(10), Start.AddHours(5)));
    }

    [Fact]
    public void QuietDisturbanceOnChange_IsNoGap_UntilItIsBad()
    {
        var memory = Memory();
        memory.Take(Sample.Online("cap", 205, Start));

        Assert.Equal([205.0], memory.Snapshot(Start.AddHours(5)).Disturbances);
        Assert.Equal([205.0], memory.Training.Inputs(Start.AddHours(5), Start.AddHours(5), out _)!);
        memory.Take(Sample.Online("cap", 205, Start.AddHours(6), Quality.Bad));
        Assert.Equal([null], memory.Snapshot(Start.AddHours(7)).Disturbances);
        Assert.Null(memory.Training.Inputs(Start.AddHours(7), Start.AddHours(7), out _));
    }
}
