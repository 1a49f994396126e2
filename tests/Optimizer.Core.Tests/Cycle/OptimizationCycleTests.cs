using System.Text.Json;
using Optimizer.Cycle;
using Optimizer.Guardrails;
using Optimizer.Plant;

namespace Optimizer.Core.Tests.Cycle;

public class OptimizationCycleTests
{
    [Fact]
    public void SameInput_GivesTheSameOutcomeToTheLastBit()
    {
        var input = SmallLine.Input(4, 5);

        string first = Text(OptimizationCycle.Decide(input)), second = Text(OptimizationCycle.Decide(input));

        Assert.Equal(first, second);
        Assert.Contains("Written", first, StringComparison.Ordinal);
    }

    [Fact]
    public void FarFromTheOptimum_StepsTowardsItByTheMoveLimit()
    {
        var outcome = OptimizationCycle.Decide(SmallLine.Input(4, 5));

        Assert.Equal(DecisionKind.Written, outcome.Kind);
        Assert.Equal([("x", 4.2), ("y", 4.8)], outcome.Move!.Items.Select(i => (i.Variable.Name, Math.Round(i.To, 9))));
        Assert.All(outcome.Write!.Items, i => Assert.Contains(i.Value, new[] { 4.2, 4.8 }.Select(v => v), new Near()));
        Assert.Contains("x 4 -> 4.2 t/h, y 5 -> 4.8 t/h: expected benefit", outcome.Sentence, StringComparison.Ordinal);
        // From the truth: 10 + 0.4 + 0.4 to 10 + 0.324 + 0.324.
        Assert.Equal(0.152, outcome.Move.Evidence.Benefit, 9);
    }

    [Fact]
    public void Move_SaysHowFarItsTargetCanBeFromTheBest_OrWhyNobodyKnows()
    {
        var unknown = OptimizationCycle.Decide(SmallLine.Input(4, 5));
        Assert.Contains("total", unknown.Certificate!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing in reach", unknown.Sentence, StringComparison.Ordinal);

        var line = SmallLine.Definition(94.15);
        var layout = line.Problem.Layout;
        int cost = layout["cost_rate"], price = layout["price"];
        System.Linq.Expressions.Expression<Func<double[], double>> formula = v => v[cost] * v[price];
        line = line with { Problem = line.Problem with { Quantities = [line.Problem.Quantities[0] with { Formula = formula }] } };
        var proven = OptimizationCycle.Decide(SmallLine.Input(4.6, 5, line: line));

        Assert.InRange(proven.Certificate!.Gap!.Value, 0, 0.01);
        Assert.Contains("; nothing in reach beats its target by more than ", proven.Sentence, StringComparison.Ordinal);
        Assert.Equal(proven.Target!.Margins.Where(m => m.Distance <= 0.05).Select(m => m.Constraint), proven.Binding);
    }

    [Fact]
    public void LiveSetpointThatIsBad_IsAGap()
    {
        var input = SmallLine.Input(4, 5);
        var dead = Sample.Online("x.SP", 4, input.Snapshot.At, Quality.Bad);
        var latest = new Dictionary<string, Sample>(input.Snapshot.Latest) { ["x.SP"] = dead };

        var outcome = OptimizationCycle.Decide(input with { Snapshot = input.Snapshot with { Latest = latest } });

        Assert.Equal(DecisionKind.Held, outcome.Kind);
        Assert.Contains("the live setpoint x.SP is bad", outcome.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void AtTheOptimum_HoldsAndClaimsNothing()
    {
        var outcome = OptimizationCycle.Decide(SmallLine.Input(6, 3));

        Assert.Equal(DecisionKind.Held, outcome.Kind);
        Assert.Null(outcome.Write);
        Assert.Equal(10, outcome.Stay!.Objective, 9);
    }

    [Fact]
    public void ConstraintBeforeProfit_StopsAtThePurityLimit()
    {
        var line = SmallLine.Definition(purityAtLeast: 97);

        // x of 7.1 gives 97.1 %: cheaper lies below 7, but the limit with its guard lies between.
        var outcome = OptimizationCycle.Decide(SmallLine.Input(7.1, 3, line: line));
        Assert.True(outcome.Target!.Setpoints[0] >= 7, $"target x {outcome.Target.Setpoints[0]}");

        // Broken already: only a move that mends it passes, although it costs.
        var mending = OptimizationCycle.Decide(SmallLine.Input(6, 3, line: line));
        Assert.Equal(DecisionKind.Written, mending.Kind);
        Assert.True(mending.Move!.Items.Single(i => i.Variable.Name == "x").To > 6);
        Assert.True(mending.Move.Evidence.Benefit < 0);
    }

    [Theory]
    [InlineData(OperatingMode.Shadow, DecisionKind.Recommended)]
    [InlineData(OperatingMode.Advisory, DecisionKind.Recommended)]
    [InlineData(OperatingMode.Supervised, DecisionKind.Recommended)]
    [InlineData(OperatingMode.Closed, DecisionKind.Written)]
    public void OnlyClosedMode_Writes(OperatingMode mode, DecisionKind kind)
    {
        var outcome = OptimizationCycle.Decide(SmallLine.Input(4, 5, mode));

        Assert.Equal(kind, outcome.Kind);
        Assert.Equal(mode == OperatingMode.Closed, outcome.Write is not null);
    }

    [Fact]
    public void StaleCriticalTag_HoldsWithItsAge()
    {
        var input = SmallLine.Input(4, 5);
        var late = input.Snapshot with { At = input.Snapshot.At.AddMinutes(11) };

        var outcome = OptimizationCycle.Decide(input with { Snapshot = late });

        Assert.Equal("Hold: critical tag cost_meter is 11 min old, limit 10 min", outcome.Sentence);
    }

    [Fact]
    public void NoModel_HoldsWithCounts()
    {
        var outcome = OptimizationCycle.Decide(SmallLine.Input(4, 5) with { Surrogates = null, Levels = [], FewestRows = 3 });

        Assert.Equal("Hold: no model yet, 3 of 5 results needed", outcome.Sentence);
    }

    [Fact]
    public void ModelThatBreaksItsContract_MustNotSteer()
    {
        var outcome = OptimizationCycle.Decide(SmallLine.Input(4, 5) with { Surrogates = SmallLine.Truth(unusable: "gain of x is -1, declared positive") });

        Assert.Contains("must not steer: cost_rate: gain of x is -1", outcome.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ClampedMove_IsScoredAgain()
    {
        var input = SmallLine.Input(4, 5);
        var used = new Dictionary<string, MoveHistory>(input.Context.Variables) { ["x"] = new(4, null, 0.95, 0.95, default, default) };

        var outcome = OptimizationCycle.Decide(input with { Context = input.Context with { Variables = used } });

        // 0.05 t/h of travel left for x: 10 + 0.38025 + 0.324 after the move.
        Assert.Equal(DecisionKind.Written, outcome.Kind);
        Assert.Equal("travel", outcome.Notes.Single().Guardrail);
        Assert.Equal(4.05, outcome.Move!.Items.Single(i => i.Variable.Name == "x").To, 9);
        Assert.Equal(0.09575, outcome.Move.Evidence.Benefit, 9);
    }

    [Fact]
    public void VariableThatTakesNoPart_IsNoPartOfTheTargetEither()
    {
        var input = SmallLine.Input(4, 5);
        var absent = new Dictionary<string, MoveHistory>(input.Context.Variables) { ["x"] = new(4, null, 0, 0, default, default) { LeftOutBy = "Ada" } };

        var outcome = OptimizationCycle.Decide(input with { Context = input.Context with { Variables = absent } });

        Assert.Equal(4, outcome.Target!.Setpoints[0]);
        Assert.Equal(3.0, outcome.Target.Setpoints[1], 2);
        Assert.Equal(["y"], outcome.Move!.Items.Select(i => i.Variable.Name));
    }

    [Fact]
    public void UncertainGain_IsNotWorthAMove()
    {
        var outcome = OptimizationCycle.Decide(SmallLine.Input(4, 5) with { Surrogates = SmallLine.Truth(uncertainty: 0.5) });

        Assert.Equal(DecisionKind.Held, outcome.Kind);
    }

    private static string Text(CycleOutcome outcome) => JsonSerializer.Serialize(new
    {
        Kind = outcome.Kind.ToString(),
        outcome.Sentence,
        outcome.Stay,
        outcome.Target,
        outcome.Step,
        Items = outcome.Move?.Items.Select(i => (i.From, i.To, i.Target)).ToList(),
        Evidence = outcome.Move?.Evidence,
        Write = outcome.Write?.ToRequest(),
        outcome.Candidates,
    }, new JsonSerializerOptions { IncludeFields = true });

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double a, double b) => Math.Abs(a - b) < 1e-9;

        public int GetHashCode(double value) => 0;
    }
}
