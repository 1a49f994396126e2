using Optimizer.Plant;

namespace Optimizer.Mqtt.Sparkplug;

/// <summary>One tag that lives by a metric: keeps its samples in the order in which they may be believed.</summary>
internal sealed class BoundMetric(TagBinding binding)
{
    private const int MostHeld = 1000;
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly List<Sample> _held = [];
    private DateTimeOffset _liveAt, _floor;
    private double _value = double.NaN;
    private bool _heard, _marked;

    public TagBinding Binding => binding;

    /// <param name="birth">Time of the birth that states the value; null: data. A birth states what holds now, however long ago it began.</param>
    public void Live(double value, DateTimeOffset at, Quality quality, DateTimeOffset? birth, in Arrival arrival, ICollection<Sample> into, ref string? reason)
    {
        var sample = SampleRules.Place(binding, value, at, quality, arrival, ref reason);
        if (birth is { } stated && sample.SampledAt < _liveAt && !_value.Equals(value))
        {
            sample = Lift(sample, Later(stated, _liveAt + Tick));
        }

        if (sample.SampledAt <= _floor)
        {
            // A value after a death must not be filed before it, whatever the clocks of node and host say.
            _floor = Later(arrival.At, _floor + Tick);
            sample = Lift(sample, _floor);
        }

        into.Add(sample);
        (_heard, _marked) = (true, false);
        if (sample.SampledAt >= _liveAt)
        {
            (_liveAt, _value) = (sample.SampledAt, value);
        }

        Release(into);
    }

    /// <summary>A value of the past: history only. It waits until a live value is newer, so that it is never the latest.</summary>
    public void Historical(double value, DateTimeOffset at, Quality quality, in Arrival arrival, ICollection<Sample> into)
    {
        quality = SampleRules.Worse(InstrumentRange.Judge(binding.Low, binding.High, value), quality);
        if (_held.Count == MostHeld)
        {
            _held.RemoveAt(0);
        }

        _held.Add(new Sample(binding.Tag, value, at, arrival.At, arrival.At, quality));
        Release(into);
    }

    /// <summary>The value is no longer known: the last one, Bad, from now on.</summary>
    public void Mark(DateTimeOffset at, DateTimeOffset receivedAt, ICollection<Sample> into)
    {
        if (!_heard || _marked)
        {
            return;
        }

        into.Add(new Sample(binding.Tag, _value, at, at, receivedAt, Quality.Bad));
        if (_liveAt >= at)
        {
            // The node's clock is ahead: its last value must not come back when our clock gets there.
            at = _liveAt + Tick;
            into.Add(new Sample(binding.Tag, _value, at, at, receivedAt, Quality.Bad));
        }

        (_marked, _floor) = (true, at);
    }

    private void Release(ICollection<Sample> into)
    {
        if (_heard && _held.Count > 0)
        {
            foreach (var past in _held.Where(h => h.SampledAt < _liveAt))
            {
                into.Add(past);
            }

            _held.RemoveAll(h => h.SampledAt <= _liveAt);
        }
    }

    private static Sample Lift(in Sample sample, DateTimeOffset at) => sample with { SampledAt = at, KnownAt = at };

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
