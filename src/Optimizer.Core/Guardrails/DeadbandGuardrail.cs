using static Optimizer.Guardrails.Sentences;

namespace Optimizer.Guardrails;

/// <summary>Changes too small to matter are not written.</summary>
public sealed class DeadbandGuardrail : IGuardrail
{
    public string Name => "deadband";

    public Verdict Review(ProposedMove move, GuardrailContext context)
    {
        var small = move.Items.Where(i => Math.Abs(i.Change) < i.Variable.Deadband * (1 - 1e-9)).ToList();
        return small.Count == 0
            ? Verdict.Pass(move)
            : Verdict.Clamp(move.With(move.Items.Except(small)), string.Join("; ", small.Select(i =>
                Text($"{i.Variable.Name} by {i.Change:G4} {i.Variable.EngineeringUnit} is below its deadband of {i.Variable.Deadband:G4}"))));
    }
}
