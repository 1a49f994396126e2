using Optimizer.History;
using Optimizer.Plant;

namespace Optimizer.Alignment;

/// <summary>
/// Joins observations with the inputs at their sample time. Only what was known by the given instant is used, so a
/// training set built in replay equals the one built live.
/// </summary>
public sealed class TrainingSetBuilder(ProcessUnit unit, ProcessHistorian historian, IReadOnlyList<SetpointPath> paths, RunningRecord running)
{
    public const string BadQuality = "quality not good";
    public const string NotRunning = "line not running or settling after a stop";
    public const string NoInputs = "an input had no good value";
    public const string BeforeSetpoints = "setpoints not yet known";

    /// <param name="from">Observations sampled before are left aside.</param>
    public TrainingSet Build(ControlledVariable variable, DateTimeOffset from, DateTimeOffset knownBy)
    {
        var rows = new List<TrainingRow>();
        var excluded = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (sampledAt, knownAt, value, quality) in Observations(variable, from, knownBy))
        {
            string? reason = quality != Quality.Good ? BadQuality : !running.IsRunning(sampledAt) ? NotRunning : null;
            double[]? inputs = reason is null ? Inputs(sampledAt, knownBy, out reason) : null;
            if (inputs is null)
            {
                excluded[reason!] = excluded.GetValueOrDefault(reason!) + 1;
                continue;
            }

            rows.Add(new TrainingRow(sampledAt, knownAt, inputs, value) { Signals = Signals(variable, sampledAt, knownBy) });
        }

        return new TrainingSet(variable.Name, rows, excluded);
    }

    /// <summary>The model inputs at an instant; null with the reason when one is missing.</summary>
    public double[]? Inputs(DateTimeOffset at, DateTimeOffset knownBy, out string? reason)
    {
        reason = null;
        var inputs = new double[paths.Count + unit.DisturbanceVariables.Count];
        for (int i = 0; i < paths.Count; i++)
        {
            if (paths[i].IsEmpty || paths[i].Since > at)
            {
                reason = BeforeSetpoints;
                return null;
            }

            inputs[i] = paths[i].EffectiveAt(at);
        }

        for (int i = 0; i < unit.DisturbanceVariables.Count; i++)
        {
            var dv = unit.DisturbanceVariables[i];
            if (historian[dv.Tag].MeanOrHeld(at - dv.Window, at, knownBy, unit.Tag(dv.Tag).Period is null) is not { } mean)
            {
                reason = NoInputs;
                return null;
            }

            inputs[paths.Count + i] = mean;
        }

        return inputs;
    }

    /// <summary>The variable's fast signals at an instant; NaN where one has no Good value.</summary>
    public double[] Signals(ControlledVariable variable, DateTimeOffset at, DateTimeOffset knownBy) =>
        [.. variable.Signals.Select(s => WindowReading.Read(historian, s, at, knownBy, unit.Tag(s.Tag).Period is null) ?? double.NaN)];

    private IEnumerable<(DateTimeOffset SampledAt, DateTimeOffset KnownAt, double Value, Quality Quality)> Observations(ControlledVariable variable, DateTimeOffset from, DateTimeOffset knownBy)
    {
        var series = historian[variable.Tag];
        var samples = series.Window(from, DateTimeOffset.MaxValue, knownBy);
        if (variable.Aggregate is not { } width)
        {
            foreach (var s in samples)
            {
                yield return (s.SampledAt, s.KnownAt, s.Value, s.Quality);
            }

            yield break;
        }

        foreach (var block in samples.GroupBy(s => s.SampledAt.UtcTicks / width.Ticks))
        {
            var start = new DateTimeOffset(block.Key * width.Ticks, TimeSpan.Zero);
            var good = block.Where(s => s.Quality == Quality.Good && running.IsRunning(s.SampledAt)).Select(s => s.Value).ToList();
            bool whole = start + width <= knownBy;
            if (whole && good.Count > 0)
            {
                yield return (start + (width / 2), start + width, good.Average(), Quality.Good);
            }
        }
    }
}
