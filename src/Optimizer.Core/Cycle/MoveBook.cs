using Optimizer.Guardrails;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Cycle;

/// <summary>Our own moves of the last day, for dwell and travel limits.</summary>
public sealed class MoveBook(ProcessUnit unit)
{
    private readonly List<(DateTimeOffset At, string Tag, double Change)> _moves = [];

    /// <summary>Counts a write from the moment it is sent: what may have reached the plant counts as travelled.</summary>
    public void Add(SetpointWrite write, DateTimeOffset at)
    {
        _moves.RemoveAll(m => at - m.At > TimeSpan.FromHours(25));
        _moves.AddRange(write.Items.Select(i => (at, i.Tag, i.Value - i.Expected)));
    }

    public IReadOnlyDictionary<string, MoveHistory> Histories(IReadOnlyList<double?> live, DateTimeOffset now)
    {
        var histories = new Dictionary<string, MoveHistory>(StringComparer.Ordinal);
        for (int i = 0; i < unit.ManipulatedVariables.Count; i++)
        {
            var v = unit.ManipulatedVariables[i];
            var own = _moves.Where(m => m.Tag == v.SetpointTag).ToList();
            histories[v.Name] = new MoveHistory(
                live[i], own.Count == 0 ? null : own[^1].At, Travel(own, now, 8), Travel(own, now, 24), 0, DateTimeOffset.MinValue);
        }

        return histories;
    }

    private static double Travel(List<(DateTimeOffset At, string Tag, double Change)> moves, DateTimeOffset now, int hours) =>
        moves.Where(m => now - m.At < TimeSpan.FromHours(hours)).Sum(m => Math.Abs(m.Change));
}
