using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.Guardrails;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Core.Tests.Cycle;

/// <summary>
/// A line of two setpoints whose truth is known: cost = 10 + (x - 6)^2 / 10 + (y - 3)^2 / 10, and purity = 90 + x, at least
/// 97 with no scatter. Costs are cheapest at (6, 3); purity wants x of 7 or more.
/// </summary>
internal static class SmallLine
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static ManipulatedVariable Variable(string name) => new()
    {
        Name = name,
        SetpointTag = name + ".SP",
        EngineeringUnit = "t/h",
        EngineeringLow = 0,
        EngineeringHigh = 10,
        OperatorLow = 0.5,
        OperatorHigh = 9.5,
        MaxMove = 0.2,
        Deadband = 0.02,
        MaxTravelPer8Hours = 1,
        MaxTravelPer24Hours = 3,
        RampPerMinute = 1,
        Lag = TimeSpan.FromMinutes(10),
        Dwell = TimeSpan.FromMinutes(30),
        Tolerance = 0.05,
    };

    public static ProcessUnit Unit { get; } = new()
    {
        Name = "U1",
        Gateway = "gw-1",
        Tags =
        [
            new Tag("x.SP", "t/h", 0, 10, TimeSpan.FromMinutes(1)), new Tag("y.SP", "t/h", 0, 10, TimeSpan.FromMinutes(1)),
            new Tag("cost_meter", "EUR/h", 0, 100, TimeSpan.FromMinutes(1)) { Critical = true, Noise = 0.01 }, new Tag("purity_lab", "%", 0, 120, null) { Lab = true, Noise = 0.01 },
        ],
        ManipulatedVariables = [Variable("x"), Variable("y")],
        DisturbanceVariables = [],
        ControlledVariables =
        [
            new ControlledVariable("cost_rate", "cost_meter", "EUR/h", TimeSpan.FromHours(1), TimeSpan.FromHours(12)),
            new ControlledVariable("purity", "purity_lab", "%", null, TimeSpan.FromHours(12)),
        ],
    };

    public static LineDefinition Definition(double purityAtLeast = 0, CycleSettings? settings = null)
    {
        var layout = new ValueLayout(Unit, ["price"], ["total"]);
        return new LineDefinition(
            new OperatingProblem
            {
                Unit = Unit,
                Layout = layout,
                Quantities = [new Quantity("total", "EUR/h", "cost_rate * price", v => v[layout["cost_rate"]] * v[layout["price"]])],
                Objective = new Objective("cost", "total", "EUR/h", false, 0.0001),
                Constraints = [Constraint.AtLeast("purity minimum", "purity", purityAtLeast, ConstraintClass.Specification)],
                Prices = new Dictionary<string, double> { ["price"] = 1 },
            },
            settings ?? new CycleSettings { MinimumRows = 5, TrustRadius = 0.2 }, new GuardrailLimits { MovedAtOnce = 2, Significance = 1 },
            new WriteTerms("gw-1", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)), [new PriceSource("price", 1, null, TimeSpan.FromHours(1))], OperatingMode.Closed);
    }

    /// <summary>The truth as surrogates: what perfect training would give.</summary>
    public static SurrogateSet Truth(int version = 1, double uncertainty = 0.001, string? unusable = null)
    {
        BackboneTerm x = BackboneTerm.Linear("x", 0), y = BackboneTerm.Linear("y", 1);
        BackboneTerm x2 = BackboneTerm.Square("x", 0, 6, 1), y2 = BackboneTerm.Square("y", 1, 3, 1);
        var cost = new Backbone([x2, y2], [0, 0], [1, 1], 10, [0.1, 0.1], Diagonal(2, uncertainty));
        var purity = new Backbone([x, y], [0, 0], [1, 1], 90, [1, 0], Diagonal(2, uncertainty));
        return new SurrogateSet(version, Start, [Surrogate(0, cost, unusable), Surrogate(1, purity, null)], "hash");
    }

    /// <summary>An input in which everything is fine: decide from (x, y).</summary>
    public static CycleInput Input(double x, double y, OperatingMode mode = OperatingMode.Closed, LineDefinition? line = null)
    {
        line ??= Definition();
        var now = Start.AddDays(10);
        var latest = new Dictionary<string, Sample> { ["cost_meter"] = Sample.Online("cost_meter", 12, now) };
        return new CycleInput
        {
            Line = line,
            Snapshot = new LineSnapshot(now, latest, [x, y], [x, y], [], [], Start),
            Surrogates = Truth(),
            Levels = Levels(now),
            Prices = new Dictionary<string, double>(),
            Mode = mode,
            FewestRows = 100,
            Turn = new WriterTurn(1, 1),
            Seed = 5,
            Context = new GuardrailContext
            {
                Now = now,
                Limits = line.Guardrails,
                InputGaps = [],
                Transients = [],
                Running = TimeSpan.FromDays(10),
                AuditWritable = true,
                Gateway = new GatewayState("gw-1", TimeSpan.FromSeconds(1), true, false, null),
                Variables = new Dictionary<string, MoveHistory> { ["x"] = new(x, null, 0, 0, default, default), ["y"] = new(y, null, 0, 0, default, default) },
            },
        };
    }

    /// <summary>Levels that one result has just confirmed.</summary>
    public static LevelState[] Levels(DateTimeOffset now) =>
        [.. Truth().Surrogates.Select(s => LevelState.Fresh(s) with { Bias = BiasState.None.Add(0, now, s.BiasMemory) })];

    private static Surrogate Surrogate(int k, Backbone backbone, string? unusable) => new()
    {
        Variable = Unit.ControlledVariables[k],
        Backbone = backbone,
        BiasMemory = TimeSpan.FromHours(12),
        LearnedUntil = Start,
        Scores = [],
        Scatter = 0.02,
        ProcessScatter = 0.01,
        Correlation = 0,
        Calibration = 1,
        Envelope = [(0, 10), (0, 10)],
        Card = new SurrogateCard(100, new Dictionary<string, int>(), 0.02, 0.03, 0, 0.9, [], unusable),
    };

    private static double[,] Diagonal(int n, double deviation)
    {
        var matrix = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            matrix[i, i] = deviation * deviation;
        }

        return matrix;
    }
}
