using CsCheck;
using Optimizer.Guardrails;

namespace Optimizer.Core.Tests.Guardrails;

public class GuardrailChainTests
{
    public static TheoryData<string> Situations => [.. GuardrailCases.All.Select(c => c.Situation)];

    [Theory]
    [MemberData(nameof(Situations))]
    public void Situation_IsJudgedByTheRuleItConcerns(string situation)
    {
        var @case = GuardrailCases.All.Single(c => c.Situation == situation);

        var outcome = GuardrailChain.Standard.Review(@case.Move, @case.Context);

        var note = outcome.Rejection ?? outcome.Clamps.FirstOrDefault();
        Assert.Equal(@case.By, note?.Guardrail);
        Assert.Contains(@case.Says, note?.Text ?? "", StringComparison.Ordinal);
        Assert.Equal(@case.To is null, outcome.Approved is null);
        if (@case.To is { } to)
        {
            Assert.Equal(to, outcome.Approved!.Move.Items.Single().To, 9);
        }
    }

    [Fact]
    public void EveryRule_HasACaseInWhichItSpeaks()
    {
        var covered = GuardrailCases.All.Select(c => c.By).OfType<string>().Append("moved_at_once").Distinct().Order();

        Assert.Equal(GuardrailChain.Standard.Names.Order(), covered);
    }

    [Fact]
    public void FourVariablesAtOnce_KeepTheThreeLargest()
    {
        string[] names = ["a", "b", "c", "d"];
        var items = names.Select((n, i) => new MoveItem(Moves.Variable(n), 60, 60.2 + (0.1 * i), 64));
        var move = new ProposedMove(Moves.Now, [.. items], Moves.Evidence);
        var context = Moves.Context() with { Variables = names.ToDictionary(n => n, _ => Moves.History()) };

        var outcome = GuardrailChain.Standard.Review(move, context);

        Assert.Equal(["b", "c", "d"], outcome.Approved!.Move.Items.Select(i => i.Variable.Name).Order());
        Assert.Equal("moved_at_once", outcome.Clamps.Single().Guardrail);
    }

    [Fact]
    public void WhateverIsProposed_NothingOutsideTheLimitsIsApproved()
    {
        var number = Gen.Frequency((8, Gen.Double[40, 95]), (1, Gen.Double), (1, Gen.Const(double.NaN)));
        Gen.Select(number, number, Gen.Double[0, 8], Gen.Double[0, 9], Gen.Double[0, 3]).Sample((live, to, travel8, travel24, hours) =>
        {
            var variable = Moves.Variable();
            var outcome = GuardrailChain.Standard.Review(Moves.Move(live, to), Moves.Context(Moves.History(live, hours, travel8, travel24)));
            if (outcome.Approved is not { } approved)
            {
                return true;
            }

            var item = approved.Move.Items.Single();
            double change = Math.Abs(item.Change);
            return item.To >= variable.OperatorLow && item.To <= variable.OperatorHigh
                && change <= variable.MaxMove + 1e-9 && change >= variable.Deadband - 1e-9
                && travel8 + change <= variable.MaxTravelPer8Hours + 1e-6 && travel24 + change <= variable.MaxTravelPer24Hours + 1e-6 && hours >= 1;
        }, iter: 20_000);
    }
}
