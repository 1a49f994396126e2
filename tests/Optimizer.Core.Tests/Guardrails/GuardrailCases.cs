using Optimizer.Guardrails;

namespace Optimizer.Core.Tests.Guardrails;

/// <summary>One situation for the whole chain: which rule speaks, and what is left of the move.</summary>
/// <param name="To">Setpoint after the chain; null: rejected.</param>
/// <param name="By">The rule that clamped or rejected; null: none.</param>
/// <param name="Says">A part of its sentence.</param>
public sealed record GuardrailCase(string Situation, ProposedMove Move, GuardrailContext Context, double? To, string? By, string Says)
{
    public override string ToString() => Situation;
}

internal static class GuardrailCases
{
    private static readonly GuardrailContext Fine = Moves.Context();

    public static IEnumerable<GuardrailCase> All =>
    [
        new("all is well", Moves.Move(), Fine, 60.5, null, ""),
        new("audit cannot be written", Moves.Move(), Fine with { AuditWritable = false }, null, "audit", "audit record"),
        new("gateway never heard", Moves.Move(), Moves.Context(gateway: new("gw-1", null, true, false, null)), null, "gateway", "never heard"),
        new("gateway silent", Moves.Move(), Moves.Context(gateway: new("gw-1", TimeSpan.FromSeconds(5.1), true, false, null)), null, "gateway", "5.1 s, limit 5 s"),
        new("gateway heard just in time", Moves.Move(), Moves.Context(gateway: new("gw-1", TimeSpan.FromSeconds(5), true, false, null)), 60.5, null, ""),
        new("gateway does not echo", Moves.Move(), Moves.Context(gateway: new("gw-1", TimeSpan.Zero, false, false, null)), null, "gateway", "echo"),
        new("a write is outstanding", Moves.Move(), Moves.Context(gateway: new("gw-1", TimeSpan.Zero, true, true, null)), null, "gateway", "not yet answered"),
        new("locked out", Moves.Move(), Moves.Context(gateway: new("gw-1", TimeSpan.Zero, true, false, "3 writes in a row rejected")), null, "gateway", "3 writes in a row rejected"),
        new("an input is stale", Moves.Move(), Fine with { InputGaps = ["critical tag current is 700 s old, limit 600 s"] }, null, "inputs", "700 s old"),
        new("line stopped", Moves.Move(), Fine with { Running = null }, null, "running", "not running"),
        new("line just started", Moves.Move(), Fine with { Running = TimeSpan.FromMinutes(29) }, null, "running", "29 min"),
        new("line in a transient", Moves.Move(), Fine with { Transients = ["feed_temp has R 3.10"] }, null, "steady", "R 3.10"),
        new("live setpoint unknown", Moves.Move(), Moves.Context(new(null, null, 0, 0, default, default)), null, "live", "unknown"),
        new("operator moved it", Moves.Move(), Moves.Context(Moves.History(live: 60.3)), null, "live", "60.3"),
        new("moved half an hour ago", Moves.Move(), Moves.Context(Moves.History(hoursSinceMove: 0.5)), null, "dwell", "30 min ago"),
        new("moved exactly one dwell ago", Moves.Move(), Moves.Context(Moves.History(hoursSinceMove: 1)), 60.5, null, ""),
        new("operator refused this direction", Moves.Move(), Moves.Context(Moves.History(locked: 1)), null, "direction_lock", "refused"),
        new("operator refused the other direction", Moves.Move(), Moves.Context(Moves.History(locked: -1)), 60.5, null, ""),
        new("left out of the optimization", Moves.Move(), Moves.Context(Moves.History() with { LeftOutBy = "anna" }), null, "participation", "anna left it out"),
        new("clocks differ", Moves.Move(), Moves.Context(gateway: new("gw-1", TimeSpan.Zero, true, false, null) { ClockError = TimeSpan.FromSeconds(2.1) }), null, "gateway", "differ by 2.1 s, limit 2 s"),
        new("beyond the operator limit", Moves.Move(79, 79.55), Moves.Context(Moves.History(live: 79)), 79.4, "hard_limit", "79.4"),
        new("starts beyond the margin and leads out", Moves.Move(79.6, 79.9), Moves.Context(Moves.History(live: 79.6)), null, "hard_limit", "79.6"),
        new("starts beyond the margin and leads back", Moves.Move(79.6, 79.2), Moves.Context(Moves.History(live: 79.6)), 79.2, null, ""),
        new("stands outside the operator limits", Moves.Move(80.5, 80.1), Moves.Context(Moves.History(live: 80.5)), null, "hard_limit", "only a person"),
        new("not a number", Moves.Move(60, double.NaN), Fine, null, "hard_limit", "not a number"),
        new("infinite", Moves.Move(60, double.PositiveInfinity), Fine, null, "hard_limit", "not a number"),
        new("too large a step", Moves.Move(60, 62), Fine, 60.6, "move_size", "at most 0.6"),
        new("little travel left in 8 h", Moves.Move(), Moves.Context(Moves.History(travel8: 2.0)), 60.25, "travel", "0.25"),
        new("no travel left in 24 h", Moves.Move(), Moves.Context(Moves.History(travel24: 6.75)), null, "travel", "6.75"),
        new("below the deadband", Moves.Move(60, 60.09), Fine, null, "deadband", "deadband of 0.1"),
        new("at the deadband", Moves.Move(60, 60.1), Fine, 60.1, null, ""),
        new("outside the trained envelope", Moves.Move() with { Evidence = Moves.Evidence with { ModelDistance = 0.26 } }, Fine, null, "model_domain", "26"),
        new("distance is not a number", Moves.Move() with { Evidence = Moves.Evidence with { ModelDistance = double.NaN } }, Fine, null, "model_domain", ""),
        new("would break a constraint", Moves.Move() with { Evidence = Moves.Evidence with { ViolationNext = 0.2 } }, Fine, null, "violation", "0.2"),
        new("leaves a breach as it is", Moves.Move() with { Evidence = Moves.Evidence with { ViolationNow = 0.2, ViolationNext = 0.2 } }, Fine, null, "violation", "0.2"),
        new("reduces a breach at a price", Moves.Move() with { Evidence = Moves.Evidence with { Benefit = -1, ViolationNow = 0.4, ViolationNext = 0.1 } }, Fine, 60.5, null, ""),
        new("reduces a breach too small to hunt after", Moves.Move() with { Evidence = Moves.Evidence with { Benefit = -1, ViolationNow = 0.2, ViolationNext = 0.1 } }, Fine, null, "benefit", "does not exceed"),
        new("benefit within two standard errors", Moves.Move() with { Evidence = Moves.Evidence with { Benefit = 0.04 } }, Fine, null, "benefit", "2 standard errors"),
        new("benefit below the minimum", Moves.Move() with { Evidence = Moves.Evidence with { Benefit = 0.002, BenefitDeviation = 0 } }, Fine, null, "benefit", "minimum 0.003"),
        new("benefit is not a number", Moves.Move() with { Evidence = Moves.Evidence with { Benefit = double.NaN } }, Fine, null, "benefit", ""),
    ];
}
