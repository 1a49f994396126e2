using CopperFoilLine;
using Optimizer.Cycle;
using Optimizer.Edge.Demo;
using Optimizer.Edge.Simulated;
using Optimizer.Edge.Tests.Commands;
using Optimizer.Edge.Tests.Line;
using Optimizer.Plant;

namespace Optimizer.Edge.Tests.Simulated;

/// <summary>The person at the terminal: looks, sets, switches, breaks things, and always wins over the optimizer.</summary>
public class OperatorConsoleTests
{
    private static async Task<(Bench Bench, OperatorConsole Console)> StartAsync()
    {
        var bench = await Bench.StartAsync();
        return (bench, new OperatorConsole(bench.Plant, bench.Host));
    }

    [Fact]
    public async Task SetByHand_MovesTheSetpointAtTheGatewaysRate()
    {
        var (bench, console) = await StartAsync();
        await using var _ = bench;
        await bench.RunAsync(0.1);

        Assert.Equal("feed_flow.SP goes to 62.5", await console.DoAsync("set feed_flow 62.5", Bench.Cancel));
        await bench.RunAsync(0.1);
        Assert.Equal(62.5, bench.Plant.Gateway.Setpoints[2]);
        Assert.Contains("feed_flow 62.5", await console.DoAsync("status", Bench.Cancel), StringComparison.Ordinal);
        Assert.Contains("Run LB-6, remote", await console.DoAsync("status", Bench.Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("set feed_flow 900", "feed_flow.SP: found 900, expected 45 to 90")]
    [InlineData("set nothing 3", "no setpoint \"nothing.SP\"")]
    [InlineData("set feed_flow much", "found \"much\", expected a number")]
    [InlineData("scenario earthquake", "scenario \"earthquake\" is unknown")]
    [InlineData("grade gold", "grade \"gold\" is unknown")]
    [InlineData("speed-by-hand 99", "0.5 to 12")]
    [InlineData("pace never", "found \"never\"")]
    [InlineData("mode sideways", "found \"sideways\"")]
    [InlineData("mode closed", "no optimizer runs in this process")]
    [InlineData("dance", "found \"dance\", expected one of")]
    public async Task WhatCannotBeDone_IsSaid_AndChangesNothing(string line, string says)
    {
        var (bench, console) = await StartAsync();
        await using var _ = bench;
        var before = bench.Plant.Gateway.Setpoints.ToArray();

        Assert.Contains(says, await console.DoAsync(line, Bench.Cancel), StringComparison.Ordinal);
        Assert.Equal(before, bench.Plant.Gateway.Setpoints);
        Assert.Equal("LB-6", bench.Plant.Line.Grade.Name);
    }

    [Fact]
    public async Task ScenarioAndSwitches_ReachTheLine()
    {
        var (bench, console) = await StartAsync();
        await using var _ = bench;
        await bench.RunAsync(0.1);

        Assert.Contains("sps-pump-stops", await console.DoAsync("scenario S2", Bench.Cancel), StringComparison.Ordinal);
        await console.DoAsync("scenario fault:f01/pv/feed_temp:stuck", Bench.Cancel);
        await console.DoAsync("machine stop", Bench.Cancel);
        await console.DoAsync("local", Bench.Cancel);
        await bench.RunAsync(0.1);
        Assert.Equal(0, bench.Plant.Line.Upsets.SpsPump);
        Assert.Equal(MachineMode.Stop, bench.Plant.Line.Mode);
        Assert.Contains("Stop LB-6, local", await console.DoAsync("status", Bench.Cancel), StringComparison.Ordinal);
        await console.DoAsync("machine start", Bench.Cancel);
        await console.DoAsync("dosing manual", Bench.Cancel);
        await console.DoAsync("grade LB-8", Bench.Cancel);
        await bench.RunAsync(1);
        Assert.False(bench.Plant.Line.AutomaticDosing);
        Assert.Equal("LB-8", bench.Plant.Line.Grade.Name);
        Assert.False(console.Quit);
        await console.DoAsync("quit", Bench.Cancel);
        Assert.True(console.Quit);
    }

    [Fact]
    public async Task OperatorWhoSetsByHandInClosedLoop_Wins()
    {
        var (bench, console) = await StartAsync();
        await using var _ = bench;
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
        for (int quarter = 0; quarter < 48 && !bench.Plant.Gateway.Leased; quarter++)
        {
            await bench.RunAsync(0.25);
        }

        Assert.True(bench.Plant.Gateway.Leased, bench.Worker.Loop!.LastOutcome?.Sentence);
        Assert.Contains("lost its lease", await console.DoAsync("set current_density 5400", Bench.Cancel), StringComparison.Ordinal);
        await bench.RunAsync(0.5);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);

        Assert.Equal(5400, bench.Plant.Gateway.Setpoints[0]);
        Assert.True(bench.Worker.Loop!.Mode.Mode < OperatingMode.Closed, $"{bench.Worker.Loop.Mode}");
        Assert.Contains("operator", bench.Worker.Loop.Mode.Cause, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SecondWriterThatTakesTheLine_LeadsToAdvisory_NotToAFight()
    {
        var (bench, _) = await StartAsync();
        await using var disposing = bench;
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
        await bench.RunAsync(3);
        var naive = new Optimizer.Simulation.NaiveWriter(bench.Plant.Gateway.Name);
        double flow = bench.Plant.Gateway.Setpoints[2];
        await bench.Host.OperateAsync(now => bench.Plant.Gateway.Receive(naive.Write("feed_flow.SP", flow - 2, "m3/h", now), now), Bench.Cancel);
        int before = bench.Worker.Loop!.Ledger.Written;

        await bench.RunAsync(12);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);

        Assert.Equal(flow - 2, bench.Plant.Gateway.Setpoints[2], 6);
        Assert.True(bench.Worker.Loop.Mode.Mode < OperatingMode.Closed, $"{bench.Worker.Loop.Mode}");
        Assert.InRange(bench.Worker.Loop.Ledger.Written - before, 0, 2);
        Assert.Null(bench.Audit.FirstBroken());
    }

    [Fact]
    public async Task DemoTakesCommandsFromStandardInput_AlsoWhileWatching()
    {
        var (exit, output) = await Cli.TypeAsync("status\nwatch 3600\nscenario S8\nlocal\nquit\n", "demo", "--hours", "48", "--speed", "60", "--history-rolls", "100", "--console");

        Assert.Equal(0, exit);
        Assert.Contains("Run LB-6, remote", output, StringComparison.Ordinal);
        Assert.Contains("flow-lost: the feed pump delivers three quarters", output, StringComparison.Ordinal);
        Assert.Contains("switch on local", output, StringComparison.Ordinal);
        Assert.Contains("nothing to judge yet", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Editor_TakesKeysAsAPersonTypesThem()
    {
        var editor = new CommandLineEditor();
        static ConsoleKeyInfo Key(char c, ConsoleKey key = ConsoleKey.A) => new(c, key, false, false, false);
        foreach (char c in "lovcal")
        {
            Assert.Null(editor.Feed(Key(c)));
        }

        for (int n = 0; n < 4; n++)
        {
            editor.Feed(Key('\b', ConsoleKey.Backspace));
        }

        foreach (char c in "cal")
        {
            editor.Feed(Key(c));
        }

        Assert.Equal("local", editor.Feed(Key('\r', ConsoleKey.Enter)));
        Assert.Equal("", editor.Text);
    }
}
