namespace Optimizer.Alignment;

/// <summary>When a key tag was in motion and when it was not, by its <see cref="SteadyStateDetector"/>. Only changes are stored.</summary>
public sealed class SteadyRecord(string tag, SteadyStateDetector detector)
{
    private readonly List<(DateTimeOffset At, bool Moves)> _changes = [];

    public string Tag => tag;

    public SteadyStateDetector Detector => detector;

    /// <summary>Takes the next value in the order of time.</summary>
    public void Add(DateTimeOffset at, double value)
    {
        detector.Add(at, value);
        if (detector.InMotion != (_changes.Count > 0 && _changes[^1].Moves))
        {
            _changes.Add((at, detector.InMotion));
        }
    }

    /// <summary>Judges anew from the next value on, such as after a change of campaign.</summary>
    public void Restart(DateTimeOffset at)
    {
        detector.Restart();
        if (_changes.Count > 0 && _changes[^1].Moves)
        {
            _changes.Add((at, false));
        }
    }

    /// <summary>Whether the tag was in motion at an instant; false where nothing is known.</summary>
    public bool InMotion(DateTimeOffset at)
    {
        int low = 0, high = _changes.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_changes[middle].At <= at)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && _changes[low - 1].Moves;
    }
}
