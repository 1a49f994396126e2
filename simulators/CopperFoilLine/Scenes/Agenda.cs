namespace CopperFoilLine.Scenes;

/// <summary>Things to be done to the line at their instants; those due at once in the order they were planned.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Action<FoilLine>, (long Ticks, int Order)> _planned = new();
    private int _order;

    public void Add(DateTimeOffset at, Action<FoilLine> act) => _planned.Enqueue(act, (at.UtcTicks, _order++));

    public void Run(DateTimeOffset now, FoilLine line)
    {
        while (_planned.TryPeek(out var act, out var due) && due.Ticks <= now.UtcTicks)
        {
            _planned.Dequeue();
            act(line);
        }
    }
}
