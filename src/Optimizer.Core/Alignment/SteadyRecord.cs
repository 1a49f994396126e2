namespace Optimizer.Alignment;

/// <summary>When a key tag was transient and when it was at rest, by its <see cref="SteadyStateDetector"/>. Only changes are stored.</summary>
public sealed class SteadyRecord(string tag, SteadyStateDetector detector)
{
    private readonly List<(DateTimeOffset At, bool Steady)> _changes = [];

    public string Tag => tag;

    public SteadyStateDetector Detector => detector;

    /// <summary>Takes the next value in the order of time.</summary>
    public void Add(DateTimeOffset at, double value)
    {
        detector.Add(at, value);
        if (detector.IsSteady != (_changes.Count == 0 || _changes[^1].Steady))
        {
            _changes.Add((at, detector.IsSteady));
        }
    }

    /// <summary>Judges anew from the next value on, such as after a change of campaign.</summary>
    public void Restart(DateTimeOffset at)
    {
        detector.Restart();
        if (_changes.Count > 0 && !_changes[^1].Steady)
        {
            _changes.Add((at, true));
        }
    }

    /// <summary>How long the tag had been transient at an instant; zero: at rest then, or nothing known.</summary>
    public TimeSpan TransientFor(DateTimeOffset at)
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

        return low == 0 || _changes[low - 1].Steady ? TimeSpan.Zero : at - _changes[low - 1].At;
    }
}
