using Optimizer.Guardrails;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Guardrails;

/// <summary>A move and a context that every guardrail passes; tests break one thing at a time.</summary>
internal static class Moves
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static ManipulatedVariable Variable(string name = "feed_flow") => new()
    {
        Name = name,
        SetpointTag = name + ".SP",
        EngineeringUnit = "m3/h",
        EngineeringLow = 45,
        EngineeringHigh = 90,
        OperatorLow = 50,
        OperatorHigh = 80,
        MaxMove = 0.6,
        Deadband = 0.1,
        MaxTravelPer8Hours = 2.25,
        MaxTravelPer24Hours = 6.75,
        RampPerMinute = 5,
        Lag = TimeSpan.FromMinutes(5),
        Dwell = TimeSpan.FromHours(1),
        Tolerance = 0.2,
    };

    public static readonly Evidence Evidence = new(0.1, 0.02, 0.003, "CNY/kg", 0, 0, 0);

    public static ProposedMove Move(double from = 60, double to = 60.5, string name = "feed_flow") =>
        new(Now, [new MoveItem(Variable(name), from, to, 64)], Evidence);

    public static MoveHistory History(double? live = 60, double hoursSinceMove = 30, double travel8 = 0, double travel24 = 0, int locked = 0) =>
        new(live, Now.AddHours(-hoursSinceMove), travel8, travel24, locked > 0 ? Now.AddMinutes(30) : default, locked < 0 ? Now.AddMinutes(30) : default);

    public static GuardrailContext Context(MoveHistory? history = null, GatewayState? gateway = null) => new()
    {
        Now = Now,
        Limits = new GuardrailLimits(),
        Variables = new Dictionary<string, MoveHistory> { ["feed_flow"] = history ?? History() },
        Gateway = gateway ?? new GatewayState("gw-1", TimeSpan.FromSeconds(1), EchoesUs: true, Outstanding: false, LockedOut: null),
        InputGaps = [],
        Transients = [],
        Running = TimeSpan.FromHours(10),
        AuditWritable = true,
    };
}
