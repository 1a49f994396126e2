namespace Optimizer.Guardrails;

/// <summary>A move that every guardrail let pass. Only <see cref="GuardrailChain"/> makes one.</summary>
public sealed record ApprovedMove
{
    internal ApprovedMove(ProposedMove move) => Move = move;

    public ProposedMove Move { get; }
}

/// <param name="Guardrail">Which rule spoke.</param>
/// <param name="Text">What it did and why, with numbers.</param>
public sealed record GuardrailNote(string Guardrail, string Text);

/// <param name="Approved">The move that may go on; null: rejected.</param>
/// <param name="Remainder">The move as far as it got, clamps included.</param>
/// <param name="Rejection">Who rejected and why; null: approved.</param>
/// <param name="Clamps">Who made it smaller; empty: nobody.</param>
public sealed record GuardrailOutcome(
    ApprovedMove? Approved, ProposedMove Remainder, GuardrailNote? Rejection, IReadOnlyList<GuardrailNote> Clamps);

/// <summary>Every guardrail, in order. The only maker of an <see cref="ApprovedMove"/>.</summary>
public sealed class GuardrailChain(IReadOnlyList<IGuardrail> guardrails)
{
    /// <summary>All rules the product ships: first what forbids any move, then what shrinks one, then what judges the rest.</summary>
    public static GuardrailChain Standard { get; } = new(
    [
        new AuditGuardrail(), new GatewayGuardrail(), new InputGuardrail(), new RunningGuardrail(), new SteadyGuardrail(),
        new LiveSetpointGuardrail(), new ParticipationGuardrail(), new DwellGuardrail(), new DirectionLockGuardrail(),
        new HardLimitGuardrail(), new MoveSizeGuardrail(), new TravelGuardrail(), new DeadbandGuardrail(), new MovedAtOnceGuardrail(),
        new ModelDomainGuardrail(), new ViolationGuardrail(), new BenefitGuardrail(),
    ]);

    public IReadOnlyList<string> Names => [.. guardrails.Select(g => g.Name)];

    public GuardrailOutcome Review(ProposedMove move, GuardrailContext context)
    {
        var clamps = new List<GuardrailNote>();
        foreach (var guardrail in guardrails)
        {
            var verdict = guardrail.Review(move, context);
            if (verdict.Move is null)
            {
                return new GuardrailOutcome(null, move, new GuardrailNote(guardrail.Name, verdict.Why ?? "rejected"), clamps);
            }

            if (verdict.Why is { } why)
            {
                clamps.Add(new GuardrailNote(guardrail.Name, why));
            }

            move = verdict.Move;
            if (move.Items.Count == 0)
            {
                return new GuardrailOutcome(null, move, clamps.LastOrDefault() ?? new GuardrailNote(guardrail.Name, "the move changes nothing"), clamps);
            }
        }

        return new GuardrailOutcome(new ApprovedMove(move), move, null, clamps);
    }
}
