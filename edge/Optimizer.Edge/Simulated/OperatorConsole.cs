using System.Globalization;
using CopperFoilLine;
using CopperFoilLine.Scenes;
using Optimizer.Edge.Commands;
using Optimizer.Plant;
using Optimizer.Simulation.Mqtt;

namespace Optimizer.Edge.Simulated;

/// <summary>
/// What a person at the terminal can do to the simulated line, one command per line: look, set, switch, break things. A
/// command that cannot be carried out says why and changes nothing.
/// </summary>
internal sealed class OperatorConsole(FoilPlant plant, PlantHost host)
{
    public const string Help =
        "status | watch [SECONDS] | set NAME VALUE | local | remote | scenario NAME | grade NAME | dosing auto|manual | speed-by-hand M/MIN|auto | machine stop|start | pace N|max | mode off|shadow|advisory|supervised|closed | help | quit";

    /// <summary>Sends a mode command to the optimizer; null: there is none in this process.</summary>
    public Func<OperatingMode, CancellationToken, Task<string>>? SendMode { get; init; }

    /// <summary>Told of everything that happens to the line, so that a held twin can go through it too.</summary>
    public Action<DateTimeOffset, Action<FoilLine>>? Happened { get; init; }

    /// <summary>The person wants to stop.</summary>
    public bool Quit { get; private set; }

    /// <summary>Carries out one line and returns what to show.</summary>
    public async Task<string> DoAsync(string line, CancellationToken cancel)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            return words switch
            {
                [] => "",
                ["help" or "?"] => Help,
                ["status"] => Status(),
                ["set", string name, string value] => await SetAsync(name, Number(value), cancel),
                ["local"] => await OperateAsync(now => plant.Gateway.SetRemote(false, now), "switch on local: the optimizer may not write", cancel),
                ["remote"] => await OperateAsync(now => plant.Gateway.SetRemote(true, now), "switch on remote: the optimizer may write again", cancel),
                ["scenario", string name] => await ScenarioAsync(name, cancel),
                ["grade", string name] => await OnLineAsync(l => l.ChangeGrade(Grade.Named(name)), $"changing to {name}, the recipe is ordered", cancel),
                ["dosing", "auto" or "manual"] => await OnLineAsync(l => l.AutomaticDosing = words[1] == "auto", $"dosing {words[1]}", cancel),
                ["speed-by-hand", string value] => await OnLineAsync(l => l.ManualFoilSpeed = value == "auto" ? null : Number(value), $"foil speed {value}", cancel),
                ["machine", "stop" or "start"] => await OnLineAsync(l => l.Upsets = l.Upsets with { Stopped = words[1] == "stop" }, $"machine {words[1]}", cancel),
                ["pace", string value] => Pace(value),
                ["mode", string name] => await ModeAsync(name, cancel),
                ["quit" or "exit"] => Stop(),
                _ => $"found \"{line.Trim()}\", expected one of: {Help}",
            };
        }
        catch (Exception e) when (e is ArgumentException or UsageException)
        {
            return e.Message;
        }
    }

    public string Status()
    {
        var truth = plant.Line.Truth;
        var cell = truth.Point.Cell;
        string setpoints = string.Join(", ", FoilTags.Setpoints.Select((s, i) => string.Create(CultureInfo.InvariantCulture, $"{s.Tag[..^3]} {plant.Gateway.Setpoints[i]:G5}")));
        return string.Create(CultureInfo.InvariantCulture,
            $"{plant.Now:yyyy-MM-dd HH:mm} {plant.Line.Mode} {plant.Line.Grade.Name}, {(plant.Gateway.Remote ? "remote" : "local")}{(plant.Gateway.Leased ? ", leased" : "")}; {cell.Current / 1000:F2} kA {cell.Voltage:F3} V {truth.Point.FoilSpeed:F2} m/min {truth.Actual.Temperature:F1} Cel; setpoints {setpoints}");
    }

    private async Task<string> SetAsync(string name, double value, CancellationToken cancel)
    {
        string tag = name.EndsWith(".SP", StringComparison.Ordinal) ? name : name + ".SP";
        return await OperateAsync(now => plant.Gateway.OperatorSet(tag, value, now), string.Create(CultureInfo.InvariantCulture, $"{tag} goes to {value}"), cancel);
    }

    private async Task<string> ScenarioAsync(string name, CancellationToken cancel)
    {
        var scenario = ScenarioPlan.One(name);
        return await OnLineAsync(scenario.Trigger, $"{scenario.Name}: {scenario.Summary}", cancel);
    }

    private string Pace(string value)
    {
        host.Speed = CommonOptions.SpeedFactor(value);
        return $"pace {value}";
    }

    private async Task<string> ModeAsync(string name, CancellationToken cancel)
    {
        if (!Enum.TryParse(name, true, out OperatingMode mode) || !Enum.IsDefined(mode) || char.IsDigit(name[0]))
        {
            return $"mode: found \"{name}\", expected off, shadow, advisory, supervised or closed";
        }

        return SendMode is null ? "no optimizer runs in this process: publish a mode command on its cmd/mode topic" : await SendMode(mode, cancel);
    }

    private string Stop()
    {
        Quit = true;
        return "stopping";
    }

    private Task<string> OnLineAsync(Action<FoilLine> act, string done, CancellationToken cancel) => OperateAsync(now =>
    {
        act(plant.Line);
        Happened?.Invoke(now, act);
        return [];
    }, done, cancel);

    private async Task<string> OperateAsync(Func<DateTimeOffset, IReadOnlyList<Acknowledgement>> act, string done, CancellationToken cancel)
    {
        bool lost = false;
        await host.OperateAsync(now =>
        {
            var acks = act(now);
            lost = acks.Any(a => a.State == AcknowledgementState.LeaseLost);
            return acks;
        }, cancel);
        return lost ? done + "; the optimizer lost its lease" : done;
    }

    private static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
        ? value
        : throw new UsageException($"found \"{text}\", expected a number");
}
