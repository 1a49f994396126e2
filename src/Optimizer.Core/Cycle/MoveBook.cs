using Optimizer.Guardrails;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Cycle;

/// <summary>A change of one setpoint that was sent.</summary>
/// <param name="Tag">Setpoint tag.</param>
/// <param name="Change">In the variable's engineering unit.</param>
public sealed record PastMove(DateTimeOffset At, string Tag, double Change);

/// <summary>Our own moves of the last day, for dwell and travel limits.</summary>
/// <param name="before">Those of lives before this one, oldest first; null: none.</param>
public sealed class MoveBook(ProcessUnit unit, IEnumerable<PastMove>? before = null)
{
    private readonly List<PastMove> _moves = [.. before ?? []];
    private readonly Dictionary<(string Variable, bool Up), DateTimeOffset> _locks = [];

    /// <summary>Counts a write from the moment it is sent: what may have reached the plant counts as travelled.</summary>
    public void Add(SetpointWrite write, DateTimeOffset at)
    {
        _moves.RemoveAll(m => at - m.At > TimeSpan.FromHours(25));
        _moves.AddRange(write.Items.Select(i => new PastMove(at, i.Tag, i.Value - i.Expected)));
    }

    /// <summary>An operator refused this change: the same direction stays closed for a while.</summary>
    public void Refused(MoveItem item, DateTimeOffset at) => _locks[(item.Variable.Name, item.Change > 0)] = at + DirectionLockGuardrail.Lock;

    /// <param name="mode">Says which variables take part.</param>
    public IReadOnlyDictionary<string, MoveHistory> Histories(IReadOnlyList<double?> live, ModeState mode, DateTimeOffset now)
    {
        var histories = new Dictionary<string, MoveHistory>(StringComparer.Ordinal);
        for (int i = 0; i < unit.ManipulatedVariables.Count; i++)
        {
            var v = unit.ManipulatedVariables[i];
            var own = _moves.Where(m => m.Tag == v.SetpointTag).ToList();
            histories[v.Name] = new MoveHistory(
                live[i], own.Count == 0 ? null : own[^1].At, Travel(own, now, 8), Travel(own, now, 24), _locks.GetValueOrDefault((v.Name, true)), _locks.GetValueOrDefault((v.Name, false)))
            {
                LeftOutBy = mode.TakesPart(v.Name) ? null : mode.ChosenBy,
            };
        }

        return histories;
    }

    private static double Travel(List<PastMove> moves, DateTimeOffset now, int hours) =>
        moves.Where(m => now - m.At < TimeSpan.FromHours(hours)).Sum(m => Math.Abs(m.Change));
}
