using Optimizer.Plant;

namespace Optimizer.Alignment;

/// <summary>When the unit produced and when it did not, from its state tag.</summary>
public sealed class RunningRecord(RunningState? state)
{
    private readonly List<(DateTimeOffset At, bool Running)> _changes = [];

    public void Add(in Sample sample)
    {
        if (state is null || sample.Tag != state.Tag || (_changes.Count > 0 && sample.SampledAt <= _changes[^1].At))
        {
            return;
        }

        bool running = sample.Quality != Quality.Bad && sample.Value.Equals(state.Value);
        if (_changes.Count == 0 || _changes[^1].Running != running)
        {
            _changes.Add((sample.SampledAt, running));
        }
    }

    /// <summary>Start of the run that includes <paramref name="at"/>; null: not running then. Without a state tag the unit always runs.</summary>
    public DateTimeOffset? Since(DateTimeOffset at)
    {
        if (state is null || _changes.Count == 0)
        {
            return DateTimeOffset.MinValue;
        }

        int i = _changes.FindLastIndex(c => c.At <= at);
        return i < 0 ? DateTimeOffset.MinValue : _changes[i].Running ? _changes[i].At : null;
    }

    /// <summary>Running and settled: what is measured then may teach.</summary>
    public bool IsRunning(DateTimeOffset at) =>
        Since(at) is { } since && (since == DateTimeOffset.MinValue || at - since >= (state?.Settling ?? TimeSpan.Zero) || IsFirst(since));

    // The first report only tells that the line was running already.
    private bool IsFirst(DateTimeOffset since) => _changes.Count > 0 && _changes[0].At == since;
}
