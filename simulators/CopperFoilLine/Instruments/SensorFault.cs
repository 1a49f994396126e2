using Optimizer.Plant;

namespace CopperFoilLine.Instruments;

/// <summary>How a sensor, or the way from it, fails.</summary>
public enum SensorFaultKind
{
    /// <summary>Stays at the value it had.</summary>
    Stuck,

    /// <summary>Reads too high by the size, in the tag's unit.</summary>
    Bias,

    /// <summary>Reads too high by the size, as a share: 0.15 is 15 % too much.</summary>
    Scale,

    /// <summary>Moves away by the size per hour.</summary>
    Drift,

    /// <summary>Reports nothing.</summary>
    Dropout,

    /// <summary>One value in fifty is too high by the size.</summary>
    Spike,

    /// <summary>Each value is off by normal noise of the size as standard deviation.</summary>
    Scatter,

    /// <summary>Its clock is ahead by the size, in seconds.</summary>
    TimeSkew,

    /// <summary>Reports its values as bad.</summary>
    Bad,
}

/// <summary>One tag goes wrong.</summary>
/// <param name="Tag">Such as <c>f01/pv/feed_temp</c> or <c>lab/gel</c>.</param>
/// <param name="Size">See <see cref="SensorFaultKind"/>; unused by stuck, dropout and bad.</param>
public sealed record SensorFault(string Tag, SensorFaultKind Kind, double Size = 0)
{
    /// <summary>How long it lasts; null: for good.</summary>
    public TimeSpan? Lasts { get; init; }

    /// <summary>
    /// The base loops see it too (gauge trim, dosing by lab feedback), so that the line itself goes astray; false: it lies on
    /// the way to whoever subscribes, and nothing but the tag changes.
    /// </summary>
    public bool SeenByBaseLoops { get; init; }
}

/// <summary>The faults in force, each with noise of its own.</summary>
internal sealed class FaultBoard(int seed)
{
    private const double SpikeShare = 0.02;
    private readonly Dictionary<string, List<Active>> _byTag = new(StringComparer.Ordinal);

    public bool Any => _byTag.Count > 0;

    public void Add(SensorFault fault, DateTimeOffset now)
    {
        if (!_byTag.TryGetValue(fault.Tag, out var active))
        {
            _byTag[fault.Tag] = active = [];
        }

        active.Add(new Active(fault, now, now + (fault.Lasts ?? TimeSpan.FromDays(36_500)), new RandomStream($"fault/{fault.Tag}/{fault.Kind}", seed)));
    }

    /// <summary>What the sample becomes; null: nothing is reported.</summary>
    public Sample? Apply(Sample sample) => Apply(sample, false);

    /// <summary>What a base loop reads of a tag.</summary>
    public double Seen(string tag, double value, DateTimeOffset now) =>
        Any && double.IsFinite(value) ? Apply(Sample.Online(tag, value, now), true)?.Value ?? double.NaN : value;

    private Sample? Apply(Sample sample, bool baseLoop)
    {
        if (!_byTag.TryGetValue(sample.Tag, out var active))
        {
            return sample;
        }

        Sample? result = sample;
        foreach (var fault in active)
        {
            if (result is { } now && sample.KnownAt >= fault.From && sample.KnownAt < fault.Until && (!baseLoop || fault.Fault.SeenByBaseLoops))
            {
                result = fault.Distort(now, baseLoop);
            }
        }

        return result;
    }

    private sealed class Active(SensorFault fault, DateTimeOffset from, DateTimeOffset until, RandomStream random)
    {
        private double _stuck = double.NaN;

        public SensorFault Fault => fault;

        public DateTimeOffset From => from;

        public DateTimeOffset Until => until;

        public Sample? Distort(Sample s, bool baseLoop)
        {
            var skew = TimeSpan.FromSeconds(fault.Size);
            return fault.Kind switch
            {
                SensorFaultKind.Stuck => s with { Value = _stuck = double.IsNaN(_stuck) ? s.Value : _stuck },
                SensorFaultKind.Bias => s with { Value = s.Value + fault.Size },
                SensorFaultKind.Scale => s with { Value = s.Value * (1 + fault.Size) },
                SensorFaultKind.Drift => s with { Value = s.Value + (fault.Size * (s.KnownAt - from).TotalHours) },
                SensorFaultKind.Dropout => null,
                SensorFaultKind.Spike => baseLoop || random.Uniform() >= SpikeShare ? s : s with { Value = s.Value + fault.Size },
                SensorFaultKind.Scatter => baseLoop ? s : s with { Value = s.Value + (fault.Size * random.Gaussian()) },
                SensorFaultKind.TimeSkew => s with { SampledAt = s.SampledAt + skew, KnownAt = s.KnownAt + skew, ReceivedAt = s.ReceivedAt + skew },
                _ => s with { Quality = Quality.Bad },
            };
        }
    }
}
