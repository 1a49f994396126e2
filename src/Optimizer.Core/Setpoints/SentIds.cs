using Optimizer.Plant;

namespace Optimizer.Setpoints;

/// <summary>Ids of the last commands sent, so that a late answer is told from a foreign one.</summary>
internal sealed class SentIds
{
    private const int Kept = 4096;

    private readonly Dictionary<string, RequestKind> _kinds = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public void Add(SetpointWrite write)
    {
        if (_kinds.TryAdd(write.Id, write.Kind))
        {
            _order.Enqueue(write.Id);
        }

        if (_order.Count > Kept)
        {
            _kinds.Remove(_order.Dequeue());
        }
    }

    public bool Contains(string id) => _kinds.ContainsKey(id);

    public bool IsRenewal(string id) => _kinds.TryGetValue(id, out var kind) && kind == RequestKind.Renew;
}
