namespace Optimizer.Guardrails;

/// <summary>A variable that a person left out of the optimization is not moved; the others go on (partial operation).</summary>
public sealed class ParticipationGuardrail : IGuardrail
{
    public string Name => "participation";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var absent = move.Items.Where(i => context.Variables[i.Variable.Name].LeftOutBy is not null).ToList();
        return absent.Count == 0
            ? Verdict.Pass(move)
            : Verdict.Clamp(move.With(move.Items.Except(absent)), string.Join("; ", absent.Select(i => $"{i.Variable.Name} takes no part, {context.Variables[i.Variable.Name].LeftOutBy} left it out")));
    }
}
