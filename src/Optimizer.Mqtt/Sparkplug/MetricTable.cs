using Optimizer.Plant;

namespace Optimizer.Mqtt.Sparkplug;

/// <summary>The metrics of an edge node or of one of its devices, as its last birth declared them.</summary>
internal sealed class MetricTable(SparkplugSource source, IReadOnlyList<TagBinding> bindings, IReadOnlySet<string> watched)
{
    private readonly ILookup<string, BoundMetric> _bound = bindings.Select(b => new BoundMetric(b)).ToLookup(b => b.Binding.Key!, StringComparer.Ordinal);
    private readonly Dictionary<string, SparkplugDefinition> _byName = new(StringComparer.Ordinal);

    // By device and not by node: the topic says whose alias it is, also where a node gives one twice.
    private readonly Dictionary<ulong, SparkplugDefinition> _byAlias = [];

    /// <summary>A birth of it was seen in the present session.</summary>
    public bool IsBorn { get; private set; }

    /// <summary>When it must have been born again after its node was; null: nothing is due.</summary>
    public DateTimeOffset? DueBy { get; set; }

    public SparkplugDefinition? Find(string name) => IsBorn ? _byName.GetValueOrDefault(name) : null;

    /// <returns>Why this is no birth, or what is missing in it; null: all well.</returns>
    public string? Birth(SparkplugPayload payload, in Arrival arrival, Taking taking)
    {
        Forget();
        foreach (var metric in payload.Metrics)
        {
            if (metric.Name is not { Length: > 0 } name)
            {
                return Refuse($"birth of {source} has a metric without a name");
            }

            var definition = new SparkplugDefinition(name, metric.Alias, metric.Type);
            if (!_byName.TryAdd(name, definition) || (metric.Alias is { } alias && !_byAlias.TryAdd(alias, definition)))
            {
                return Refuse($"birth of {source} declares {name} or its alias twice");
            }
        }

        IsBorn = true;
        DueBy = null;
        foreach (var metric in payload.Metrics)
        {
            Value(metric, _byName[metric.Name!], payload, isBirth: true, arrival, taking);
        }

        var missing = _bound.Where(b => !_byName.ContainsKey(b.Key)).ToList();
        foreach (var bound in missing.SelectMany(m => m))
        {
            bound.Mark(arrival.At, arrival.At, taking.Samples);
        }

        return missing.Count == 0 ? null : $"birth of {source} has no metric {string.Join(", ", missing.Select(m => m.Key))}";
    }

    /// <returns>Why the declared metrics cannot be trusted any more; null: they can.</returns>
    public string? Data(SparkplugPayload payload, in Arrival arrival, Taking taking)
    {
        foreach (var metric in payload.Metrics)
        {
            SparkplugDefinition? definition = null;
            if (metric.Alias is { } alias && !_byAlias.TryGetValue(alias, out definition) && (metric.Name is null || Find(metric.Name) is not { Alias: null }))
            {
                return $"{source} has no metric with alias {alias}";
            }

            if (definition is not null && metric.Name is { } said && said != definition.Name)
            {
                return $"alias {metric.Alias} of {source} is {definition.Name}, the message calls it {said}";
            }

            if ((definition ?? _byName.GetValueOrDefault(metric.Name ?? "")) is { } known)
            {
                Value(metric, known, payload, isBirth: false, arrival, taking);
            }
            else
            {
                taking.Unbound++;
                taking.UnknownName = true;
            }
        }

        return null;
    }

    /// <summary>Its values are no longer known.</summary>
    public void Mark(DateTimeOffset at, DateTimeOffset receivedAt, ICollection<Sample> into)
    {
        DueBy = null;
        foreach (var bound in _bound.SelectMany(b => b))
        {
            bound.Mark(at, receivedAt, into);
        }
    }

    public void Forget()
    {
        IsBorn = false;
        _byName.Clear();
        _byAlias.Clear();
    }

    private string Refuse(string why)
    {
        Forget();
        return why;
    }

    private void Value(SparkplugMetric metric, SparkplugDefinition definition, SparkplugPayload payload, bool isBirth, in Arrival arrival, Taking taking)
    {
        bool isBound = _bound.Contains(definition.Name), isWatched = watched.Contains(definition.Name);
        taking.Unbound += isBound || isWatched ? 0 : 1;
        var trust = metric.Quality is null or 192 ? Quality.Good : metric.Quality == 64 ? Quality.Uncertain : Quality.Bad;
        if (isWatched)
        {
            taking.Changes.Add(new SparkplugChange(source, definition, metric.Value, arrival.At, trust == Quality.Good && !metric.IsNull && !metric.IsHistorical));
        }

        foreach (var bound in _bound[definition.Name])
        {
            Deliver(bound, metric, definition, payload, isBirth, trust, arrival, taking);
        }
    }

    private static void Deliver(
        BoundMetric bound, SparkplugMetric metric, SparkplugDefinition definition, SparkplugPayload payload, bool isBirth, Quality trust, in Arrival arrival, Taking taking)
    {
        double value = Number(bound.Binding, metric, definition, out string? reason);
        bool timed = SampleRules.TryMilliseconds(metric.Timestamp ?? payload.Timestamp, out var at);
        if (metric.IsHistorical && !isBirth)
        {
            if (timed && at <= arrival.At)
            {
                bound.Historical(value, at, trust, arrival, taking.Samples);
            }
            else
            {
                reason = $"{bound.Binding.Tag}: a historical value without a time in the past";
            }
        }
        else
        {
            bool stated = SampleRules.TryMilliseconds(payload.Timestamp, out var of);
            bound.Live(value, timed ? at : arrival.At, timed ? trust : SampleRules.Worse(trust, Quality.Uncertain), isBirth ? (stated ? of : arrival.At) : null, arrival, taking.Samples, ref reason);
        }

        taking.Reason ??= reason;
    }

    private static double Number(TagBinding binding, SparkplugMetric metric, SparkplugDefinition definition, out string? reason)
    {
        var (type, value) = (definition.Type, metric.Value);
        double number = metric.IsNull ? double.NaN : type switch
        {
            SparkplugType.String or SparkplugType.Text => value.Text is { } text ? SampleRules.Text(binding, text) : double.NaN,
            SparkplugType.Boolean => value.TryNumber(type, out double on) ? binding.States.GetValueOrDefault(on > 0 ? "true" : "false", double.NaN) : double.NaN,
            _ => value.TryNumber(type, out double n) ? n : double.NaN,
        };
        string found = metric.IsNull || value.Field == SparkplugField.None ? "null" : value.Text is { } t ? $"\"{(t.Length <= 40 ? t : t[..40] + "…")}\"" : $"a value of {value.Field}";
        reason = double.IsFinite(number) ? null : $"{binding.Tag}: {found} at {definition.Name} of type {type}, expected {SampleRules.Expected(binding)}";
        return double.IsFinite(number) ? number : double.NaN;
    }
}

/// <summary>What one message, or the passing of time, gave.</summary>
internal sealed class Taking(ICollection<Sample> samples, ICollection<SparkplugChange> changes)
{
    public ICollection<Sample> Samples => samples;

    public ICollection<SparkplugChange> Changes => changes;

    public int Unbound { get; set; }

    public bool UnknownName { get; set; }

    public string? Reason { get; set; }
}
