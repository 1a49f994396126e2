namespace Optimizer.Mqtt.Dialects;

/// <summary>The newest revision seen of each of the last samples, and the values it gave.</summary>
internal sealed class LabRevisions
{
    private const int Remembered = 10_000;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public Entry? Find(string sampleId) => _entries.GetValueOrDefault(sampleId);

    public void Keep(string sampleId, Entry entry)
    {
        if (!_entries.ContainsKey(sampleId))
        {
            _order.Enqueue(sampleId);
        }

        _entries[sampleId] = entry;
        if (_order.Count > Remembered)
        {
            _entries.Remove(_order.Dequeue());
        }
    }

    /// <param name="Cancelled">No result of this revision counts any more, also when it is delivered again.</param>
    internal sealed record Entry(int Revision, bool Cancelled, IReadOnlyList<(string Tag, DateTimeOffset SampledAt)> Values);
}
