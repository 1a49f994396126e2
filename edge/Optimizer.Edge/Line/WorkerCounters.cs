using System.Collections.Concurrent;

namespace Optimizer.Edge.Line;

/// <summary>What the worker saw and did with it, by name. Nothing is refused without being counted here.</summary>
internal sealed class WorkerCounters
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _examples = new(StringComparer.Ordinal);

    public long this[string name] => _counts.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, long> All => _counts.OrderBy(c => c.Key, StringComparer.Ordinal).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal);

    /// <summary>The latest reason behind each refusal.</summary>
    public IReadOnlyDictionary<string, string> Reasons => _examples;

    public void Count(string name, long by = 1) => _counts.AddOrUpdate(name, by, (_, n) => n + by);

    public void Refuse(string name, string reason, long by = 1)
    {
        Count(name, by);
        _examples[name] = OneLine.Of(reason);
    }
}
