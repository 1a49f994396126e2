using Optimizer.Plant;

namespace Optimizer.Guardrails;

/// <summary>What the optimizer wants, before anybody looked at it: setpoint changes and the plain numbers that argue for them.</summary>
public sealed record ProposedMove(DateTimeOffset At, IReadOnlyList<MoveItem> Items, Evidence Evidence)
{
    /// <summary>The same proposal with other items; items that no longer change anything are dropped.</summary>
    public ProposedMove With(IEnumerable<MoveItem> items) => this with { Items = [.. items.Where(i => !i.To.Equals(i.From))] };
}

/// <param name="From">Live setpoint.</param>
/// <param name="To">Setpoint after this move.</param>
/// <param name="Target">Where several moves would lead.</param>
public sealed record MoveItem(ManipulatedVariable Variable, double From, double To, double Target)
{
    public double Change => To - From;
}

/// <summary>What guardrails may know of the models.</summary>
/// <param name="Benefit">Expected improvement of the objective over staying put, in its unit; positive is better.</param>
/// <param name="BenefitDeviation">Its standard error.</param>
/// <param name="MinimumBenefit">Smallest improvement worth a move.</param>
/// <param name="BenefitUnit">Unit of all three.</param>
/// <param name="ModelDistance">How far beyond the trained envelope the move leads, as a share of the widest input range seen; 0: inside.</param>
/// <param name="ViolationNow">Scaled constraint breach of staying put.</param>
/// <param name="ViolationNext">Scaled constraint breach after the move.</param>
public sealed record Evidence(
    double Benefit,
    double BenefitDeviation,
    double MinimumBenefit,
    string BenefitUnit,
    double ModelDistance,
    double ViolationNow,
    double ViolationNext);
