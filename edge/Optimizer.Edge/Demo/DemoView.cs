using System.Globalization;
using Optimizer.Cycle;
using Optimizer.Edge.Line;
using Optimizer.Edge.Simulated;
using Optimizer.Replay;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Optimizer.Edge.Demo;

/// <param name="Progress">0 to 1.</param>
/// <param name="Verdict">The judge's last look behind the plant; null: none yet.</param>
internal sealed record DemoScene(DateTimeOffset Now, double Progress, LineLoop Loop, FoilJudge.Verdict? Verdict);

/// <summary>What a person at the terminal sees: live tables, or plain lines where the output is no terminal.</summary>
internal sealed class DemoView(DemoPlan plan, int port)
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, double> _start = new(StringComparer.Ordinal);
    private readonly bool _live = AnsiConsole.Profile.Capabilities.Ansi && !Console.IsOutputRedirected;
    private volatile string _lastDecision = "none yet";
    private string _reply = "type help for what an operator can do here";
    private DateTimeOffset _lastLine;

    public void Take(LineEvent e)
    {
        switch (e)
        {
            case DecisionMade d:
                _lastDecision = Stamp(d.At) + d.Outcome.Sentence;
                if (!_live && d.Outcome.Kind == DecisionKind.Written && d.At - _lastLine >= TimeSpan.FromHours(6))
                {
                    _lastLine = d.At;
                    Console.WriteLine(_lastDecision);
                }

                break;
            case ModeChanged m:
                Say($"{Stamp(m.At)}mode {m.State.Mode.ToString().ToLowerInvariant()} ({OneLine.Of(m.State.Cause)})");
                break;
            case SurrogatesAdopted { Set.Version: 1 } s:
                Say($"{Stamp(s.At)}models trained on {s.Set.Surrogates.Min(k => k.Card.Rows)} to {s.Set.Surrogates.Max(k => k.Card.Rows)} results each");
                break;
            case TrainingFailed f:
                Say($"{Stamp(f.At)}training failed: {f.Reason}");
                break;
        }
    }

    public async Task HistoryAsync(Func<Action<double>, Task> work)
    {
        Console.WriteLine($"DEMO, not for a real plant: broker 127.0.0.1:{port}, {plan.Scenario.Text} scenario, seed {plan.Seed}: {plan.HistoryRolls} rolls of operator history, then {plan.Hours:0.#} h in closed loop");
        if (!_live)
        {
            await work(_ => { });
            Console.WriteLine("history recorded over MQTT");
            return;
        }

        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async context =>
        {
            var task = context.AddTask("operators run the line, history is recorded over MQTT");
            await work(share => task.Value = 100 * share);
        });
    }

    public async Task ClosedLoopAsync(Func<DemoScene> scene, Func<Task> work, OperatorConsole console, CancellationTokenSource quit)
    {
        if (!_live)
        {
            await work();
            return;
        }

        var running = Task.Run(work);
        var editor = new CommandLineEditor();
        await AnsiConsole.Live(new Text("starting")).StartAsync(async context =>
        {
            while (!running.IsCompleted)
            {
                await TypeAsync(editor, console, quit);
                var picture = Picture(scene());
                picture.AddRow(new Text($"> {editor.Text}_"));
                picture.AddRow(new Text(_reply) { Overflow = Overflow.Fold });
                context.UpdateTarget(picture);
                await Task.WhenAny(running, Task.Delay(Frame, TimeProvider.System));
            }

            context.UpdateTarget(Picture(scene()));
        });
        await running;
    }

    private async Task TypeAsync(CommandLineEditor editor, OperatorConsole console, CancellationTokenSource quit)
    {
        while (!Console.IsInputRedirected && Console.KeyAvailable)
        {
            if (editor.Feed(Console.ReadKey(intercept: true)) is not { Length: > 0 } line)
            {
                continue;
            }

            _reply = await console.DoAsync(line, quit.Token);
            if (console.Quit)
            {
                await quit.CancelAsync();
            }
        }
    }

    public void NothingToJudge() => Console.WriteLine("stopped within the first hour of closed loop: nothing to judge yet");

    public void Finish(TrialRun run, WorkerCounters counters)
    {
        var table = new Table().Title("setpoints").AddColumns("", "hand point", "now", "true optimum");
        foreach (var (tag, value) in run.SetpointsStart)
        {
            table.AddRow(tag.Replace(".SP", "", StringComparison.Ordinal), Number(value), Number(run.SetpointsEnd[tag]), Number(run.SetpointsOptimum[tag]));
        }

        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"cost {run.CostEnd:F3} CNY per good kg, held at the hand point {run.CostStart:F3}, true optimum {run.CostOptimum:F3}: {run.GainShare:P0} of the gap closed (noise-free truth over the last day)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"hours with a hard limit broken {run.HardLimitViolations}; out of specification {run.SpecViolationShare:P1} of hours, held at the hand point {run.SpecViolationShareHold:P1}"));
        Console.WriteLine($"setpoint writes {run.SetpointsWritten}: verified {run.SetpointsVerified}, rejected {run.SetpointsRejected}, timed out {run.SetpointsTimedOut}, deviated {run.SetpointsDeviated}, lost {run.SetpointsLost}, open {run.SetpointsOpen}");
        Console.WriteLine("worker: " + string.Join(", ", counters.All.Select(c => $"{c.Key} {c.Value}")));
        Console.WriteLine("The line is simulated and deliberately mistuned; on a well-run plant expect a tenth of such gains.");
    }

    private Grid Picture(DemoScene scene)
    {
        var grid = new Grid().AddColumn();
        int bar = (int)(40 * Math.Clamp(scene.Progress, 0, 1));
        grid.AddRow(new Markup($"[green]{new string('█', bar)}[/][grey]{new string('░', 40 - bar)}[/] {scene.Progress:P0}  {scene.Now:yyyy-MM-dd HH:mm}  mode [yellow]{scene.Loop.Mode.Mode}[/]"));
        grid.AddRow(new Columns(Manipulated(scene), Controlled(scene)) { Expand = false });
        grid.AddRow(new Text(Money(scene)));
        grid.AddRow(new Text(_lastDecision) { Overflow = Overflow.Fold });
        return grid;
    }

    private Table Manipulated(DemoScene scene)
    {
        var table = new Table().AddColumns("setpoint", "start", "now", "unit");
        var setpoints = scene.Loop.LastOutcome?.Stay?.Setpoints;
        for (int i = 0; setpoints is not null && i < setpoints.Length; i++)
        {
            var mv = scene.Loop.Line.Unit.ManipulatedVariables[i];
            _start.TryAdd(mv.Name, setpoints[i]);
            table.AddRow(mv.Name, Number(_start[mv.Name]), Number(setpoints[i]), Markup.Escape(mv.EngineeringUnit));
        }

        return table;
    }

    private static Table Controlled(DemoScene scene)
    {
        var table = new Table().AddColumns("constraint", "predicted", "limit");
        foreach (var margin in scene.Loop.LastOutcome?.Stay?.Margins ?? [])
        {
            table.AddRow(new Markup(Markup.Escape(margin.Constraint)), new Markup(margin.Distance < 0 ? $"[red]{Number(margin.Value)}[/]" : Number(margin.Value)), new Text(Number(margin.Limit)));
        }

        return table;
    }

    private static string Money(DemoScene scene)
    {
        string predicted = scene.Loop.LastOutcome?.Stay is { } stay
            ? string.Create(CultureInfo.InvariantCulture, $"predicted {1000 * stay.Objective:F0} CNY per tonne; ")
            : "";
        return scene.Verdict is { } v
            ? predicted + string.Create(CultureInfo.InvariantCulture, $"truly {1000 * v.Actual:F0}, held at the hand point {1000 * v.Held:F0} CNY per tonne")
            : predicted;
    }

    private void Say(string text)
    {
        if (!_live)
        {
            Console.WriteLine(text);
        }
    }

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Stamp(DateTimeOffset at) => at.ToString("MM-dd HH:mm ", CultureInfo.InvariantCulture);
}
