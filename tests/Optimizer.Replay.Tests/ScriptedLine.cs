using Optimizer.Cycle;
using Optimizer.Guardrails;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Replay;
using Optimizer.Setpoints;

namespace Optimizer.Replay.Tests;

/// <summary>A line of one setpoint and one tag that says what it is told and remembers what it heard.</summary>
internal sealed class ScriptedLine(DateTimeOffset start) : ITrialLine
{
    public List<(Heartbeat Sent, Heartbeat Heard)> Beats { get; } = [];

    private Heartbeat? _sent;
    private long _n;

    public DateTimeOffset Now { get; private set; } = start;

    public IReadOnlyList<Sample> Step(TimeSpan dt)
    {
        Now += dt;
        return [Sample.Online("flow.SP", 60, Now), Sample.Online("flow", 60, Now)];
    }

    public IReadOnlyList<Acknowledgement> Deliver(SetpointRequest request) => throw new InvalidOperationException("nothing may be written in this mode");

    public IReadOnlyList<Acknowledgement> Answers() => [];

    public Heartbeat Beat() => _sent = new Heartbeat("gw-1", ++_n, null, Now);

    public void Hear(Heartbeat heartbeat) => Beats.Add((_sent!, heartbeat));

    public static LineDefinition Definition()
    {
        var unit = new ProcessUnit
        {
            Name = "U1",
            Gateway = "gw-1",
            Tags = [new Tag("flow", "m3/h", 0, 100, TimeSpan.FromSeconds(10)), new Tag("flow.SP", "m3/h", 0, 100, TimeSpan.FromSeconds(10))],
            ManipulatedVariables =
            [
                new ManipulatedVariable
                {
                    Name = "flow", SetpointTag = "flow.SP", EngineeringUnit = "m3/h", EngineeringLow = 0, EngineeringHigh = 100, OperatorLow = 10, OperatorHigh = 90,
                    MaxMove = 1, Deadband = 0.1, MaxTravelPer8Hours = 5, MaxTravelPer24Hours = 15, RampPerMinute = 1, Lag = TimeSpan.Zero, Dwell = TimeSpan.FromHours(1), Tolerance = 0.1,
                },
            ],
            DisturbanceVariables = [],
            ControlledVariables = [new ControlledVariable("purity", "flow", "m3/h", TimeSpan.FromHours(1), TimeSpan.FromHours(8))],
        };
        var quantity = new Quantity("cost", "EUR/h", "purity", x => x[1]);
        return new LineDefinition(
            new OperatingProblem
            {
                Unit = unit,
                Layout = new ValueLayout(unit, [], ["cost"]),
                Quantities = [quantity],
                Objective = new Objective("cost", "cost", "EUR/h", false, 0),
                Constraints = [],
                Prices = new Dictionary<string, double>(),
            },
            new CycleSettings(), new GuardrailLimits(), new WriteTerms("gw-1", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)), [], OperatingMode.Closed);
    }
}
